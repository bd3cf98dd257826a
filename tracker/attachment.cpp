#include "tracker/attachment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <thread>
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

// Which of the kernel's PID namespaces this process is in; 0 = nobody can tell. Two containers have masters
// of the same number.
std::uint32_t process_space() noexcept {
    struct stat status {};
    return ::stat("/proc/self/ns/pid", &status) == 0 ? static_cast<std::uint32_t>(status.st_ino) : 0;
}

// A process that was killed has its files open until it has ended, which the disk may hold up.
constexpr std::chrono::seconds kFamilyPatience{1};
constexpr std::chrono::milliseconds kFamilyLook{10};

template <typename Try>
auto try_while_in_use(Try attempt) {
    const auto end = std::chrono::steady_clock::now() + kFamilyPatience;
    for (;;) {
        auto outcome = attempt();
        if (!outcome.in_use || std::chrono::steady_clock::now() >= end) {
            return outcome;
        }
        std::this_thread::sleep_for(kFamilyLook);
    }
}

bool is_master(Layout& layout, pid_t process) noexcept {
    const std::uint32_t space = process_space();
    for (const MasterStamp& stamp : layout.masters) {
        if (stamp.process.load(std::memory_order_relaxed) == process &&
            stamp.process_space.load(std::memory_order_relaxed) == space) {
            return true;
        }
    }
    return false;
}

std::string quoted(const std::string& path) {
    return "segment \"" + path + "\"";
}

// Of another boot: what is in it cannot be trusted after a power cut, and its clock means nothing now.
// Where it is now; empty = it could not be moved.
std::string replace_earlier(const std::string& path) {
    const std::string aside = path + ".previous-boot";
    return std::rename(path.c_str(), aside.c_str()) == 0 ? aside : std::string();
}

// As "20260303T120000Z".
std::string compact_time(WallTime time) {
    const std::time_t seconds =
        std::chrono::system_clock::to_time_t(std::chrono::system_clock::time_point(time.time_since_epoch()));
    std::tm parts{};
    char text[sizeof("20260303T120000Z")]{};
    ::gmtime_r(&seconds, &parts);
    std::strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &parts);
    return text;
}

// Moves a file that somebody should look at to a name that nobody has. Where it is now; empty = it could not
// be moved.
std::string quarantine(const std::string& path, WallTime now) {
    constexpr int kMostInOneSecond = 100;
    const std::string aside = path + ".damaged-" + compact_time(now);
    for (int number = 1; number <= kMostInOneSecond; ++number) {
        std::string name = number == 1 ? aside : aside + "-" + std::to_string(number);
        if (::renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE) == 0) {
            return name;
        }
        if (errno != EEXIST) {
            return {};
        }
    }
    return {};
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

// Neither a mapping nor an error: what was there is not to be used, and a new segment takes its place.
struct Opened {
    std::optional<Mapping> mapping;
    bool created = false;
    std::string error;
    bool in_use = false;
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
                     const AttachOptions& options, const FileOwner& owner, Now now,
                     std::vector<std::string>& warnings) {
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
            return {std::nullopt, false, quoted(path) + " is in use by another nginx", true};
        }
        return {std::move(mapping), false, {}};
    }
    if (current_boot_id() != layout.boot_id) {
        const std::string aside = replace_earlier(path);
        warnings.push_back(quoted(path) + " is of an earlier start of this machine, it was " +
                           (aside.empty() ? "replaced" : "kept as \"" + aside + "\""));
        return {};
    }
    const std::string damage = take_up(layout);
    if (!damage.empty()) {
        const std::string aside = quarantine(path, now.wall);
        if (aside.empty()) {
            return {std::nullopt, false,
                    quoted(path) + " is damaged and cannot be set aside (" + std::strerror(errno) +
                        "): " + damage};
        }
        warnings.push_back(quoted(path) + " is damaged and was set aside as \"" + aside + "\": " + damage);
        return {};
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
        Opened opened = open_existing(path, standing, options, owner, now, warnings);
        if (opened.mapping || !opened.error.empty()) {
            return opened;
        }
    } else if (standing == FamilyLock::Standing::others) {
        return {std::nullopt, false, quoted(path) + " was removed while another nginx uses it", true};
    }
    Made made = make_file(path, options.capacity, owner, now.wall, [](Layout&) { return std::string(); });
    return {std::move(made.mapping), true, std::move(made.error)};
}

}  // namespace

Outcome Attachment::open(const AttachOptions& options, Now now) {
    return try_while_in_use([&] { return try_to_open(options, now); });
}

Outcome Attachment::try_to_open(const AttachOptions& options, Now now) {
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
        outcome.in_use = opened.in_use;
        return outcome;
    }
    state->mapping = std::move(*opened.mapping);
    state->created = opened.created;
    state->has_joined = standing == FamilyLock::Standing::others;
    if (!state->family.join()) {
        outcome.error = quoted(state->path) + " is just being set up by another nginx";
        outcome.in_use = true;
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
    const std::uint32_t space = process_space();
    MasterStamp* oldest = &layout.masters[0];
    for (MasterStamp& stamp : layout.masters) {
        if (stamp.process.load(std::memory_order_relaxed) == master &&
            stamp.process_space.load(std::memory_order_relaxed) == space) {
            oldest = &stamp;
            break;
        }
        if (stamp.stamped.load(std::memory_order_relaxed) < oldest->stamped.load(std::memory_order_relaxed)) {
            oldest = &stamp;
        }
    }
    oldest->stamped.store(now.boot.time_since_epoch().count(), std::memory_order_relaxed);
    oldest->process_space.store(space, std::memory_order_relaxed);
    oldest->process.store(master, std::memory_order_relaxed);
}

std::string Attachment::claim_history(const std::string& database, std::optional<uid_t> owner,
                                      std::optional<gid_t> group) {
    if (state_->claims.count(database) != 0) {
        return {};
    }
    struct Claim {
        FamilyLock lock;
        bool in_use = false;
        bool is_possible = true;
    };
    Claim claim = try_while_in_use([&] {
        Claim attempt;
        FamilyLock::Standing standing{};
        std::string error;
        attempt.lock = FamilyLock::open(database + ".lock", {owner, group}, standing, error);
        attempt.is_possible = standing != FamilyLock::Standing::failed;
        attempt.in_use =
            attempt.is_possible &&
            ((standing == FamilyLock::Standing::others && !state_->has_joined) || !attempt.lock.join());
        return attempt;
    });
    if (claim.in_use) {
        return "history \"" + database + "\" is in use by another nginx";
    }
    if (claim.is_possible) {
        state_->claims.emplace(database, std::move(claim.lock));
    }
    return {};
}

std::vector<int> Attachment::lock_files() const {
    std::vector<int> files{state_->family.file()};
    for (const auto& [database, claim] : state_->claims) {
        files.push_back(claim.file());
    }
    return files;
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
