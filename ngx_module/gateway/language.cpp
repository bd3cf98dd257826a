#include "ngx_module/gateway/language.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace agent_sessions::gateway {

namespace {

constexpr std::string_view kTags[] = {"en", "de", "fr"};
constexpr std::string_view kBlank = " \t";
// In thousandths, as RFC 9110 12.4.2 has it: at most three digits behind the point.
constexpr int kHighestQuality = 1000;

constexpr char to_lower(char character) noexcept {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(kBlank);
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Takes what stands before the separator away from the text.
std::string_view take_until(std::string_view& text, char separator) noexcept {
    const std::size_t end = text.find(separator);
    const std::string_view taken = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return taken;
}

std::optional<Language> language_of(std::string_view range) noexcept {
    const std::string_view primary = range.substr(0, range.find('-'));
    for (std::size_t index = 0; index < std::size(kTags); ++index) {
        const std::string_view tag = kTags[index];
        if (std::equal(tag.begin(), tag.end(), primary.begin(), primary.end(),
                       [](char left, char right) { return left == to_lower(right); })) {
            return static_cast<Language>(index);
        }
    }
    return range == "*" ? std::optional(Language::english) : std::nullopt;
}

// Of "q=0.8"; 0 where it is none.
int quality_of(std::string_view parameter) noexcept {
    if (parameter.size() < 3 || to_lower(parameter[0]) != 'q' || parameter[1] != '=') {
        return 0;
    }
    parameter.remove_prefix(2);
    int quality = 0;
    int place = kHighestQuality;
    for (std::size_t index = 0; index < parameter.size(); ++index) {
        const char character = parameter[index];
        if (index == 1 && character == '.') {
            continue;
        }
        if (character < '0' || character > '9' || place == 0) {
            return 0;
        }
        quality += (character - '0') * place;
        place /= 10;
    }
    return quality <= kHighestQuality ? quality : 0;
}

}  // namespace

std::string_view tag_of(Language language) noexcept {
    return kTags[static_cast<std::size_t>(language)];
}

Language preferred_language(std::string_view accept_language) noexcept {
    Language preferred = Language::english;
    int highest = 0;
    while (!accept_language.empty()) {
        std::string_view item = take_until(accept_language, ',');
        const auto language = language_of(take_until(item, ';'));
        const int quality = item.empty() ? kHighestQuality : quality_of(trimmed(item));
        if (language && quality > highest) {
            preferred = *language;
            highest = quality;
        }
    }
    return preferred;
}

}  // namespace agent_sessions::gateway
