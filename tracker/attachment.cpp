#include "tracker/attachment.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <utility>

#include "tracker/memory/family_lock.h"
#include "tracker/memory/resize.h"
#include "tracker/memory/segment_file.h"
#include "tracker/memory/validate.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::tracker {

using namespace memory;

struct Attachment::State {
    std::string path;
    FamilyLock family;
    Mapping mapping;
    bool created = false;
    bool has_joined = false;  // a family that lived already
    std::map<std::string, FamilyLock> claims;
};

namespace {

using Outcome = Attachment::Outcome;

bool is_master(Layout& layout, pid_t process) noexcept {
    for (const MasterStamp& stamp : layout.masters) {
        if (stamp.process.load(std::memory_order_relaxed) == process) {
            return true;
        }
    }
    return false;
}

std::string quoted(const std::string& path) {
    return "segment \"" + path + "\"";
}

// Of another boot: what is in it cannot be trusted after a power cut, and its clock means nothing now.
std::string set_aside(const std::string& path) {
    const std::string aside = path + ".previous-boot";
    return std::rename(path.c_str(), aside.c_str()) == 0 ? aside : std::string();
}

// REQUIRES: nobody else is attached. What is wrong, or empty.
std::string take_up(Layout& layout) {
    make_lock(layout);
    if (layout.undo.count.load() != 0) {
        recover(layout);
    }
    layout.visible_events.store(layout.totals.next_event.load());
    layout.lease.store(0);
    // The database may know more by now, and the lock may have been held when the machine's nginx died.
    layout.history.loaded.store(0);
    layout.history.state.store(static_cast<std::uint32_t>(HistoryState::none));
    for (MasterStamp& stamp : layout.masters) {
        stamp.process.store(0);
    }
    const auto faults = find_faults(layout);
    return faults.empty() ? std::string() : faults.front();
}

}  // namespace

Attachment::Attachment(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Attachment::~Attachment() = default;

namespace {

struct Opened {
    std::optional<Mapping> mapping;
    bool created = false;
    std::string error;
};

// A changed capacity takes effect here, where nobody else is attached.
Opened resize(const std::string& path, Mapping mapping, const AttachOptions& options, const FileOwner& owner,
              Now now) {
    if (mapping.layout()->geometry.capacity == options.capacity) {
        return {std::move(mapping), false, {}};
    }
    Layout& before = *mapping.layout();
    Made made = make_file(path, options.capacity, owner, now.wall, [&](Layout& after) {
        const std::string fault = copy_segment(before, after);
        return fault.empty() ? fault : quoted(path) + " " + fault;
    });
    return {std::move(made.mapping), false, std::move(made.error)};
}

Opened open_existing(const std::string& path, const FamilyLock::Standing standing,
                     const AttachOptions& options, const FileOwner& owner, Now now) {
    Made mapped = map_file(path);
    if (!mapped.mapping) {
        return {std::nullopt, false, std::move(mapped.error)};
    }
    Mapping& mapping = *mapped.mapping;
    Layout& layout = *mapping.layout();
    const std::string fault = header_fault(layout, mapping.region.get_size());
    if (!fault.empty()) {
        return {std::nullopt, false, quoted(path) + " " + fault};
    }
    if (standing == FamilyLock::Standing::others) {
        // Workers of this very process may be at their end while a reload brings the zone back.
        const bool is_ours = is_master(layout, ::getpid());
        if (!is_ours && (!options.inherited || !is_master(layout, ::getppid()))) {
            return {std::nullopt, false, quoted(path) + " is in use by another nginx"};
        }
        return {std::move(mapping), false, {}};
    }
    if (current_boot_id() != layout.boot_id) {
        return {};
    }
    const std::string damage = take_up(layout);
    if (!damage.empty()) {
        return {std::nullopt, false, quoted(path) + " is damaged: " + damage};
    }
    return resize(path, std::move(mapping), options, owner, now);
}

Opened open_or_make(const std::string& path, const FamilyLock::Standing standing,
                    const AttachOptions& options, const FileOwner& owner, Now now,
                    std::vector<std::string>& warnings) {
    bool exists = false;
    if (std::string fault = file_fault(path, owner, exists); !fault.empty()) {
        return {std::nullopt, false, fault};
    }
    if (exists) {
        Opened opened = open_existing(path, standing, options, owner, now);
        if (opened.mapping || !opened.error.empty()) {
            return opened;
        }
        const std::string aside = set_aside(path);
        warnings.push_back(quoted(path) + " is of an earlier start of this machine, it was " +
                           (aside.empty() ? "replaced" : "kept as \"" + aside + "\""));
    } else if (standing == FamilyLock::Standing::others) {
        return {std::nullopt, false, quoted(path) + " was removed while another nginx uses it"};
    }
    Made made = make_file(path, options.capacity, owner, now.wall, [](Layout&) { return std::string(); });
    return {std::move(made.mapping), true, std::move(made.error)};
}

}  // namespace

Outcome Attachment::open(const AttachOptions& options, Now now) {
    Outcome outcome;
    const FileOwner owner{options.owner, options.group};
    outcome.error = prepare_directory(options.directory, owner);
    if (!outcome.error.empty()) {
        return outcome;
    }
    auto state = std::make_unique<State>();
    state->path = options.directory + "/" + options.name + ".segment";
    FamilyLock::Standing standing{};
    state->family =
        FamilyLock::open(options.directory + "/" + options.name + ".lock", owner, standing, outcome.error);
    if (standing == FamilyLock::Standing::failed) {
        return outcome;
    }
    Opened opened = open_or_make(state->path, standing, options, owner, now, outcome.warnings);
    if (!opened.mapping) {
        outcome.error = std::move(opened.error);
        return outcome;
    }
    state->mapping = std::move(*opened.mapping);
    state->created = opened.created;
    state->has_joined = standing == FamilyLock::Standing::others;
    if (!state->family.join()) {
        outcome.error = quoted(state->path) + " is just being set up by another nginx";
        return outcome;
    }
    if (!state->mapping.on_tmpfs) {
        outcome.warnings.push_back(quoted(state->path) +
                                   " is not on tmpfs: the disk will be written all the time");
    }
    outcome.attachment.reset(new Attachment(std::move(state)));
    return outcome;
}

Tracker Attachment::tracker(Waiting waiting) const noexcept {
    return Tracker(state_->mapping.layout(), waiting);
}

const std::string& Attachment::path() const noexcept {
    return state_->path;
}

std::uint64_t Attachment::capacity() const noexcept {
    return state_->mapping.layout()->geometry.capacity;
}

bool Attachment::created() const noexcept {
    return state_->created;
}

void Attachment::stamp_master(pid_t master, Now now) noexcept {
    Layout& layout = *state_->mapping.layout();
    MasterStamp* oldest = &layout.masters[0];
    for (MasterStamp& stamp : layout.masters) {
        if (stamp.process.load(std::memory_order_relaxed) == master) {
            oldest = &stamp;
            break;
        }
        if (stamp.stamped.load(std::memory_order_relaxed) < oldest->stamped.load(std::memory_order_relaxed)) {
            oldest = &stamp;
        }
    }
    oldest->stamped.store(now.boot.time_since_epoch().count(), std::memory_order_relaxed);
    oldest->process.store(master, std::memory_order_relaxed);
}

std::string Attachment::claim_history(const std::string& database, std::optional<uid_t> owner,
                                      std::optional<gid_t> group) {
    if (state_->claims.count(database) != 0) {
        return {};
    }
    FamilyLock::Standing standing{};
    std::string error;
    FamilyLock claim = FamilyLock::open(database + ".lock", {owner, group}, standing, error);
    if (standing == FamilyLock::Standing::failed) {
        return {};
    }
    if ((standing == FamilyLock::Standing::others && !state_->has_joined) || !claim.join()) {
        return "history \"" + database + "\" is in use by another nginx";
    }
    state_->claims.emplace(database, std::move(claim));
    return {};
}

std::string Attachment::check() const {
    const std::string fault = header_fault(*state_->mapping.layout(), state_->mapping.region.get_size());
    if (!fault.empty()) {
        return quoted(state_->path) + " " + fault;
    }
    return file_is_in_place() ? std::string() : quoted(state_->path) + " was removed or replaced";
}

bool Attachment::file_is_in_place() const noexcept {
    struct stat status {};
    return ::stat(state_->path.c_str(), &status) == 0 && status.st_dev == state_->mapping.device &&
           status.st_ino == state_->mapping.inode &&
           static_cast<std::uint64_t>(status.st_size) == state_->mapping.region.get_size();
}

}  // namespace agent_sessions::tracker
