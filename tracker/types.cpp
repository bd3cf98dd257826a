#include "tracker/types.h"

namespace agent_sessions::tracker {
namespace {

constexpr std::size_t kHalf = 16;

void write_hex(std::uint64_t value, char* out) noexcept {
    constexpr char kDigits[] = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4) {
        *out++ = kDigits[value >> shift & 15];
    }
}

std::optional<std::uint64_t> parse_hex(std::string_view digits) noexcept {
    std::uint64_t value = 0;
    for (const char digit : digits) {
        // Upper case would be a second spelling of the same session.
        if (digit >= '0' && digit <= '9') {
            value = value << 4 | static_cast<std::uint64_t>(digit - '0');
        } else if (digit >= 'a' && digit <= 'f') {
            value = value << 4 | static_cast<std::uint64_t>(digit - 'a' + 10);
        } else {
            return std::nullopt;
        }
    }
    return value;
}

}  // namespace

std::string to_ref(SessionKey key) {
    char ref[kRefBytes];
    return std::string(write_ref(key, ref));
}

std::string_view write_ref(SessionKey key, char (&ref)[kRefBytes]) noexcept {
    write_hex(key.high, ref);
    write_hex(key.low, ref + kHalf);
    return {ref, kRefBytes};
}

std::optional<SessionKey> parse_ref(std::string_view ref) noexcept {
    if (ref.size() != 2 * kHalf) {
        return std::nullopt;
    }
    const auto high = parse_hex(ref.substr(0, kHalf));
    const auto low = parse_hex(ref.substr(kHalf));
    if (!high || !low) {
        return std::nullopt;
    }
    return SessionKey{*high, *low};
}

std::string_view to_string(EndReason reason) noexcept {
    switch (reason) {
        case EndReason::none:
            return "none";
        case EndReason::administrator:
            return "administrator";
        case EndReason::replaced:
            return "replaced";
        case EndReason::limit:
            return "limit";
        case EndReason::idle:
            return "idle";
        case EndReason::absolute:
            return "absolute";
        case EndReason::logout:
            return "logout";
    }
    return "none";
}

std::string_view to_string(ActKind kind) noexcept {
    switch (kind) {
        case ActKind::erase:
            return "erase";
        case ActKind::keep:
            return "keep";
        case ActKind::terminate:
            break;
    }
    return "terminate";
}

}  // namespace agent_sessions::tracker
