#include "admin/terminate_request.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <utility>

#include "admin/json_body.h"
#include "admin/problem.h"
#include "admin/text.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

std::string parse_words(std::string_view field, const json::value& value) {
    if (value.is_null()) {
        return {};
    }
    if (!value.is_string()) {
        throw invalid_field(Source::body, field, "must be text");
    }
    const std::string_view words = view_of(value.as_string());
    if (words.size() > kMaxWordsBytes) {
        throw invalid_field(Source::body, field,
                            "has more than " + std::to_string(kMaxWordsBytes) + " bytes");
    }
    if (!is_valid_utf8(words) || has_control_characters(words)) {
        throw invalid_field(Source::body, field, "must not have control characters");
    }
    return std::string(words);
}

// true: the member was one of the words.
bool take_words(TerminationWords& words, std::string_view name, const json::value& value) {
    if (name == "reason") {
        words.reason = parse_words("/reason", value);
    } else if (name == "message") {
        words.message = parse_words("/message", value);
    } else {
        return false;
    }
    return true;
}

// true: when the agent has finished.
bool parse_when(const json::value& value) {
    const bool is_finished = value.is_string() && value.as_string() == "finished";
    if (!is_finished && !(value.is_string() && value.as_string() == "now")) {
        throw invalid_field(Source::body, "/when", "must be \"now\" or \"finished\"");
    }
    return is_finished;
}

tracker::Millis parse_limit(const json::value& value) {
    constexpr std::chrono::hours kLongest{24};
    if (value.is_string()) {
        const std::string_view text = view_of(value.as_string());
        const auto limit = parse_duration(text);
        const bool has_unit =
            !text.empty() && std::string_view("smh").find(text.back()) != std::string_view::npos;
        if (limit && has_unit && *limit >= std::chrono::seconds{1} && *limit <= kLongest) {
            return *limit;
        }
    }
    throw invalid_field(Source::body, "/in", "must be a whole number followed by s, m or h, from 1s to 24h");
}

void set_condition(SessionFilter& filter, std::string_view name, const json::value& value) {
    const std::string field = "/filter/" + std::string(name);
    if (value.is_string()) {
        filter.set(Source::body, field, name, view_of(value.as_string()));
    } else if (value.is_null() && (name == "agent" || name == "label" || name == "address")) {
        filter.set(Source::body, field, name, std::nullopt);
    } else if (value.is_bool() && name == "multiple") {
        filter.set(Source::body, field, name, value.as_bool() ? "1" : "0");
    } else if (value.is_int64() && (name == "multiple" || name == "idle_gt")) {
        filter.set(Source::body, field, name, std::to_string(value.as_int64()));
    } else {
        throw invalid_field(Source::body, field, "has the wrong type");
    }
}

SessionFilter parse_filter(const json::value& value) {
    if (!value.is_object()) {
        throw invalid_field(Source::body, "/filter", "must be an object");
    }
    SessionFilter filter;
    for (const auto& [key, condition] : value.as_object()) {
        const std::string_view name = view_of(key);
        if (std::find(SessionFilter::kNames.begin(), SessionFilter::kNames.end(), name) ==
            SessionFilter::kNames.end()) {
            throw unknown_member("/filter", name);
        }
        set_condition(filter, name, condition);
    }
    return filter;
}

std::uint64_t parse_expected(const json::value& value) {
    if (!value.is_int64() || value.as_int64() < 0 ||
        static_cast<std::uint64_t>(value.as_int64()) > tracker::kMaxCapacity) {
        throw invalid_field(Source::body, "/expected",
                            "must be a whole number from 0 to " + std::to_string(tracker::kMaxCapacity));
    }
    return static_cast<std::uint64_t>(value.as_int64());
}

// An emergency does not wait for a number: one account, or one named agent.
bool works_without_expected(const SessionFilter& filter) {
    return filter.conditions() == 1 && (filter.account() || (filter.agent() && !filter.agent()->empty()));
}

TerminateSelection parse_selection(const json::object& body) {
    TerminateSelection selection;
    const json::value* const expected = body.if_contains("expected");
    if (const json::value* const all = body.if_contains("all")) {
        if (!all->is_bool() || !all->as_bool()) {
            throw invalid_field(Source::body, "/all", "must be true");
        }
        if (expected != nullptr) {
            throw invalid_field(Source::body, "/expected", "goes with a filter only");
        }
        return selection;
    }
    selection.filter = parse_filter(body.at("filter"));
    if (expected != nullptr) {
        selection.expected = parse_expected(*expected);
    } else if (!works_without_expected(selection.filter)) {
        throw missing_member(
            "/expected",
            "\"expected\" is needed: the number of sessions that are to be ended. It may be left out "
            "only where the filter is one account or one named agent.");
    }
    return selection;
}

}  // namespace

std::string TerminationTerms::description() const {
    if (!when_finished) {
        return {};
    }
    if (!limit) {
        return "when finished: ";
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*limit).count();
    return "when finished, after " + std::to_string(seconds) + " s at most: ";
}

TerminateRequest parse_terminate_request(json::object body) {
    TerminationTerms terms;
    std::optional<bool> when_finished;
    int selections = 0;
    for (const auto& [key, value] : body) {
        const std::string_view name = view_of(key);
        if (name == "refs" || name == "filter" || name == "all") {
            ++selections;
        } else if (name == "when") {
            when_finished = parse_when(value);
        } else if (name == "in") {
            terms.limit = parse_limit(value);
        } else if (name != "expected" && !take_words(terms.words, name, value)) {
            throw unknown_member("", name);
        }
    }
    if (terms.limit && when_finished == false) {
        throw invalid_field(Source::body, "/in", "goes with \"when\": \"finished\" only");
    }
    terms.when_finished = when_finished.value_or(terms.limit.has_value());
    if (selections != 1) {
        throw missing_member("/refs",
                             "The body must have one of \"refs\", \"filter\" and \"all\", and only one.");
    }
    json::value* const refs = body.if_contains("refs");
    if (refs == nullptr) {
        return {std::move(terms), parse_selection(body)};
    }
    if (body.contains("expected")) {
        throw invalid_field(Source::body, "/expected", "goes with a filter only");
    }
    return {std::move(terms), RefList(std::move(*refs))};
}

TerminationWords parse_termination_words(std::string_view body) {
    TerminationWords words;
    if (body.empty()) {
        return words;
    }
    for (const auto& [key, value] : parse_json_object(body)) {
        if (!take_words(words, view_of(key), value)) {
            throw unknown_member("", view_of(key));
        }
    }
    return words;
}

}  // namespace agent_sessions::admin
