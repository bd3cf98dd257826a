#include "ngx_module/attachments.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include "ngx_module/clock.h"
#include "ngx_module/text.h"
#include "ngx_module/worker.h"
#include "tracker/history/schema.h"

namespace agent_sessions::ngx {

namespace {

struct Attached {
    std::string run;
    std::string name;
    std::unique_ptr<tracker::Attachment> attachment;
};

struct Registry {
    std::vector<Attached> attached;
    std::size_t configurations = 0;
};

// A plain pointer: a static object would be destroyed while nginx still runs its exit.
Registry* registry = nullptr;

void release_registry(void* data) noexcept {
    forget_zones(**static_cast<MainConfiguration**>(data));
    if (--registry->configurations == 0) {
        delete registry;
        registry = nullptr;
    }
}

// Counts this configuration in, and out when its pool goes: before nginx unloads the module, if it does.
bool retain_registry(ngx_pool_t* pool, MainConfiguration& main) {
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(pool, sizeof(MainConfiguration*));
    if (cleanup == nullptr) {
        return false;
    }
    if (registry == nullptr) {
        registry = new Registry;
    }
    ++registry->configurations;
    *static_cast<MainConfiguration**>(cleanup->data) = &main;
    cleanup->handler = release_registry;
    return true;
}

tracker::Attachment* find_attached(const Zone& zone) {
    for (const Attached& entry : registry->attached) {
        if (entry.run == to_view(zone.run) && entry.name == to_view(zone.name)) {
            return entry.attachment.get();
        }
    }
    return nullptr;
}

struct Owner {
    uid_t user;
    gid_t group;
};

// Who the workers will run as; nullopt where they run as this process does. `user` may not have been read
// yet, and its default is filled in later than this is needed.
std::optional<Owner> owner_of_workers(const ngx_cycle_t& cycle) {
    if (geteuid() != 0) {
        return std::nullopt;
    }
    const auto* core =
        reinterpret_cast<const ngx_core_conf_t*>(ngx_get_conf(cycle.conf_ctx, ngx_core_module));
    if (core->user != static_cast<ngx_uid_t>(NGX_CONF_UNSET_UINT)) {
        return Owner{core->user, core->group};
    }
    const passwd* user = getpwnam(NGX_USER);
    const group* group = getgrnam(NGX_GROUP);
    if (user == nullptr || group == nullptr) {
        return std::nullopt;
    }
    return Owner{user->pw_uid, group->gr_gid};
}

// The keys stand in the state directory, and workers could not make it below a directory of root's. Whether
// it is usable is for the workers to find out and to say.
void make_state_directory(const Zone& zone, const std::optional<Owner>& owner) {
    const std::string path(to_view(zone.state));
    if (mkdir(path.c_str(), S_IRWXU) != 0 || !owner) {
        return;
    }
    const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) {
        return;
    }
    if (fchown(directory, owner->user, owner->group) != 0) {
        rmdir(path.c_str());
    }
    close(directory);
}

// Whoever may write there could put other keys in the place of ours: ended cookies would pass.
bool is_private(ngx_conf_t* cf, const Zone& zone) {
    const std::string path(to_view(zone.state));
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) {
        return true;
    }
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "agent_sessions: directory \"%s\" may be written by others than its owner", path.c_str());
    return false;
}

// nullptr = refused, and logged.
tracker::Attachment* attach(ngx_conf_t* cf, const Zone& zone, const std::optional<Owner>& owner) {
    tracker::AttachOptions options;
    options.directory = to_view(zone.run);
    options.name = to_view(zone.name);
    options.capacity = zone.capacity;
    if (owner) {
        options.owner = owner->user;
        options.group = owner->group;
    }
    options.inherited = ngx_inherited != 0 && ngx_is_init_cycle(cf->cycle->old_cycle);

    tracker::Attachment::Outcome outcome = tracker::Attachment::open(options, read_clocks());
    for (const std::string& warning : outcome.warnings) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0, "agent_sessions: %s", warning.c_str());
    }
    if (outcome.attachment == nullptr) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "agent_sessions: %s", outcome.error.c_str());
        return nullptr;
    }
    registry->attached.push_back({options.directory, options.name, std::move(outcome.attachment)});
    return registry->attached.back().attachment.get();
}

// A reload finds its own attachment. false = its segment is not what it was, so that new workers can't have
// it.
bool is_sound(ngx_conf_t* cf, const Zone& zone, const tracker::Attachment& attachment) {
    const std::string fault = attachment.check();
    if (!fault.empty()) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "agent_sessions: %s", fault.c_str());
        return false;
    }
    if (attachment.capacity() != zone.capacity) {
        ngx_str_t name = zone.name;
        ngx_log_error(
            NGX_LOG_WARN, cf->log, 0,
            "agent_sessions: zone \"%V\" keeps its capacity of %uL and all its sessions; a capacity of %ui "
            "takes effect at the next full start",
            &name, attachment.capacity(), zone.capacity);
    }
    return true;
}

// Two nginx that write one history would each take it from the other.
bool claim_history(ngx_conf_t* cf, const Zone& zone, tracker::Attachment& attachment,
                   const std::optional<Owner>& owner) {
    const std::string fault =
        attachment.claim_history(tracker::history::database_path(to_view(zone.state), to_view(zone.name)),
                                 owner ? std::optional(owner->user) : std::nullopt,
                                 owner ? std::optional(owner->group) : std::nullopt);
    if (!fault.empty()) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "agent_sessions: %s", fault.c_str());
    }
    return fault.empty();
}

ngx_int_t attach_zone(ngx_conf_t* cf, Zone& zone, const std::optional<Owner>& owner) {
    zone.attachment = find_attached(zone);
    if (zone.attachment != nullptr && !is_sound(cf, zone, *zone.attachment)) {
        return NGX_ERROR;
    }
    if (zone.attachment == nullptr) {
        zone.attachment = attach(cf, zone, owner);
    }
    if (zone.attachment == nullptr) {
        return NGX_ERROR;
    }
    make_state_directory(zone, owner);
    if (!is_private(cf, zone) || !claim_history(cf, zone, *zone.attachment, owner)) {
        return NGX_ERROR;
    }
    zone.tracker = zone.attachment->tracker();
    return NGX_OK;
}

}  // namespace

ngx_int_t attach_zones(ngx_conf_t* cf, MainConfiguration& main) {
    for (const Zone* zone : zones_of(main)) {
        if (!zone->declared) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "unknown agent_sessions zone \"%V\" in %s:%ui",
                          &zone->name, zone->file, zone->line);
            return NGX_ERROR;
        }
    }
    if (main.zones.nelts == 0 || ngx_test_config != 0 || ngx_process == NGX_PROCESS_SIGNALLER) {
        return NGX_OK;
    }
    if (!retain_registry(cf->cycle->pool, main)) {
        return NGX_ERROR;
    }
    const std::optional<Owner> owner = owner_of_workers(*cf->cycle);
    for (Zone* zone : zones_of(main)) {
        if (attach_zone(cf, *zone, owner) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}

void install_licenses(ngx_log_t* log, const MainConfiguration& main) {
    const auto* lines = static_cast<const LicenseLine*>(main.licenses.elts);
    std::vector<tracker::License> licenses;
    licenses.reserve(main.licenses.nelts);
    for (ngx_uint_t index = 0; index < main.licenses.nelts; ++index) {
        licenses.push_back({to_view(lines[index].account), static_cast<std::uint32_t>(lines[index].total),
                            to_view(lines[index].time_zone)});
    }
    for (Zone* zone : zones_of(main)) {
        if (zone->tracker && !zone->tracker.patient().set_licenses(licenses)) {
            ngx_log_error(NGX_LOG_ERR, log, 0,
                          "agent_sessions: the licenses of zone \"%V\" could not be installed", &zone->name);
        }
    }
}

}  // namespace agent_sessions::ngx
