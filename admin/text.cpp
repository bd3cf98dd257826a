#include "admin/text.h"

#include <algorithm>
#include <boost/nowide/utf/utf.hpp>
#include <clocale>
#include <cwctype>
#include <iterator>

namespace agent_sessions::admin {
namespace {

namespace utf = boost::nowide::utf;
using Utf8 = utf::utf_traits<char>;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [](char byte) { return static_cast<signed char>(byte) >= 0; });
}

char ascii_lower(char byte) noexcept {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

// Never freed: one per process. Null where the C library brings no C.UTF-8; then only ASCII letters are
// folded.
locale_t utf8_locale() noexcept {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{});
    return locale;
}

}  // namespace

bool is_valid_utf8(std::string_view text) noexcept {
    if (is_ascii(text)) {
        return true;
    }
    const char* position = text.data();
    const char* const end = position + text.size();
    while (position != end) {
        const utf::code_point point = Utf8::decode(position, end);
        if (point == utf::illegal || point == utf::incomplete) {
            return false;
        }
    }
    return true;
}

std::string valid_text(std::string_view text) {
    if (is_ascii(text)) {
        return std::string(text);
    }
    std::string result;
    result.reserve(text.size());
    const char* position = text.data();
    const char* const end = position + text.size();
    while (position != end) {
        const char* next = position;
        const utf::code_point point = Utf8::decode(next, end);
        if (point != utf::illegal && point != utf::incomplete) {
            result.append(position, next);
        } else {
            // Not from `next`: decode() takes an innocent byte behind a broken sequence for a part of it.
            result += kReplacement;
            next = std::find_if_not(position + 1, end, Utf8::is_trail);
        }
        position = next;
    }
    return result;
}

bool has_control_characters(std::string_view text) noexcept {
    const char* position = text.data();
    const char* const end = position + text.size();
    while (position != end) {
        const utf::code_point point = Utf8::decode(position, end);
        if (point < 0x20 || (point >= 0x7F && point < 0xA0)) {
            return true;
        }
    }
    return false;
}

std::string folded(std::string_view text) {
    std::string result = valid_text(text);
    if (is_ascii(result) || utf8_locale() == locale_t{}) {
        std::transform(result.begin(), result.end(), result.begin(), ascii_lower);
        return result;
    }
    std::string lower;
    lower.reserve(result.size());
    const char* position = result.data();
    const char* const end = position + result.size();
    while (position != end) {
        const utf::code_point point = Utf8::decode(position, end);
        const auto mapped =
            static_cast<utf::code_point>(towlower_l(static_cast<wint_t>(point), utf8_locale()));
        Utf8::encode(mapped, std::back_inserter(lower));
    }
    return lower;
}

}  // namespace agent_sessions::admin
