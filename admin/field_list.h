// Lists in header fields and directives.
// Sources: RFC 9110 (5.6.1 lists, 12.4.2 quality values). Thread safety: every function may be called from
// anywhere.
#pragma once

#include <optional>
#include <string_view>

namespace agent_sessions::admin {

// Without the spaces and tabs around it.
constexpr std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kWhiteSpace = " \t";
    const std::size_t first = text.find_first_not_of(kWhiteSpace);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

// The next element, trimmed and perhaps empty, taken off the front; nullopt = the list is at its end.
constexpr std::optional<std::string_view> next_of_list(std::string_view& list, char separator) {
    if (list.empty()) {
        return std::nullopt;
    }
    const std::size_t end = list.find(separator);
    const std::string_view element = trimmed(list.substr(0, end));
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    return element;
}

// Do the parameters of an element say "q=0", "q=0." or "q=0.000": not acceptable?
constexpr bool is_not_acceptable(std::string_view parameters) {
    while (const auto parameter = next_of_list(parameters, ';')) {
        const std::size_t equal_sign = parameter->find('=');
        if (equal_sign == std::string_view::npos) {
            continue;
        }
        const std::string_view name = trimmed(parameter->substr(0, equal_sign));
        const std::string_view value = trimmed(parameter->substr(equal_sign + 1));
        if ((name == "q" || name == "Q") && value.starts_with('0') &&
            value.find_first_not_of("0.") == std::string_view::npos) {
            return true;
        }
    }
    return false;
}

}  // namespace agent_sessions::admin
