#include "ngx_module/adopted_cookies.h"

#include <algorithm>
#include <new>
#include <optional>
#include <string>

#include "ngx_module/conditions.h"
#include "ngx_module/gateway/adopted_spelling.h"
#include "ngx_module/gateway/adopted_value.h"
#include "ngx_module/gateway/set_cookie_line.h"
#include "ngx_module/request_facts.h"
#include "ngx_module/text.h"

namespace agent_sessions::ngx {

namespace {

std::optional<std::uint8_t> number_of(const CookieConfiguration& configuration,
                                      std::string_view name) noexcept {
    const auto& names = configuration.adopted;
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? std::nullopt
                                : std::optional(static_cast<std::uint8_t>(found - names.begin()));
}

// nginx reads the forms of RFC 9110 5.6.7 only; older frameworks write dashes between day, month and year.
std::optional<time_t> parse_expiry(std::string_view text) {
    std::string spaced(text);
    for (int tries = 0; tries < 2; ++tries) {
        const time_t time = ngx_parse_http_time(to_ngx(spaced).data, spaced.size());
        if (time != static_cast<time_t>(NGX_ERROR)) {
            return time;
        }
        std::replace(spaced.begin(), spaced.end(), '-', ' ');
    }
    return std::nullopt;
}

bool is_cleared(const gateway::SetCookieLine& line) {
    if (line.value.empty() || line.value == "\"\"") {
        return true;
    }
    if (const auto is_over = gateway::is_over_by_max_age(line)) {
        return *is_over;
    }
    const auto expiry = line.expires ? parse_expiry(*line.expires) : std::nullopt;
    return expiry && *expiry <= ngx_time();
}

void note(std::vector<GivenCookie>& given, const GivenCookie& cookie) {
    std::erase_if(given, [&](const GivenCookie& earlier) {
        return earlier.number == cookie.number && earlier.scope == cookie.scope;
    });
    given.push_back(cookie);
}

// Calls `visit` with each Set-Cookie field of an adopted cookie, that cookie's number, and what the field
// says.
template <typename Visit>
void for_each_adopted(const ngx_http_request_t& request, const CookieConfiguration& configuration,
                      const Visit& visit) {
    for (const ngx_list_part_t* part = &request.headers_out.headers.part; part != nullptr;
         part = part->next) {
        auto* fields = static_cast<ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t index = 0; index < part->nelts; ++index) {
            if (fields[index].hash == 0 || !equal_ignoring_case(to_view(fields[index].key), "Set-Cookie")) {
                continue;
            }
            const auto line = gateway::parse_set_cookie(to_view(fields[index].value));
            const auto number = line ? number_of(configuration, line->name) : std::nullopt;
            if (number) {
                visit(fields[index], *number, *line);
            }
        }
    }
}

}  // namespace

bool brings_adopted(const ngx_http_request_t& request, const CookieConfiguration& configuration) noexcept {
    return std::any_of(configuration.adopted.begin(), configuration.adopted.end(),
                       [&request](const std::string& name) {
                           return cookie_of(request, name).status != gateway::CookieValue::Status::absent;
                       });
}

bool is_ambiguous(const ngx_http_request_t& request, const CookieConfiguration& configuration) noexcept {
    const ngx_array_t& lines = request.headers_in.cookies;
    const auto* const* fields = static_cast<ngx_table_elt_t**>(lines.elts);
    return std::any_of(fields, fields + lines.nelts, [&configuration](const ngx_table_elt_t* field) {
        return std::any_of(
            configuration.adopted.begin(), configuration.adopted.end(),
            [field](const std::string& name) { return gateway::is_ambiguous(to_view(field->value), name); });
    });
}

std::vector<AdoptedCookie> adopted_in_request(const ngx_http_request_t& request,
                                              const CookieConfiguration& configuration) {
    std::vector<AdoptedCookie> found;
    const ngx_array_t& lines = request.headers_in.cookies;
    const auto* const* fields = static_cast<ngx_table_elt_t**>(lines.elts);
    for (ngx_uint_t index = 0; index < lines.nelts; ++index) {
        gateway::CookieList cookies(to_view(fields[index]->value));
        while (const auto cookie = cookies.next()) {
            const auto number = number_of(configuration, cookie->name);
            if (number && !cookie->value.empty() && cookie->value.size() <= gateway::kMaxAdoptedBytes) {
                found.push_back({*number, cookie->name, cookie->value});
            }
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const AdoptedCookie& left, const AdoptedCookie& right) {
        return left.number < right.number;
    });
    return found;
}

void strip_cookies(ngx_http_request_t& request,
                   const std::function<bool(const gateway::Cookie&)>& is_unwanted) {
    ngx_array_t& lines = request.headers_in.cookies;
    auto** fields = static_cast<ngx_table_elt_t**>(lines.elts);
    ngx_uint_t kept = 0;
    for (ngx_uint_t index = 0; index < lines.nelts; ++index) {
        ngx_table_elt_t& field = *fields[index];
        std::string text = gateway::without_cookies(to_view(field.value), is_unwanted);
        if (text.empty()) {
            take_off(field);
            continue;
        }
        if (text.size() != field.value.len) {
            const std::size_t size = text.size();
            text.push_back('\0');  // as nginx keeps its fields
            const auto copy = copy_to_pool(request.pool, text);
            if (!copy) {
                throw std::bad_alloc();
            }
            field.value = to_ngx(copy->substr(0, size));
        }
        fields[kept++] = &field;
    }
    lines.nelts = kept;
}

std::vector<GivenCookie> adopted_in_answer(const ngx_http_request_t& request,
                                           const CookieConfiguration& configuration) {
    std::vector<GivenCookie> given;
    for_each_adopted(
        request, configuration,
        [&given](ngx_table_elt_t&, std::uint8_t number, const gateway::SetCookieLine& line) {
            if (line.value.size() <= gateway::kMaxAdoptedBytes) {
                note(given, {{number, line.name, line.value}, gateway::cookie_scope(line), is_cleared(line)});
            }
        });
    return given;
}

void withhold_adopted(ngx_http_request_t& request, const CookieConfiguration& configuration) {
    for_each_adopted(request, configuration,
                     [](ngx_table_elt_t& field, std::uint8_t, const gateway::SetCookieLine& line) {
                         if (!is_cleared(line)) {
                             field.hash = 0;
                         }
                     });
}

}  // namespace agent_sessions::ngx
