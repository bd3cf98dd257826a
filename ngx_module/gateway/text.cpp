#include "ngx_module/gateway/text.h"

#include <array>
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

// What neither HTML nor JSON needs a second look at.
constexpr bool is_plain(char character) noexcept {
    switch (character) {
        case '&':
        case '<':
        case '>':
        case '"':
        case '\'':
        case '\\':
            return false;
        default:
            return character >= 0x20 && character < 0x7f;
    }
}

constexpr std::array<bool, 256> kPlain = [] {
    std::array<bool, 256> plain{};
    for (std::size_t byte = 0; byte < plain.size(); ++byte) {
        plain[byte] = is_plain(static_cast<char>(byte));
    }
    return plain;
}();

// Copies what is plain, and calls visit(character, its bytes) for each other character of the repaired text.
template <typename Visit>
void append_repaired(std::string& out, std::string_view text, Visit visit) {
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && kPlain[byte_at(text, plain)]) {
            ++plain;
        }
        out.append(text, 0, plain);
        text.remove_prefix(plain);
        if (text.empty()) {
            return;
        }
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

std::string_view html_entity(char32_t character) noexcept {
    switch (character) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        default:
            return {};
    }
}

std::string_view json_escape(char32_t character) noexcept {
    switch (character) {
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        case '\t':
            return "\\t";
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '<':
            return "\\u003c";
        case '>':
            return "\\u003e";
        case '&':
            return "\\u0026";
        case 0x2028:
            return "\\u2028";
        case 0x2029:
            return "\\u2029";
        default:
            return {};
    }
}

}  // namespace

void append_html(std::string& out, std::string_view text) {
    append_repaired(out, text, [&out](char32_t character, std::string_view bytes) {
        const std::string_view entity = html_entity(character);
        if (!entity.empty()) {
            out += entity;
        } else if (!turns_text_around(character)) {
            out += bytes;
        }
    });
}

void append_json(std::string& out, std::string_view text) {
    out += '"';
    append_repaired(out, text, [&out](char32_t character, std::string_view bytes) {
        const std::string_view escape = json_escape(character);
        out += escape.empty() ? bytes : escape;
    });
    out += '"';
}

}  // namespace agent_sessions::gateway
