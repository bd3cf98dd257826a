// The secrets that sign tokens: plain values, their text form, and the rules of their rotation.
// Thread safety: values. Secrets are wiped when a ring is destroyed.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tracker/time.h"

namespace agent_sessions::gateway {

inline constexpr std::size_t kMaxKeys = 16;
inline constexpr std::size_t kKeyBytes = 32;
inline constexpr tracker::Millis kKeySigningAge = std::chrono::days(30);
// A new key is known to every worker before it is used.
inline constexpr tracker::Millis kKeyLeadTime = std::chrono::hours(1);

using Secret = std::array<std::uint8_t, kKeyBytes>;

struct Key {
    std::uint8_t id = 0;
    tracker::WallTime created{};
    tracker::WallTime active_from{};
    Secret secret{};
};

class KeyRing {
  public:
    KeyRing() noexcept = default;
    KeyRing(const KeyRing&) noexcept = default;
    KeyRing& operator=(const KeyRing&) noexcept = default;
    ~KeyRing();

    // Oldest first; ids are unique.
    std::span<const Key> keys() const noexcept { return {keys_.data(), size_}; }
    bool empty() const noexcept { return size_ == 0; }

    // The key that signs what is issued at `at`: the newest active one. Where none is active yet (a clock
    // that was set back) the one that becomes active first. nullptr = empty ring.
    const Key* signing_key(tracker::WallTime at) const noexcept;
    // nullptr = no such key.
    const Key* find(std::uint8_t id) const noexcept;

    // Adds as the newest. false = full, the id is taken, or it is older than the newest.
    bool add(const Key& key) noexcept;

    // The key for the names of cookies that are not ours. Unlike the others it stays for ever, since such a
    // cookie does not say by which key it is known. Made of the oldest key, until keep_adoption().
    Secret adoption() const noexcept;
    bool keeps_adoption() const noexcept { return keeps_adoption_; }
    void keep_adoption(const Secret& secret) noexcept;

    // true: rotate() would change something.
    bool needs_rotation(tracker::WallTime now, tracker::Millis absolute) const noexcept;
    // Gives an empty ring its first key (active at once), a ring whose newest key is older than
    // kKeySigningAge a new one (active after kKeyLeadTime), and drops the keys that can't have signed
    // anything that still counts: older than kKeySigningAge + 2 x absolute, and followed by a key that has
    // been active for 2 x absolute. A full ring loses its oldest key instead. `absolute` = the longest
    // absolute timeout configured. true = changed.
    bool rotate(tracker::WallTime now, tracker::Millis absolute, const Secret& fresh) noexcept;

  private:
    void drop_oldest() noexcept;

    std::array<Key, kMaxKeys> keys_{};
    std::size_t size_ = 0;
    Secret adoption_{};
    bool keeps_adoption_ = false;
};

// First line "agent-sessions keys 1", then one line "ID CREATED_MS ACTIVE_FROM_MS HEX64" per key, oldest
// first, then, where it is kept, one line "adoption HEX64".
std::string serialize(const KeyRing& ring);

// Accepts exactly what serialize() writes; anything else (also an empty ring) is damage. On damage `error`
// says what is wrong in which line.
std::optional<KeyRing> parse_key_ring(std::string_view text, std::string& error);

}  // namespace agent_sessions::gateway
