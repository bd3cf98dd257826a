#include "admin/text.h"

#include <algorithm>
#include <boost/nowide/utf/utf.hpp>
#include <iterator>

#include "admin/text_words.h"
#include "tracker/lower_case.h"

namespace agent_sessions::admin {
namespace {

namespace utf = boost::nowide::utf;
using Utf8 = utf::utf_traits<char>;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

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
    std::string valid = valid_text(text);
    if (is_ascii(valid)) {
        std::transform(valid.begin(), valid.end(), valid.begin(), tracker::ascii_lower);
        return valid;
    }
    std::string lower;
    lower.reserve(valid.size());
    const char* position = valid.data();
    const char* const end = position + valid.size();
    while (position != end) {
        Utf8::encode(tracker::lower_case(Utf8::decode(position, end)), std::back_inserter(lower));
    }
    return lower;
}

}  // namespace agent_sessions::admin
