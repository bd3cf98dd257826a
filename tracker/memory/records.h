// What the segment keeps besides sessions: what they lead to, and what waits for the history. Part of
// layout.h, which says what always holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "tracker/memory/shared.h"
#include "tracker/memory/slots.h"
#include "tracker/types.h"

namespace agent_sessions::tracker::memory {

// 40 bytes of a text. The first block of a text carries its bookkeeping, the others only bytes.
struct TextBlock {
    Shared<TextIndex> link;  // next text of the bucket, or next free block
    Shared<TextIndex> next;  // next block of this text
    struct Head {
        Shared<std::uint32_t> hash;
        Shared<std::uint32_t> references;
        Shared<std::uint32_t> account_and_length;  // account << 16 | bytes; account 0 = a text of no account
        Shared<std::uint32_t> live;                // live sessions of this agent
        Shared<std::uint32_t> bytes[4];
    };
    union {
        Head head;
        Shared<std::uint32_t> bytes[8];
    };
};
static_assert(sizeof(TextBlock) == 40);
inline constexpr std::size_t kHeadBytes = 16;
inline constexpr std::size_t kTailBytes = 32;

// Its key is a keyed hash of what tells the instance apart.
struct InstanceRecord {
    Shared<std::uint64_t> mark;  // low half of the key << 32 | last seen, seconds of the boot clock
    Shared<std::uint32_t> key_high;
    Shared<std::uint32_t> opened;  // wall clock, seconds
    Shared<InstanceIndex> next;    // of the session, or next free
    Shared<TextIndex> name;        // 0 = counted only
};
static_assert(sizeof(InstanceRecord) == 24);

inline constexpr std::uint32_t kNoTotal = ~std::uint32_t{0};

struct alignas(64) AccountRecord {
    char name[kMaxAccountBytes];
    // Of account 0: that of the license line "*", for accounts that are still to come.
    Shared<std::uint64_t> time_zone[kMaxTimeZoneBytes / 8];
    Shared<std::uint32_t> next;  // of the bucket, + 1
    Shared<std::uint32_t> current;
    Shared<std::uint32_t> agents;
    Shared<std::uint32_t> total;  // kNoTotal = none
    Shared<std::uint8_t> has_license;
    Shared<std::uint8_t> zone_by_license;
    std::uint8_t name_length;
    Shared<std::uint8_t> zone_length;
    // The maximum of the current quarter hour (UTC), and when it was reached: exact, kept at every begin.
    Shared<std::uint32_t> quarter_peak;
    Shared<std::int64_t> quarter;  // quarter hours since the epoch
    Shared<std::int64_t> quarter_peak_at;
    Shared<std::uint64_t> quarter_peak_sequence;
    Shared<std::uint32_t> quarter_peak_agents;
    Shared<std::uint32_t> quarter_refused;
    Shared<std::uint64_t> untracked[kUntrackedCauses];
};

// A quarter hour of an account that is over. Stays until the history has it.
struct QuarterRecord {
    std::int64_t quarter;
    std::int64_t peak_at;
    std::uint64_t peak_sequence;
    std::uint32_t peak;
    std::uint32_t agents;
    std::uint32_t refused;
    AccountIndex account;
    std::uint16_t reserved;
};
static_assert(sizeof(QuarterRecord) == 40);

// What an admin did. Stays until the history has it.
struct alignas(64) ActRecord {
    std::uint64_t number;
    std::uint64_t sequence;
    std::int64_t wall;
    std::uint64_t boundary;  // everything of the account (and agent) begun by this sequence ends; 0 = none
    Shared<std::uint64_t> ended;  // how many; known when the act is finished
    AccountIndex account;         // of the boundary; kOverall = all
    std::uint8_t kind;
    std::uint8_t refused;
    std::uint16_t user_length;
    std::uint16_t role_length;
    std::uint16_t address_length;
    std::uint16_t accounts_length;
    std::uint16_t what_length;
    std::uint16_t agent_length;
    std::uint16_t reason_length;
    std::uint16_t message_length;
    std::uint16_t pseudonym_length;
    char user[kMaxUserBytes];
    char role[16];
    char address[kMaxAddressBytes];
    char accounts[kMaxActAccountsBytes];
    char what[kMaxActTextBytes];
    char agent[kMaxAgentBytes];
    char reason[kMaxMessageBytes];
    char message[kMaxMessageBytes];
    char pseudonym[32];
};

struct alignas(64) EventRecord {
    Shared<std::uint64_t> sequence;  // 0 while being written
    std::int64_t wall;
    std::uint64_t key_high;
    std::uint64_t key_low;
    std::int64_t started;
    std::uint8_t kind;
    std::uint8_t reason;
    AccountIndex account;
    std::uint8_t text_length;
    std::uint8_t by_length;
    std::uint16_t unrecorded;  // 1 = of a session of which the history must not learn whose it is
    char text[128];            // agent or interaction
    char by[72];               // the admin, cut
};
static_assert(sizeof(EventRecord) == 256);

inline constexpr std::size_t kBucketStrangers = 8;

// One cache line of the probation area. An entry is (tag << 32 | second of the boot clock); 0 = empty.
struct alignas(64) ProbationBucket {
    Shared<std::uint64_t> strangers[kBucketStrangers];
};
static_assert(sizeof(ProbationBucket) == 64);

static_assert(std::is_standard_layout_v<AccountRecord>);

}  // namespace agent_sessions::tracker::memory
