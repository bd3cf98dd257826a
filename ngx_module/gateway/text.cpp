#include "ngx_module/gateway/text.h"

#include <cstddef>

namespace agent_sessions::gateway {

namespace {

constexpr char32_t kReplacement = 0xfffd;

struct Decoded {
    char32_t character;
    std::size_t length;  // bytes taken, at least 1
};

constexpr unsigned char byte_at(std::string_view text, std::size_t index) noexcept {
    return static_cast<unsigned char>(text[index]);
}

// The lead byte's length, and what its second byte may be (Unicode 15, table 3-7).
struct Lead {
    std::size_t length;
    unsigned char second_low;
    unsigned char second_high;
};

constexpr Lead lead_of(unsigned char byte) noexcept {
    if (byte >= 0xc2 && byte <= 0xdf) {
        return {2, 0x80, 0xbf};
    }
    if (byte >= 0xe0 && byte <= 0xef) {
        return {3, static_cast<unsigned char>(byte == 0xe0 ? 0xa0 : 0x80),
                static_cast<unsigned char>(byte == 0xed ? 0x9f : 0xbf)};
    }
    if (byte >= 0xf0 && byte <= 0xf4) {
        return {4, static_cast<unsigned char>(byte == 0xf0 ? 0x90 : 0x80),
                static_cast<unsigned char>(byte == 0xf4 ? 0x8f : 0xbf)};
    }
    return {0, 0, 0};
}

// REQUIRES: text not empty.
Decoded decode(std::string_view text) noexcept {
    const unsigned char first = byte_at(text, 0);
    if (first < 0x80) {
        return {first, 1};
    }
    const Lead lead = lead_of(first);
    if (lead.length == 0) {
        return {kReplacement, 1};
    }
    char32_t character = first & (0x7fU >> lead.length);
    for (std::size_t index = 1; index < lead.length; ++index) {
        const bool second = index == 1;
        if (index >= text.size() || byte_at(text, index) < (second ? lead.second_low : 0x80) ||
            byte_at(text, index) > (second ? lead.second_high : 0xbf)) {
            return {kReplacement, index};
        }
        character = character << 6 | (byte_at(text, index) & 0x3f);
    }
    return {character, lead.length};
}

constexpr bool is_forbidden_control(char32_t character) noexcept {
    return (character < 0x20 && character != '\t' && character != '\n' && character != '\r') ||
           (character >= 0x7f && character < 0xa0);
}

// Embeddings, overrides and isolates; the marks that right-to-left text needs are not among them.
constexpr bool turns_text_around(char32_t character) noexcept {
    return (character >= 0x202a && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069);
}

constexpr std::string_view kReplacementText = "\xef\xbf\xbd";

// Calls visit(character, its bytes) for each character of the repaired text.
template <typename Visit>
void for_each_character(std::string_view text, Visit visit) {
    while (!text.empty()) {
        const Decoded decoded = decode(text);
        const bool broken = decoded.character == kReplacement || is_forbidden_control(decoded.character);
        if (broken) {
            visit(kReplacement, kReplacementText);
        } else {
            visit(decoded.character, text.substr(0, decoded.length));
        }
        text.remove_prefix(decoded.length);
    }
}

}  // namespace

std::string repair_utf8(std::string_view text) {
    std::string repaired;
    repaired.reserve(text.size());
    for_each_character(text, [&](char32_t, std::string_view bytes) { repaired += bytes; });
    return repaired;
}

std::string escape_html(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    for_each_character(text, [&](char32_t character, std::string_view bytes) {
        switch (character) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                if (!turns_text_around(character)) {
                    escaped += bytes;
                }
        }
    });
    return escaped;
}

std::string escape_json(std::string_view json) {
    std::string escaped;
    escaped.reserve(json.size());
    for_each_character(json, [&](char32_t character, std::string_view bytes) {
        switch (character) {
            case '<':
                escaped += "\\u003c";
                break;
            case '>':
                escaped += "\\u003e";
                break;
            case '&':
                escaped += "\\u0026";
                break;
            case 0x2028:
                escaped += "\\u2028";
                break;
            case 0x2029:
                escaped += "\\u2029";
                break;
            default:
                escaped += bytes;
        }
    });
    return escaped;
}

}  // namespace agent_sessions::gateway
