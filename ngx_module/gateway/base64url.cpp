#include "ngx_module/gateway/base64url.h"

namespace agent_sessions::gateway {

using base64url::kAlphabet;
using base64url::kDigits;
using base64url::kNoDigit;

void encode_base64url(std::span<const std::uint8_t> bytes, std::span<char> text) noexcept {
    std::uint32_t bits = 0;
    unsigned pending = 0;
    std::size_t written = 0;
    for (const std::uint8_t byte : bytes) {
        bits = bits << 8 | byte;
        pending += 8;
        while (pending >= 6) {
            pending -= 6;
            text[written++] = kAlphabet[bits >> pending & 0x3f];
        }
    }
    if (pending > 0) {
        text[written] = kAlphabet[bits << (6 - pending) & 0x3f];
    }
}

bool decode_base64url(std::string_view text, std::span<std::uint8_t> bytes) noexcept {
    if (text.size() != base64url_length(bytes.size())) {
        return false;
    }
    std::uint32_t bits = 0;
    unsigned pending = 0;
    std::size_t written = 0;
    for (const char character : text) {
        const std::uint8_t digit = kDigits[static_cast<unsigned char>(character)];
        if (digit == kNoDigit) {
            return false;
        }
        bits = bits << 6 | digit;
        pending += 6;
        if (pending >= 8) {
            pending -= 8;
            bytes[written++] = static_cast<std::uint8_t>(bits >> pending);
        }
    }
    return (bits & ((1U << pending) - 1)) == 0;
}

}  // namespace agent_sessions::gateway
