#include "admin/origin.h"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <locale>
#include <optional>

namespace agent_sessions::admin {
namespace {

namespace urls = boost::urls;

urls::string_view boost_view(std::string_view text) {
    return {text.data(), text.size()};
}

std::optional<std::uint16_t> default_port(urls::string_view scheme) {
    if (boost::algorithm::iequals(scheme, "http", std::locale::classic())) {
        return 80;
    }
    if (boost::algorithm::iequals(scheme, "https", std::locale::classic())) {
        return 443;
    }
    return std::nullopt;
}

// nullopt: not a port. "host:" means the same as "host".
std::optional<std::uint16_t> port_of(const urls::authority_view& authority, std::uint16_t otherwise) {
    if (!authority.has_port() || authority.port().empty()) {
        return otherwise;
    }
    const urls::string_view digits = authority.port();
    std::uint16_t port = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return parsed.ec != std::errc{} || port == 0 ? std::nullopt : std::optional(port);
}

}  // namespace

bool origin_matches_host(std::string_view origin, std::string_view host) {
    const auto from = urls::parse_uri(boost_view(origin));
    const auto here = urls::parse_authority(boost_view(host));
    if (!from || !here || !from->has_authority()) {
        return false;
    }
    const std::optional<std::uint16_t> implied = default_port(from->scheme());
    if (!implied || !from->encoded_path().empty() || from->has_query() || from->has_fragment() ||
        from->has_userinfo() || here->has_userinfo() || from->encoded_host().empty()) {
        return false;
    }
    const std::optional<std::uint16_t> from_port = port_of(from->authority(), *implied);
    const std::optional<std::uint16_t> here_port = port_of(*here, *implied);
    return from_port && here_port && *from_port == *here_port &&
           boost::algorithm::iequals(from->encoded_host(), here->encoded_host(), std::locale::classic());
}

bool is_same_origin(const Request& request) {
    if (request.sec_fetch_site) {
        return *request.sec_fetch_site == "same-origin";
    }
    if (request.origin) {
        return request.host && origin_matches_host(*request.origin, *request.host);
    }
    return true;
}

}  // namespace agent_sessions::admin
