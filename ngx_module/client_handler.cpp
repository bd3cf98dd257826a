#include "ngx_module/client_handler.h"

#include <string>

#include "admin/conditional.h"
#include "admin/page.h"
#include "ngx_module/answer.h"
#include "ngx_module/client_script.h"
#include "ngx_module/client_session.h"
#include "ngx_module/configuration.h"
#include "ngx_module/gateway/client_answer.h"
#include "ngx_module/gateway/client_beacon.h"
#include "ngx_module/gateway/client_origin.h"
#include "ngx_module/guard.h"
#include "ngx_module/request_body.h"
#include "ngx_module/request_facts.h"
#include "ngx_module/text.h"

namespace agent_sessions::ngx {

namespace {

using Headers = boost::container::static_vector<gateway::Header, 10>;

const std::vector<std::string>& allowed_origins(const ngx_http_request_t& request) noexcept {
    return location_configuration(request).client->origins;
}

gateway::ClientOrigin origin_of(const ngx_http_request_t& request,
                                const gateway::HeaderFacts& facts) noexcept {
    return gateway::judge_origin(facts.sec_fetch_site, facts.origin, host_of(request),
                                 allowed_origins(request));
}

// For the browser to let a page of an allowed origin read the answer. Caches must not mix up who asked.
template <typename AnswerHeaders>
void add_cross_origin(AnswerHeaders& headers, const ngx_http_request_t& request,
                      const gateway::HeaderFacts& facts) {
    if (!allowed_origins(request).empty()) {
        headers.push_back({"Vary", "Origin"});
    }
    if (facts.origin && origin_of(request, facts) == gateway::ClientOrigin::allowed) {
        headers.push_back({"Access-Control-Allow-Origin", *facts.origin});
        headers.push_back({"Access-Control-Allow-Credentials", "true"});
    }
}

ngx_int_t send(ngx_http_request_t& request, gateway::Answer answer, const gateway::HeaderFacts& facts) {
    add_cross_origin(answer.headers, request, facts);
    const auto body = copy_to_pool(request.pool, answer.body);
    return body ? send_answer(request, answer.status, answer.headers, *body) : NGX_HTTP_INTERNAL_SERVER_ERROR;
}

// Without a look at the body.
ngx_int_t refuse(ngx_http_request_t& request, gateway::ClientRefusal refusal,
                 const gateway::HeaderFacts& facts) {
    request.expect_tested = 1;  // no "100 Continue" for a body that nobody reads
    const ngx_int_t discarded = ngx_http_discard_request_body(&request);
    if (discarded != NGX_OK) {
        return discarded;
    }
    gateway::Answer answer = gateway::client_refusal_answer(refusal);
    if (refusal == gateway::ClientRefusal::method_not_allowed) {
        answer.headers.push_back({"Allow", "GET, HEAD, OPTIONS, POST"});
    }
    return send(request, std::move(answer), facts);
}

ngx_int_t send_script(ngx_http_request_t& request) {
    const ngx_int_t discarded = ngx_http_discard_request_body(&request);
    if (discarded != NGX_OK) {
        return discarded;
    }
    const ClientScript script = client_script();
    const gateway::HeaderFacts facts = header_facts_of(request);
    // Pages of other sites may load it only where they may use it.
    Headers headers = {
        {"ETag", script.etag},
        {"Cache-Control", "public, max-age=600"},
        {"X-Content-Type-Options", "nosniff"},
        {"Cross-Origin-Resource-Policy", allowed_origins(request).empty() ? "same-origin" : "cross-origin"},
        {"Vary", "Accept-Encoding"},
    };
    add_cross_origin(headers, request, facts);
    const auto known = to_view(request.headers_in.if_none_match);
    if (known && admin::matches_etag(*known, script.etag)) {
        return send_answer(request, NGX_HTTP_NOT_MODIFIED, headers, {});
    }
    headers.push_back({"Content-Type", "text/javascript; charset=utf-8"});
    const bool zipped = admin::accepts_gzip(find_header(request, "Accept-Encoding").value_or(""));
    if (zipped) {
        headers.push_back({"Content-Encoding", "gzip"});
    }
    return send_answer(request, NGX_HTTP_OK, headers, zipped ? script.gzip : script.identity);
}

// What a browser asks before it sends what a form could not send (Fetch, CORS preflight).
ngx_int_t answer_preflight(ngx_http_request_t& request) {
    const gateway::HeaderFacts facts = header_facts_of(request);
    if (origin_of(request, facts) == gateway::ClientOrigin::foreign) {
        return refuse(request, gateway::ClientRefusal::origin_not_allowed, facts);
    }
    const ngx_int_t discarded = ngx_http_discard_request_body(&request);
    if (discarded != NGX_OK) {
        return discarded;
    }
    Headers headers = {
        {"Allow", "GET, HEAD, OPTIONS, POST"},
        {"Access-Control-Allow-Methods", "POST"},
        {"Access-Control-Allow-Headers", "Content-Type"},
        {"Access-Control-Max-Age", "600"},
    };
    add_cross_origin(headers, request, facts);
    return send_answer(request, NGX_HTTP_NO_CONTENT, headers, {});
}

ngx_int_t act_on_body(ngx_http_request_t& request, std::string* body) {
    const gateway::HeaderFacts facts = header_facts_of(request);
    if (body == nullptr) {
        return refuse(request, gateway::ClientRefusal::body_too_large, facts);
    }
    const gateway::Beacon beacon = gateway::parse_beacon(*body);
    if (!beacon.fault.empty()) {
        return send(request,
                    gateway::client_refusal_answer(gateway::ClientRefusal::invalid_beacon, beacon.fault),
                    facts);
    }
    gateway::Answer answer = answer_beacon(request, location_configuration(request), beacon);
    answer.headers.push_back({"Access-Control-Expose-Headers", "Agent-Session"});
    return send(request, std::move(answer), facts);
}

ngx_int_t fail(ngx_http_request_t& /*request*/) noexcept {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
}

ngx_int_t start(ngx_http_request_t& request) {
    switch (request.method) {
        case NGX_HTTP_GET:
        case NGX_HTTP_HEAD:
            return send_script(request);
        case NGX_HTTP_OPTIONS:
            return answer_preflight(request);
        case NGX_HTTP_POST:
            break;
        default:
            return refuse(request, gateway::ClientRefusal::method_not_allowed, header_facts_of(request));
    }
    const gateway::HeaderFacts facts = header_facts_of(request);
    // Before a look at the cookie, so that nobody else learns how a session is.
    if (origin_of(request, facts) == gateway::ClientOrigin::foreign) {
        return refuse(request, gateway::ClientRefusal::origin_not_allowed, facts);
    }
    return read_body(request, gateway::kMaxBeaconBytes, "a beacon", act_on_body, fail);
}

}  // namespace

ngx_int_t handle_client(ngx_http_request_t* request) noexcept {
    return guard<ngx_int_t>(request->connection->log, "a request for the script",
                            NGX_HTTP_INTERNAL_SERVER_ERROR, [request] { return start(*request); });
}

}  // namespace agent_sessions::ngx
