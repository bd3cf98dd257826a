#include "admin/page.h"

#include <boost/algorithm/string/predicate.hpp>
#include <locale>

#include "admin/conditional.h"
#include "admin/field_list.h"

namespace agent_sessions::admin {
namespace {

constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri "
    "'none'; "
    "form-action 'none'; frame-ancestors 'none'";

bool equals(std::string_view left, std::string_view right) {
    return boost::algorithm::iequals(left, right, std::locale::classic());
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
    bool any = false;
    while (const auto coding = next_of_list(accept_encoding, ',')) {
        std::string_view parameters = *coding;
        const std::string_view name = next_of_list(parameters, ';').value_or("");
        if (equals(name, "gzip") || equals(name, "x-gzip")) {
            return !is_not_acceptable(parameters);
        }
        if (name == "*") {
            any = !is_not_acceptable(parameters);
        }
    }
    return any;
}

Response asset_response(const Asset& asset, const Request& request) {
    Response response;
    response.headers = {
        {"ETag", std::string(asset.etag)},
        {"Cache-Control", asset.immutable ? "private, max-age=31536000, immutable" : "no-cache"},
        {"Vary", "Accept-Encoding"},
        {"Content-Security-Policy", std::string(kContentSecurityPolicy)},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
    };
    if (request.if_none_match && matches_etag(*request.if_none_match, asset.etag)) {
        response.status = 304;
        return response;
    }
    response.headers.emplace_back("Content-Type", asset.content_type);
    if (!asset.gzip.empty() && accepts_gzip(request.accept_encoding.value_or(""))) {
        response.headers.emplace_back("Content-Encoding", "gzip");
        response.body = asset.gzip;
    } else {
        response.body = asset.identity;
    }
    return response;
}

}  // namespace agent_sessions::admin
