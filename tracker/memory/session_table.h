// The session table: slots, and the changes that keep slot, index, texts, instances, accounts and events true
// to each other. Live and ended sessions stand here side by side; ending is a one-way step of the slot's
// word, so an ended cookie is never, not even for an instant, neither live nor ended.
//
// Every function here REQUIRES the zone's lock, is O(1) (bounded by kMaxInstanceRecords), and either happens
// wholly or not at all, whatever kills the process.
#pragma once

#include <optional>

#include "tracker/memory/index.h"
#include "tracker/memory/layout.h"
#include "tracker/memory/slot_word.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {

Begun begin_session(Layout& layout, const BeginRequest& request, Now now) noexcept;

// A slot for a run-out cookie that names no session, with the agent of its predecessor. nullopt: no room.
std::optional<SessionHandle> enter_run_out(Layout& layout, SessionKey key, WallTime started,
                                           std::string_view account, const Lifetime& lifetime,
                                           std::optional<SessionKey> predecessor, Now now) noexcept;

// Lets counts, texts, instances and the event follow a slot whose word says `ending`. Others are left alone.
void settle_slot(Layout& layout, SlotIndex slot, const EndRequest& request, Now now) noexcept;

// The same where whoever ended it does not come back: with the words of its pending end, where it ended so.
void settle_abandoned(Layout& layout, SlotIndex slot, Now now) noexcept;

// Gives a slot the words of an end. An empty one takes them away. Part of a change of its details.
void replace_words(Transaction& change, ColdSlot& cold, const EndRequest& request) noexcept;

// Frees an ended slot.
void forget_slot(Layout& layout, SlotIndex slot) noexcept;
// The last part of a change that frees a slot: it leaves the index, and the change is committed.
void free_slot(Transaction& change, SlotIndex slot) noexcept;

IdentifyResult rename_agent(Layout& layout, SlotIndex slot, std::string_view agent, Now now) noexcept;
void replace_label(Layout& layout, SlotIndex slot, std::string_view label, Now now) noexcept;

InstanceResult put_instance(Layout& layout, SlotIndex slot, std::string_view name, std::uint64_t key,
                            Now now) noexcept;
InstanceResult drop_instance(Layout& layout, SlotIndex slot, std::uint64_t key, Now now) noexcept;
// Closes the timed-out instances of a session, a few per call. true: there may be more.
bool drop_timed_out(Layout& layout, SlotIndex slot, Now now) noexcept;

// Lock-free: turns a live word into an ending one. Says what word the slot has now, and whether this call
// made it so.
struct Turned {
    SlotWord word;
    bool by_us = false;
};
Turned turn_to_ending(Layout& layout, SlotIndex slot, std::uint32_t generation, EndReason reason,
                      BootTime now) noexcept;

// Keeps when a live word was last seen, which the word of its end no longer says.
void note_last_seen(Layout& layout, SlotIndex slot, SlotWord live) noexcept;

// Whether nothing is lost with the slot of this ended session: the history has its end, or nobody writes one.
bool is_saved(Layout& layout, SlotIndex slot) noexcept;

SessionKey key_of(Layout& layout, SlotIndex slot) noexcept;
WallTime started_of(Layout& layout, SlotIndex slot) noexcept;

// Whether a live session's time is over at `now`: idle, absolute, or none.
inline EndReason overdue(Layout& layout, SlotIndex slot, SlotWord word, Now now) noexcept {
    HotSlot& hot = layout.hot(slot);
    const std::chrono::seconds idle{hot.idle_seconds.load(std::memory_order_relaxed)};
    const BootTime deadline{std::chrono::seconds{hot.deadline.load(std::memory_order_relaxed)}};
    if (now.boot > deadline) {
        return EndReason::absolute;
    }
    return now.boot - word.time() > idle ? EndReason::idle : EndReason::none;
}

}  // namespace agent_sessions::tracker::memory
