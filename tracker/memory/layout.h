// The segment's layout: plain structs, linked by index, carved once: here its start and where everything
// stands, in slots.h, records.h and undo_record.h what stands there. Behaviour lives in the handles beside
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
//  7. An end is pending for live slots only, and for one without instances only if requests have
//  kUnknownRequests.
//  8. An overflow group stands in one chain of the index, or is empty and on the free list.
//  9. Closed quarter hours and acts from `saved_…` up to their heads are unsaved, and never more than their
//  areas hold.
// Index 0 of texts and instances is never used: 0 means none.
//
// Any change of meaning here or there raises kLayoutVersion. Words that several processes touch are atomics;
// those that change under the lock are written through a Transaction only.
#pragma once

#include <pthread.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "tracker/memory/keyed_hash.h"
#include "tracker/memory/records.h"
#include "tracker/memory/shared.h"
#include "tracker/memory/slots.h"
#include "tracker/memory/undo_record.h"
#include "tracker/types.h"

namespace agent_sessions::tracker::memory {

inline constexpr char kMagic[16] = "agent-sessions\n";
inline constexpr std::uint32_t kLayoutVersion = 8;
inline constexpr std::uint32_t kByteOrderMark = 0x01020304;

inline constexpr std::size_t kMasters = 16;

struct MasterStamp {
    Shared<std::int32_t> process;
    Shared<std::uint32_t> process_space;  // the PID namespace that the number is of
    Shared<std::int64_t> stamped;         // boot clock, ms
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
    Shared<SlotIndex> free_slots;         // kNoSlot = empty
    Shared<std::uint32_t> fresh_slots;    // slots from here on were never used
    Shared<std::uint32_t> free_overflow;  // index + 1; 0 = none
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

// Where the history stands. Written by its one writer, but for what others ask of it; only ever rising, but
// for `state`.
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
    Shared<std::uint64_t> refused_acts;      // second of the boot clock << 8 | how many in it
    Shared<std::uint64_t> awaited_sequence;  // somebody waits for events up to here to be on disk
    Shared<std::int64_t> held_until;  // boot clock, ms: until then an act is under way; of several, the last
    pthread_mutex_t load_lock;        // robust: held while loading
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
        return std::max(history.saved_acts.load(std::memory_order_acquire), oldest_act(head));
    }
    // The first whose place no later one has taken.
    std::uint64_t oldest_act(std::uint64_t head) const noexcept {
        return head - std::min(head, geometry.acts);
    }

  private:
    template <typename T>
    T* at(std::uint64_t offset) noexcept {
        return reinterpret_cast<T*>(reinterpret_cast<char*>(this) + offset);
    }
};

static_assert(Shared<std::uint64_t>::is_always_lock_free && Shared<std::uint32_t>::is_always_lock_free &&
              Shared<std::uint16_t>::is_always_lock_free && Shared<std::uint8_t>::is_always_lock_free);
static_assert(sizeof(Shared<std::uint64_t>) == 8 && sizeof(Shared<std::uint32_t>) == 4);

// The layout for a capacity. REQUIRES: kMinCapacity <= capacity <= kMaxCapacity.
Geometry geometry_for(std::uint64_t capacity) noexcept;

// Makes zeroed memory of geometry.total_bytes a ready segment. `random` must be unpredictable.
void initialise(Layout& layout, const Geometry& geometry, const char* boot_id,
                const std::uint8_t (&random)[32], WallTime now) noexcept;

}  // namespace agent_sessions::tracker::memory
