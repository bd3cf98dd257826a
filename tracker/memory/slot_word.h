// The one word that decides what a slot is: generation, state, reason of the end, last seen.
// Everything that many processes may decide at once (touch, end, expire) is a compare-and-swap on it.
#pragma once

#include <cstdint>

#include "tracker/types.h"

namespace agent_sessions::tracker::memory {

enum class SlotState : std::uint8_t {
    free = 0,
    live = 1,
    ending = 2,  // refused already, still counted: counts and event follow under the lock
    ended = 3,
    alias = 4,  // no session: an earlier name of one, see session_names.h
};

// Bits from the top: 20 generation, 3 state, 3 reason, 38 milliseconds of the boot clock (8.7 years).
// In an ended slot the time is that of the end.
class SlotWord {
  public:
    static constexpr std::uint32_t kGenerationMask = (1U << 20) - 1;
    static constexpr std::uint64_t kTimeMask = (std::uint64_t{1} << 38) - 1;

    constexpr SlotWord() = default;
    explicit constexpr SlotWord(std::uint64_t bits) : bits_(bits) {}
    constexpr SlotWord(std::uint32_t generation, SlotState state, EndReason reason, BootTime time)
        : bits_(std::uint64_t{generation & kGenerationMask} << 44 |
                std::uint64_t{static_cast<std::uint8_t>(state)} << 41 |
                std::uint64_t{static_cast<std::uint8_t>(reason)} << 38 |
                (static_cast<std::uint64_t>(time.time_since_epoch().count()) & kTimeMask)) {}

    constexpr std::uint64_t bits() const { return bits_; }
    constexpr std::uint32_t generation() const { return static_cast<std::uint32_t>(bits_ >> 44); }
    constexpr SlotState state() const { return static_cast<SlotState>(bits_ >> 41 & 7); }
    constexpr EndReason reason() const { return static_cast<EndReason>(bits_ >> 38 & 7); }
    constexpr BootTime time() const { return BootTime{Millis{static_cast<std::int64_t>(bits_ & kTimeMask)}}; }

    constexpr SlotWord with_time(BootTime time) const { return {generation(), state(), reason(), time}; }
    constexpr SlotWord with_state(SlotState state) const { return {generation(), state, reason(), time()}; }

    // Free neither, nor damaged.
    constexpr bool is_in_use() const { return state() != SlotState::free && state() <= SlotState::alias; }
    // Ended for every request, whether its counts have followed or not.
    constexpr bool is_over() const { return state() == SlotState::ending || state() == SlotState::ended; }
    // Part of the counts, and so of the lists.
    constexpr bool is_counted() const { return state() == SlotState::live || state() == SlotState::ending; }

  private:
    std::uint64_t bits_ = 0;
};

}  // namespace agent_sessions::tracker::memory
