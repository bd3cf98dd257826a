#include "tracker/valid_utf8.h"

#include <algorithm>
#include <boost/nowide/utf/utf.hpp>

namespace agent_sessions::tracker {
namespace {

namespace utf = boost::nowide::utf;
using Utf8 = utf::utf_traits<char>;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The character at the front of the text, or the bytes that are none.
struct Piece {
    std::string_view bytes;
    bool is_valid = false;
};

// REQUIRES: text not empty.
Piece first_piece(std::string_view text) noexcept {
    const char* const end = text.data() + text.size();
    const char* next = text.data();
    const utf::code_point point = Utf8::decode(next, end);
    if (point != utf::illegal && point != utf::incomplete) {
        return {text.substr(0, static_cast<std::size_t>(next - text.data())), true};
    }
    // Not up to `next`: decode() takes an innocent byte behind a broken sequence for a part of it.
    const char* const innocent = std::find_if_not(text.data() + 1, end, Utf8::is_trail);
    return {text.substr(0, static_cast<std::size_t>(innocent - text.data())), false};
}

bool is_valid(std::string_view text) noexcept {
    while (!text.empty()) {
        if (static_cast<unsigned char>(text.front()) < 0x80) {
            text.remove_prefix(1);
            continue;
        }
        const Piece piece = first_piece(text);
        if (!piece.is_valid) {
            return false;
        }
        text.remove_prefix(piece.bytes.size());
    }
    return true;
}

}  // namespace

ValidUtf8::ValidUtf8(std::string_view text) noexcept : view_(text) {
    if (is_valid(text)) {
        return;
    }
    std::size_t size = 0;
    while (!text.empty()) {
        const Piece piece = first_piece(text);
        const std::string_view shown = piece.is_valid ? piece.bytes : kReplacement;
        if (size + shown.size() > room_.size()) {
            break;
        }
        std::copy(shown.begin(), shown.end(), room_.begin() + static_cast<std::ptrdiff_t>(size));
        size += shown.size();
        text.remove_prefix(piece.bytes.size());
    }
    view_ = {room_.data(), size};
}

}  // namespace agent_sessions::tracker
