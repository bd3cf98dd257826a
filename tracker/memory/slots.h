// What the segment keeps of each session, live or remembered, and the groups of the index that lead there.
// Part of layout.h, which says what always holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "tracker/memory/shared.h"

namespace agent_sessions::tracker::memory {

using SlotIndex = std::uint32_t;
using TextIndex = std::uint32_t;
using InstanceIndex = std::uint32_t;
using AccountIndex = std::uint16_t;

inline constexpr SlotIndex kNoSlot = ~SlotIndex{0};
inline constexpr AccountIndex kOverall = 0;
inline constexpr std::uint32_t kMaxInstanceRecords = 256;

// Set in a count of requests that began before this memory did.
inline constexpr std::uint32_t kUnknownRequests = 0x8000'0000;

// Of the names as they were told, see name_hash().
struct NameHashes {
    Shared<std::uint32_t> agent;
    Shared<std::uint32_t> label;
};

// The part that every request reads: one cache line.
struct alignas(64) HotSlot {
    Shared<std::uint64_t> word;  // SlotWord
    Shared<std::uint64_t> key_high;
    Shared<std::uint64_t> key_low;
    Shared<std::int64_t> started;  // wall clock, ms
    Shared<TextIndex> agent;
    Shared<AccountIndex> account;
    Shared<std::uint8_t> confirmed;  // its own cookie has come back
    Shared<std::uint8_t> inherited;  // the agent's name was taken over, not told by the application
    Shared<std::uint32_t> idle_seconds;
    Shared<std::uint32_t> deadline;  // of the absolute timeout, seconds of the boot clock
    union {
        NameHashes names;                       // while it lives, and until its end is settled
        Shared<std::uint64_t> successor_nonce;  // from then on; 0 = no successor promised, or not derived
    };
    Shared<InstanceIndex> instances;
    // Answered while it lived, the one that began it included; kUnknownRequests as well once nobody knows.
    Shared<std::uint32_t> requests;
};
static_assert(sizeof(HotSlot) == 64);

inline constexpr std::size_t kShownUrls = 4;

struct ColdSlot {
    // While it lives, and until its end is settled.
    struct Living {
        Shared<TextIndex> label;
        Shared<std::uint32_t> address;  // see addresses.h
        Shared<TextIndex> user_agent;
        Shared<std::uint32_t> instance_seconds;
        // An end that waits for the agent, see pending_end.h.
        Shared<std::uint32_t> pending_since;  // seconds of the wall clock; 0 = none is pending
        Shared<std::uint32_t> pending_until;  // seconds of the boot clock, or kNoLimit
    };
    // From then on: what the next cookie is derived from, with HotSlot::successor_nonce; zeros until one is
    // promised. Of an alias: what the newer one was.
    struct Over {
        // Key of the session that came of it, 0 = none yet. Of an alias: the name that leads on to the
        // session.
        Shared<std::uint64_t> successor_high;
        Shared<std::uint64_t> successor_low;
        Shared<std::int64_t> successor_issued;  // wall clock, ms
    };
    union {
        Living living;
        Over over;
    };
    Shared<std::int64_t> begun;  // boot clock, ms
    // Events' sequences; what is above the committed one is not in the history yet.
    Shared<std::uint64_t> begun_sequence;
    Shared<std::uint64_t> ended_sequence;
    Shared<SlotIndex> next_free;
    // Of its end, or of that which is pending.
    Shared<TextIndex> ended_by;
    Shared<TextIndex> message;
    Shared<TextIndex> why;
    Shared<std::uint32_t> last_seen;  // seconds of the boot clock, once the session is over
    Shared<std::uint32_t> reactivations;
    Shared<std::uint32_t> shown_urls[kShownUrls];
    Shared<std::uint8_t> shown_next;
    Shared<std::uint8_t> has_ipv4;       // `address` is one, in the order of the net, and no text
    Shared<std::uint16_t> version;       // odd while the details are being changed
    Shared<std::uint8_t> unrecorded;     // 1 = the history must not learn whose session it is
    Shared<std::uint8_t> memory_days;    // BeginRequest::memory_days
    Shared<std::uint16_t> cookie_scope;  // BeginRequest::cookie_scope
};
static_assert(sizeof(ColdSlot) == 96);

inline constexpr std::size_t kGroupEntries = 7;

// One cache line of the index. An entry is (tag << 32 | slot + 1); 0 = empty. Entries never move.
struct alignas(64) IndexGroup {
    Shared<std::uint64_t> entries[kGroupEntries];
    Shared<std::uint32_t> overflow;   // index of an overflow group + 1; 0 = none
    Shared<std::uint32_t> next_free;  // of one that no chain has, likewise
};
static_assert(sizeof(IndexGroup) == 64);
static_assert(std::is_standard_layout_v<HotSlot>);

}  // namespace agent_sessions::tracker::memory
