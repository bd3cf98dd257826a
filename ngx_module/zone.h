// A zone as configured, and what this process has of it.
#pragma once

#include <type_traits>

#include "ngx_module/nginx.h"
#include "tracker/attachment.h"
#include "tracker/history/retention.h"
#include "tracker/tracker.h"

namespace agent_sessions::ngx {

struct ZoneWorker;

// Lives in the pool of its configuration. A directive may name a zone that is declared further below.
struct Zone {
    ngx_str_t name;
    ngx_str_t run;
    ngx_str_t state;
    ngx_uint_t capacity;
    bool declared;
    // Where it was named first, for the error if nothing declares it.
    const u_char* file;
    ngx_uint_t line;
    // The longest absolute timeout of the locations that use it: how long keys have to be kept.
    ngx_msec_t longest_absolute;
    tracker::history::Retention retention;
    // Which of its parameters are written.
    bool keeps_sessions;
    bool keeps_peaks;
    bool keeps_audit;

    // Set when attached, before the workers are forked; owned by the registry of attachments.
    tracker::Attachment* attachment;
    tracker::Tracker tracker;
    // Set in each worker.
    ZoneWorker* worker;
};

static_assert(std::is_trivially_destructible_v<Zone>);

}  // namespace agent_sessions::ngx
