#include "admin/query.h"

#include <algorithm>
#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>
#include <charconv>

#include "admin/problem.h"
#include "admin/text.h"

namespace agent_sessions::admin {
namespace {

namespace urls = boost::urls;

constexpr std::size_t kMaxShownName = 64;
constexpr std::size_t kDefaultLimit = 100;
constexpr std::size_t kMaxLimit = 500;

Refusal about_name(ErrorCode code, std::string_view name, std::string_view what) {
    const std::string shown = valid_text(name.substr(0, kMaxShownName));
    return refusal_of(code, "Parameter \"" + shown + "\" " + std::string(what) + ".",
                      {{Source::query, shown, std::string(what)}});
}

}  // namespace

Query Query::parse(std::string_view raw, std::span<const std::string_view> known) {
    // Boost.URL 1.81 measures what it has parsed by the zero byte behind it, whatever length it was given.
    const std::string terminated(raw);
    const auto parsed = urls::parse_query(terminated);
    if (!parsed) {
        throw refusal_of(
            ErrorCode::invalid_query,
            "The query has characters that must be percent-encoded, or a wrong percent-encoding.");
    }
    const urls::encoding_opts options(true);
    Query query;
    for (const auto& parameter : *parsed) {
        std::string name = parameter.key.decode(options);
        std::string value = parameter.value.decode(options);
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            throw about_name(ErrorCode::unknown_parameter, name, "is unknown here");
        }
        if (query.find(name)) {
            throw about_name(ErrorCode::repeated_parameter, name, "is given more than once");
        }
        if (!is_valid_utf8(value)) {
            throw invalid_field(Source::query, name, "is not valid UTF-8");
        }
        query.parameters_.emplace_back(std::move(name), std::move(value));
    }
    return query;
}

std::optional<std::string_view> Query::find(std::string_view name) const {
    const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                    [name](const auto& parameter) { return parameter.first == name; });
    if (found == parameters_.end()) {
        return std::nullopt;
    }
    return found->second;
}

std::size_t limit_of(const Query& query) {
    const std::optional<std::string_view> text = query.find("limit");
    if (!text) {
        return kDefaultLimit;
    }
    std::size_t limit = 0;
    const char* const end = text->data() + text->size();
    const auto parsed = std::from_chars(text->data(), end, limit);
    if (parsed.ec != std::errc{} || parsed.ptr != end || limit < 1 || limit > kMaxLimit) {
        throw invalid_field(Source::query, "limit",
                            "must be a number from 1 to " + std::to_string(kMaxLimit));
    }
    return limit;
}

void require_no_query(const Request& request) {
    Query::parse(request.query, {});
}

}  // namespace agent_sessions::admin
