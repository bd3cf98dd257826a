#include "ngx_module/time_zone.h"

#include "ngx_module/configuration.h"
#include "ngx_module/directive_arguments.h"
#include "ngx_module/log_limit.h"
#include "ngx_module/text.h"
#include "tracker/history/time_zones.h"

namespace agent_sessions::ngx {

namespace {

LogLimit unknown_limit;

}  // namespace

bool is_time_zone(std::string_view name) noexcept {
    return plausible_time_zone(name) && tracker::history::is_known_zone(name);
}

std::string_view time_zone_of(ngx_http_request_t& request, ngx_http_complex_value_t* value) noexcept {
    const std::string_view name = evaluate(request, value);
    if (name.empty() || is_time_zone(name)) {
        return name;
    }
    ngx_uint_t left_out = 0;
    if (unknown_limit.allows(left_out)) {
        ngx_str_t shown = to_ngx(name);
        ngx_log_error(NGX_LOG_WARN, request.connection->log, 0,
                      "agent_sessions: \"%V\" of \"agent_sessions_timezone\" is no time zone of this system, "
                      "UTC is used (%ui more since the last line)",
                      &shown, left_out);
    }
    return "UTC";
}

}  // namespace agent_sessions::ngx
