#include "ngx_module/admin_failure.h"

#include <array>
#include <string_view>

#include "admin/answer.h"
#include "admin/problem.h"
#include "ngx_module/answer.h"

namespace agent_sessions::ngx {

namespace {

using Header = std::pair<std::string_view, std::string_view>;

constexpr auto kHeaders = [] {
    std::array<Header, admin::kApiHeaders.size() + 1> headers{{{"Content-Type", admin::kProblemMediaType}}};
    for (std::size_t index = 0; index < admin::kApiHeaders.size(); ++index) {
        headers[index + 1] = admin::kApiHeaders[index];
    }
    return headers;
}();

}  // namespace

ngx_int_t send_internal_error(ngx_http_request_t& request) noexcept {
    if (request.header_sent) {
        return NGX_ERROR;
    }
    const ngx_int_t discarded = ngx_http_discard_request_body(&request);
    if (discarded != NGX_OK) {
        return discarded;
    }
    return send_answer(request, NGX_HTTP_INTERNAL_SERVER_ERROR, kHeaders, admin::kInternalErrorBody);
}

}  // namespace agent_sessions::ngx
