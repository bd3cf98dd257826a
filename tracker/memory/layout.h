// The segment's layout: plain structs, linked by index, carved once. Behaviour lives in the handles beside
// this file.
//
// Invariants (checked by validate()):
//  1. A slot that is not free stands in exactly one index entry, with the tag of its key; a free slot in
//  none.
//     An alias stands in one, too, with the tag of the earlier name.
//  2. A free slot is on the free list or above `fresh_slots`; never both.
//  3. Per account and for "*" (account 0): current = slots live or ending; agents = distinct agent texts
//  among them.
//  4. A text's references = the places that name it; a text without references is free.
//  5. Each instance belongs to one live or ending slot, or is free.
//  6. While nobody holds the lock the undo record is empty.
//  7. Closed quarter hours and acts from `saved_…` up to their heads are unsaved, and never more than their
//  areas hold.
// Index 0 of texts and instances is never used: 0 means none.
//
// Any change of meaning here raises kLayoutVersion. Words that several processes touch are atomics; those
// that change under the lock are written through a Transaction only.
#pragma once

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "tracker/memory/keyed_hash.h"
#include "tracker/types.h"

namespace agent_sessions::tracker::memory {

inline constexpr char kMagic[16] = "agent-sessions\n";
inline constexpr std::uint32_t kLayoutVersion = 4;
inline constexpr std::uint32_t kByteOrderMark = 0x01020304;

using SlotIndex = std::uint32_t;
using TextIndex = std::uint32_t;
using InstanceIndex = std::uint32_t;
using AccountIndex = std::uint16_t;

inline constexpr SlotIndex kNoSlot = ~SlotIndex{0};
inline constexpr AccountIndex kOverall = 0;
inline constexpr std::uint32_t kMaxInstanceRecords = 256;

template <typename T>
using Shared = std::atomic<T>;

// Set in a count of requests that began before this memory did.
inline constexpr std::uint32_t kUnknownRequests = 0x8000'0000;

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
    Shared<std::uint32_t> agent_hash;
    Shared<std::uint32_t> label_hash;
    Shared<InstanceIndex> instances;
    // Answered while it lived, the one that began it included; kUnknownRequests as well once nobody knows.
    Shared<std::uint32_t> requests;
};
static_assert(sizeof(HotSlot) == 64);

inline constexpr std::size_t kShownUrls = 4;

struct ColdSlot {
    Shared<std::int64_t> begun;             // boot clock, ms
    Shared<std::uint64_t> successor_nonce;  // 0 = no successor promised
    Shared<std::int64_t> successor_issued;  // wall clock, ms
    // Key of the session that came of it, 0 = none yet. Of an alias: the name that leads on to the session.
    Shared<std::uint64_t> successor_high;
    Shared<std::uint64_t> successor_low;
    Shared<SlotIndex> next_free;
    Shared<TextIndex> label;
    Shared<TextIndex> address;
    Shared<TextIndex> user_agent;
    Shared<TextIndex> ended_by;
    Shared<TextIndex> message;
    Shared<TextIndex> why;
    Shared<std::uint32_t> reactivations;
    Shared<std::uint32_t> instance_seconds;
    Shared<std::uint32_t> shown_urls[kShownUrls];
    Shared<std::uint16_t> shown_next;
    Shared<std::uint16_t> version;       // odd while the details are being changed
    Shared<std::uint32_t> last_seen;     // seconds of the boot clock, once the session is over
    Shared<std::uint8_t> unrecorded;     // 1 = the history must not learn whose session it is
    Shared<std::uint8_t> memory_days;    // BeginRequest::memory_days
    Shared<std::uint16_t> cookie_scope;  // BeginRequest::cookie_scope
    // Events' sequences; what is above the committed one is not in the history yet.
    Shared<std::uint64_t> begun_sequence;
    Shared<std::uint64_t> ended_sequence;
};
static_assert(sizeof(ColdSlot) == 120);

inline constexpr std::size_t kGroupEntries = 7;

// One cache line of the index. An entry is (tag << 32 | slot + 1); 0 = empty. Entries never move.
struct alignas(64) IndexGroup {
    Shared<std::uint64_t> entries[kGroupEntries];
    Shared<std::uint32_t> overflow;  // index of an overflow group + 1; 0 = none
    Shared<std::uint32_t> reserved;
};
static_assert(sizeof(IndexGroup) == 64);

// 48 bytes of a text. The first block of a text carries its bookkeeping, the others only bytes.
struct TextBlock {
    Shared<TextIndex> link;  // next text of the bucket, or next free block
    Shared<TextIndex> next;  // next block of this text
    struct Head {
        Shared<std::uint32_t> hash;
        Shared<std::uint32_t> references;
        Shared<std::uint32_t> account_and_length;  // account << 16 | bytes; account 0 = a text of no account
        Shared<std::uint32_t> live;                // live sessions of this agent
        Shared<std::uint32_t> bytes[6];
    };
    union {
        Head head;
        Shared<std::uint32_t> bytes[10];
    };
};
static_assert(sizeof(TextBlock) == 48);
inline constexpr std::size_t kHeadBytes = 24;
inline constexpr std::size_t kTailBytes = 40;

struct InstanceRecord {
    Shared<std::uint64_t> mark;   // low half of the key << 32 | last seen, seconds of the boot clock
    Shared<std::uint64_t> key;    // keyed hash of what tells the instance apart
    Shared<std::int64_t> opened;  // wall clock, ms
    Shared<InstanceIndex> next;   // of the session, or next free
    Shared<TextIndex> name;       // 0 = counted only
};
static_assert(sizeof(InstanceRecord) == 32);

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

struct UndoEntry {
    Shared<std::uint64_t> where;  // offset of the word from the start of the segment << 8 | its size in bytes
    Shared<std::uint64_t> before;
};

// Enough for the longest change: ending a session with kMaxInstanceRecords instances and the longest names.
inline constexpr std::size_t kUndoEntries = 2048;

// Written before the first store of a change. If the writer dies, the next one puts every word back, unless
// the change names a deciding slot word and that word shows that the change was complete.
struct UndoRecord {
    Shared<std::uint32_t> count;
    Shared<std::uint32_t> decided_by;  // slot + 1; 0 = no deciding word
    Shared<std::uint32_t> decided_generation;
    Shared<std::uint32_t> decided_state;  // the least state that means complete
    UndoEntry entries[kUndoEntries];
};

inline constexpr std::size_t kMasters = 16;

struct MasterStamp {
    Shared<std::int32_t> process;
    Shared<std::int64_t> stamped;  // boot clock, ms
};

// Where everything stands, in bytes from the start, and how much of it there is.
struct Geometry {
    std::uint64_t capacity;
    std::uint64_t slots;
    std::uint64_t groups;
    std::uint64_t overflow_groups;
    std::uint64_t texts;
    std::uint64_t text_buckets;
    std::uint64_t instances;
    std::uint64_t accounts;
    std::uint64_t account_buckets;
    std::uint64_t events;  // a power of two
    std::uint64_t quarters;
    std::uint64_t acts;
    std::uint64_t probation_buckets;

    std::uint64_t hot_offset;
    std::uint64_t cold_offset;
    std::uint64_t group_offset;
    std::uint64_t overflow_offset;
    std::uint64_t text_offset;
    std::uint64_t bucket_offset;
    std::uint64_t instance_offset;
    std::uint64_t account_offset;
    std::uint64_t account_bucket_offset;
    std::uint64_t event_offset;
    std::uint64_t quarter_offset;
    std::uint64_t act_offset;
    std::uint64_t probation_offset;
    std::uint64_t total_bytes;

    friend bool operator==(const Geometry&, const Geometry&) = default;
};

// Counters that change under the lock.
struct alignas(64) Totals {
    Shared<std::uint32_t> live;  // live and ending
    Shared<std::uint32_t> ended;
    Shared<SlotIndex> free_slots;       // kNoSlot = empty
    Shared<std::uint32_t> fresh_slots;  // slots from here on were never used
    Shared<std::uint32_t> fresh_overflow;
    Shared<TextIndex> free_texts;
    Shared<std::uint32_t> fresh_texts;
    Shared<std::uint32_t> free_text_count;
    Shared<InstanceIndex> free_instances;
    Shared<std::uint32_t> fresh_instances;
    Shared<std::uint32_t> accounts;
    Shared<std::uint32_t> default_total;
    Shared<std::uint32_t> reclaim_hand;
    Shared<std::uint64_t> next_event;  // sequence of the next event; the first is 1
    Shared<std::uint64_t> changes;
    Shared<std::uint64_t> closed_quarters;  // ever closed: the next one goes to this place, modulo the area
    Shared<std::uint64_t> next_act;         // number of the next act; the first is 1
};

// Where the history stands. Written by its one writer; only ever rising, but for `state`.
struct alignas(64) HistoryMarks {
    Shared<std::uint64_t> committed_sequence;  // events up to here are on disk
    Shared<std::uint64_t> saved_quarters;
    Shared<std::uint64_t> saved_acts;  // acts below this number are on disk
    Shared<std::uint64_t> lost;        // events, quarter hours and acts that could not be kept until written
    Shared<std::int64_t> last_commit;  // boot clock, ms; also when there was nothing to write
    Shared<std::uint32_t> state;       // HistoryState
    Shared<std::int32_t> error;        // SQLite's code, for people
    Shared<std::uint32_t> doorbell;    // a futex: rises when somebody waits for the disk
    Shared<std::uint32_t> loaded;      // 1 once the segment holds what the database knew
    Shared<std::uint64_t> refused_acts;  // second of the boot clock << 8 | how many in it
    pthread_mutex_t load_lock;           // robust: held while loading
};

// The start of the segment.
struct Layout {
    char magic[16];
    std::uint32_t version;
    std::uint32_t byte_order;
    std::uint32_t header_bytes;
    Shared<std::uint32_t> ready;  // 1 once initialised
    char boot_id[40];
    std::uint8_t uuid[16];
    std::int64_t created;  // wall clock, ms
    HashKey hash_key;
    Geometry geometry;

    alignas(64) pthread_mutex_t lock;
    Totals totals;
    alignas(64) Shared<std::uint64_t> visible_events;  // events below this sequence are complete
    Shared<std::uint64_t> recoveries;
    Shared<std::uint64_t> dropped_details;
    alignas(64) Shared<std::uint64_t> lease;  // process << 32 | until, tenths of a second of the boot clock
    MasterStamp masters[kMasters];
    HistoryMarks history;
    UndoRecord undo;

    HotSlot& hot(SlotIndex slot) noexcept { return at<HotSlot>(geometry.hot_offset)[slot]; }
    ColdSlot& cold(SlotIndex slot) noexcept { return at<ColdSlot>(geometry.cold_offset)[slot]; }
    IndexGroup& group(std::uint64_t index) noexcept { return at<IndexGroup>(geometry.group_offset)[index]; }
    IndexGroup& overflow(std::uint32_t index) noexcept {
        return at<IndexGroup>(geometry.overflow_offset)[index];
    }
    // An index that is beyond its area, as only damage makes one, leads to element 0: of texts and instances
    // nobody's, of accounts "*".
    TextBlock& text(TextIndex index) noexcept {
        return at<TextBlock>(geometry.text_offset)[index < geometry.texts ? index : 0];
    }
    Shared<TextIndex>& text_bucket(std::uint64_t index) noexcept {
        return at<Shared<TextIndex>>(geometry.bucket_offset)[index];
    }
    InstanceRecord& instance(InstanceIndex index) noexcept {
        return at<InstanceRecord>(geometry.instance_offset)[index < geometry.instances ? index : 0];
    }
    AccountRecord& account(std::uint32_t index) noexcept {
        return at<AccountRecord>(geometry.account_offset)[index < geometry.accounts ? index : kOverall];
    }
    Shared<std::uint32_t>& account_bucket(std::uint64_t index) noexcept {
        return at<Shared<std::uint32_t>>(geometry.account_bucket_offset)[index];
    }
    EventRecord& event(std::uint64_t sequence) noexcept {
        return at<EventRecord>(geometry.event_offset)[sequence & (geometry.events - 1)];
    }

    QuarterRecord& closed_quarter(std::uint64_t place) noexcept {
        return at<QuarterRecord>(geometry.quarter_offset)[place % geometry.quarters];
    }
    ActRecord& act(std::uint64_t number) noexcept {
        return at<ActRecord>(geometry.act_offset)[number % geometry.acts];
    }
    ProbationBucket& probation_bucket(std::uint64_t index) noexcept {
        return at<ProbationBucket>(geometry.probation_offset)[index];
    }

    // How many slots and accounts have ever been in use, and never more than there are.
    std::uint32_t used_slots() const noexcept {
        return std::min(totals.fresh_slots.load(std::memory_order_acquire),
                        static_cast<std::uint32_t>(geometry.slots));
    }
    std::uint32_t used_accounts() const noexcept {
        return std::min(totals.accounts.load(std::memory_order_acquire),
                        static_cast<std::uint32_t>(geometry.accounts));
    }
    // The first of what is closed or recorded and not on disk yet; as many as there is room for lie between
    // it and the head that is given.
    std::uint64_t first_unsaved_quarter(std::uint64_t head) const noexcept {
        return std::max(history.saved_quarters.load(std::memory_order_acquire),
                        head - std::min(head, geometry.quarters));
    }
    std::uint64_t first_unsaved_act(std::uint64_t head) const noexcept {
        return std::max(history.saved_acts.load(std::memory_order_acquire),
                        head - std::min(head, geometry.acts));
    }

  private:
    template <typename T>
    T* at(std::uint64_t offset) noexcept {
        return reinterpret_cast<T*>(reinterpret_cast<char*>(this) + offset);
    }
};

static_assert(std::is_standard_layout_v<HotSlot> && std::is_standard_layout_v<AccountRecord>);
static_assert(Shared<std::uint64_t>::is_always_lock_free && Shared<std::uint32_t>::is_always_lock_free &&
              Shared<std::uint16_t>::is_always_lock_free && Shared<std::uint8_t>::is_always_lock_free);
static_assert(sizeof(Shared<std::uint64_t>) == 8 && sizeof(Shared<std::uint32_t>) == 4);

// The layout for a capacity. REQUIRES: kMinCapacity <= capacity <= kMaxCapacity.
Geometry geometry_for(std::uint64_t capacity) noexcept;

// Makes zeroed memory of geometry.total_bytes a ready segment. `random` must be unpredictable.
void initialise(Layout& layout, const Geometry& geometry, const char* boot_id,
                const std::uint8_t (&random)[32], WallTime now) noexcept;

}  // namespace agent_sessions::tracker::memory
