#include "tracker/memory/addresses.h"

#include <arpa/inet.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>

#include "tracker/memory/texts.h"

namespace agent_sessions::tracker::memory {
namespace {

using Ipv4Text = std::array<char, INET_ADDRSTRLEN>;

// As inet_ntop() writes it, but without a format: a search reads the addresses of a million sessions.
std::string_view write_ipv4(std::uint32_t bits, Ipv4Text& text) noexcept {
    const auto octets = std::bit_cast<std::array<std::uint8_t, sizeof(bits)>>(bits);
    char* end = text.data();
    for (const std::uint8_t octet : octets) {
        if (end != text.data()) {
            *end++ = '.';
        }
        end = std::to_chars(end, text.data() + text.size(), octet).ptr;
    }
    return {text.data(), static_cast<std::size_t>(end - text.data())};
}

// Only what reads the same afterwards.
std::optional<std::uint32_t> parse_ipv4(std::string_view address) noexcept {
    Ipv4Text text{};
    if (address.empty() || address.size() >= text.size()) {
        return std::nullopt;
    }
    address.copy(text.data(), address.size());
    in_addr parsed{};
    Ipv4Text again{};
    return inet_pton(AF_INET, text.data(), &parsed) == 1 && write_ipv4(parsed.s_addr, again) == address
               ? std::optional(parsed.s_addr)
               : std::nullopt;
}

}  // namespace

void fill_address(Transaction& change, ColdSlot& cold, std::string_view address) noexcept {
    const auto ipv4 = parse_ipv4(address);
    cold.has_ipv4.store(ipv4 ? 1 : 0, std::memory_order_relaxed);
    cold.living.address.store(ipv4 ? *ipv4 : refer(change, address, 0), std::memory_order_relaxed);
}

void clear_address(Transaction& change, ColdSlot& cold) noexcept {
    const TextIndex text = address_text(cold);
    change.set(cold.has_ipv4, std::uint8_t{0});
    change.set(cold.living.address, std::uint32_t{0});
    release(change, text);
}

TextIndex address_text(const ColdSlot& cold) noexcept {
    return cold.has_ipv4.load(std::memory_order_relaxed) == 0
               ? cold.living.address.load(std::memory_order_relaxed)
               : 0;
}

bool read_address(Layout& layout, const ColdSlot& cold, std::string& out) {
    if (cold.has_ipv4.load(std::memory_order_relaxed) == 0) {
        return read_text(layout, cold.living.address.load(std::memory_order_relaxed), out);
    }
    Ipv4Text text;
    out.append(write_ipv4(cold.living.address.load(std::memory_order_relaxed), text));
    return true;
}

}  // namespace agent_sessions::tracker::memory
