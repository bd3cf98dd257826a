#include "tracker/memory/rows.h"

#include <algorithm>

#include "tracker/memory/accounts.h"
#include "tracker/memory/addresses.h"
#include "tracker/memory/fetch.h"
#include "tracker/memory/instances.h"
#include "tracker/memory/pending_end.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/texts.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::tracker::memory {
namespace {

// A slot whose details change all the time is rare; after so many tries the lock settles it.
constexpr int kTries = 16;

// What must be the same before and after a copy for the copy to be of one instant.
struct Stamp {
    std::uint64_t recoveries;
    std::uint16_t version;

    static Stamp of(Layout& layout, SlotIndex slot) noexcept {
        return {layout.recoveries.load(std::memory_order_acquire),
                layout.cold(slot).version.load(std::memory_order_acquire)};
    }
    bool is_settled() const noexcept { return (version & 1) == 0; }
    friend bool operator==(const Stamp&, const Stamp&) = default;
};

SlotWord word_of(Layout& layout, SlotIndex slot) noexcept {
    return SlotWord(layout.hot(slot).word.load(std::memory_order_acquire));
}

WallTime to_wall(BootTime time, Now now) noexcept {
    return now.wall - (now.boot - time);
}

// It is noted once a second at most, so that finer parts would say nothing: a whole second, but no session
// was seen before it began. The word of an end says when that was; what it replaced was kept.
BootTime last_seen_of(Layout& layout, SlotIndex slot, SlotWord word) noexcept {
    const ColdSlot& cold = layout.cold(slot);
    const BootTime noted =
        word.state() == SlotState::live
            ? BootTime{std::chrono::floor<std::chrono::seconds>(word.time().time_since_epoch())}
            : BootTime{std::chrono::seconds{cold.last_seen.load(std::memory_order_relaxed)}};
    const auto begun = instant_of<BootTime>(cold.begun.load(std::memory_order_relaxed));
    return std::max<BootTime>(noted, std::chrono::ceil<std::chrono::seconds>(begun));
}

BootTime deadline_of(Layout& layout, SlotIndex slot) noexcept {
    return BootTime{std::chrono::seconds{layout.hot(slot).deadline.load(std::memory_order_relaxed)}};
}

// The absolute limit as it was given when the session began: what was left of it then, and the age it had.
// That of instances is known while the session is counted.
Lifetime lifetime_of(Layout& layout, SlotIndex slot, SlotWord word) noexcept {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    const auto begun = instant_of<BootTime>(cold.begun.load(std::memory_order_relaxed));
    const std::chrono::seconds instance{
        word.is_counted() ? cold.living.instance_seconds.load(std::memory_order_relaxed) : 0};
    return {std::chrono::seconds{hot.idle_seconds.load(std::memory_order_relaxed)},
            std::max(Millis{0}, deadline_of(layout, slot) - begun), instance};
}

bool copy_instances(Layout& layout, SlotIndex slot, Now now, Row& row, bool with_details) {
    const std::uint32_t timeout = layout.cold(slot).living.instance_seconds.load(std::memory_order_relaxed);
    InstanceIndex index = layout.hot(slot).instances.load(std::memory_order_relaxed);
    for (std::uint32_t steps = 0; index != 0; ++steps) {
        if (index >= layout.geometry.instances || steps > kMaxInstanceRecords) {
            return false;
        }
        InstanceRecord& record = layout.instance(index);
        if (!is_timed_out(layout, index, timeout, now.boot)) {
            ++row.instances;
            std::string name;
            if (!read_text(layout, record.name.load(std::memory_order_relaxed), name)) {
                return false;
            }
            if (with_details) {
                row.details.push_back(
                    {name, opened_at(layout, index), to_wall(last_seen(layout, index), now)});
            }
            if (!name.empty()) {
                row.interactions.push_back(std::move(name));
            }
        }
        index = record.next.load(std::memory_order_relaxed);
    }
    std::sort(row.interactions.begin(), row.interactions.end());
    row.interactions.erase(std::unique(row.interactions.begin(), row.interactions.end()),
                           row.interactions.end());
    std::reverse(row.details.begin(), row.details.end());
    return true;
}

// false: its words are not sound.
bool read_pending_end(Layout& layout, SlotIndex slot, Now now, std::optional<PendingEnd>& pending) {
    ColdSlot& cold = layout.cold(slot);
    pending.reset();
    const std::uint32_t since = cold.living.pending_since.load(std::memory_order_relaxed);
    if (since == 0) {
        return true;
    }
    PendingEnd& end = pending.emplace();
    end.since = WallTime{std::chrono::seconds{since}};
    if (const std::uint32_t until = cold.living.pending_until.load(std::memory_order_relaxed);
        until != kNoLimit) {
        end.until = to_wall(BootTime{std::chrono::seconds{until}}, now);
    }
    return read_text(layout, cold.ended_by.load(std::memory_order_relaxed), end.by) &&
           read_text(layout, cold.message.load(std::memory_order_relaxed), end.message) &&
           read_text(layout, cold.why.load(std::memory_order_relaxed), end.why);
}

void clear(Row& row) {
    row.agent.clear();
    row.label.clear();
    row.address.clear();
    row.user_agent.clear();
    row.interactions.clear();
    row.details.clear();
    row.pending_end.reset();
    row.identified = false;
    row.instances = 0;
    row.agent_sessions = 0;
}

void copy_rest(Layout& layout, SlotIndex slot, SlotWord word, Row& row) {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    const std::uint32_t requests = hot.requests.load(std::memory_order_relaxed);
    row.requests = (requests & kUnknownRequests) == 0 ? std::optional(requests) : std::nullopt;
    row.begun = instant_of<BootTime>(cold.begun.load(std::memory_order_relaxed));
    row.recorded = cold.unrecorded.load(std::memory_order_relaxed) == 0;
    row.memory_days = cold.memory_days.load(std::memory_order_relaxed);
    row.lifetime = lifetime_of(layout, slot, word);
    row.deadline = deadline_of(layout, slot);
}

bool copy_agent(Layout& layout, SlotIndex slot, Row& row) {
    const TextIndex agent = layout.hot(slot).agent.load(std::memory_order_relaxed);
    row.identified = agent != 0;
    if (agent != 0 && agent < layout.geometry.texts) {
        row.agent_sessions = layout.text(agent).head.live.load(std::memory_order_relaxed);
    }
    return read_text(layout, agent, row.agent);
}

constexpr RowParts kAllParts{true, true, true, true, true, true, true, true};

bool copy_once(Layout& layout, SlotIndex slot, SlotWord word, Now now, Row& row, const RowParts& parts,
               bool with_details) {
    const auto copy_text = [&layout](bool is_asked_for, const Shared<TextIndex>& text, std::string& out) {
        return !is_asked_for || read_text(layout, text.load(std::memory_order_relaxed), out);
    };
    ColdSlot& cold = layout.cold(slot);
    clear(row);
    row.handle = {slot, word.generation()};
    row.key = key_of(layout, slot);
    row.account = layout.hot(slot).account.load(std::memory_order_relaxed);
    row.started = started_of(layout, slot);
    if (parts.last_seen) {
        row.last_seen = to_wall(last_seen_of(layout, slot, word), now);
    }
    if (parts.begun_sequence) {
        row.begun_sequence = cold.begun_sequence.load(std::memory_order_relaxed);
    }
    return (!parts.agent || copy_agent(layout, slot, row)) &&
           copy_text(parts.label, cold.living.label, row.label) &&
           (!parts.address || read_address(layout, cold, row.address)) &&
           copy_text(parts.user_agent, cold.living.user_agent, row.user_agent) &&
           (!parts.pending_end || read_pending_end(layout, slot, now, row.pending_end)) &&
           (!parts.interactions || copy_instances(layout, slot, now, row, with_details));
}

bool copy_facts_once(Layout& layout, SlotIndex slot, SlotWord word, EndedFacts& facts) {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    facts = {};
    facts.key = key_of(layout, slot);
    facts.reason = word.reason();
    facts.account = account_name(layout, hot.account.load(std::memory_order_relaxed));
    facts.started = started_of(layout, slot);
    facts.begun = instant_of<BootTime>(cold.begun.load(std::memory_order_relaxed));
    facts.ended_at = word.time();
    facts.last_seen = BootTime{std::chrono::seconds{cold.last_seen.load(std::memory_order_relaxed)}};
    facts.begun_sequence = cold.begun_sequence.load(std::memory_order_relaxed);
    facts.ended_sequence = cold.ended_sequence.load(std::memory_order_relaxed);
    facts.recorded = cold.unrecorded.load(std::memory_order_relaxed) == 0;
    facts.memory_days = cold.memory_days.load(std::memory_order_relaxed);
    facts.lifetime = lifetime_of(layout, slot, word);
    facts.deadline = deadline_of(layout, slot);
    facts.reactivations = cold.reactivations.load(std::memory_order_relaxed);
    facts.followed =
        word.state() == SlotState::ended && (cold.over.successor_high.load(std::memory_order_relaxed) |
                                             cold.over.successor_low.load(std::memory_order_relaxed)) != 0;
    return read_text(layout, hot.agent.load(std::memory_order_relaxed), facts.agent) &&
           read_text(layout, cold.ended_by.load(std::memory_order_relaxed), facts.by) &&
           read_text(layout, cold.message.load(std::memory_order_relaxed), facts.message) &&
           read_text(layout, cold.why.load(std::memory_order_relaxed), facts.why);
}

// Runs `copy(word)` until it has seen one instant of a slot for which `wanted(word)` holds.
template <typename Wanted, typename Copy>
bool copy_consistently(Layout& layout, SlotIndex slot, Waiting waiting, Wanted wanted, Copy copy) {
    if (slot >= layout.geometry.slots) {
        return false;
    }
    for (int attempt = 0; attempt < kTries; ++attempt) {
        const Stamp before = Stamp::of(layout, slot);
        const SlotWord word = word_of(layout, slot);
        if (!wanted(word)) {
            return false;
        }
        if (before.is_settled() && copy(word)) {
            std::atomic_thread_fence(std::memory_order_acquire);
            const SlotWord after = word_of(layout, slot);
            if (before == Stamp::of(layout, slot) && after.generation() == word.generation()) {
                return true;
            }
        }
    }
    const ZoneGuard guard(layout, waiting);
    const SlotWord word = word_of(layout, slot);
    return guard && wanted(word) && copy(word);
}

}  // namespace

bool glance(Layout& layout, SlotIndex slot, Now now, const RowParts& parts, Tracker::Glance& out) noexcept {
    const SlotWord word = word_of(layout, slot);
    if (!word.is_counted()) {
        return false;
    }
    out.handle = {slot, word.generation()};
    out.key = key_of(layout, slot);
    out.account = layout.hot(slot).account.load(std::memory_order_relaxed);
    out.started = started_of(layout, slot);
    if (parts.last_seen) {
        out.last_seen = to_wall(last_seen_of(layout, slot, word), now);
    }
    if (parts.begun_sequence) {
        out.begun_sequence = layout.cold(slot).begun_sequence.load(std::memory_order_relaxed);
    }
    std::atomic_thread_fence(std::memory_order_acquire);
    return word_of(layout, slot).generation() == word.generation();
}

void fetch_slot(Layout& layout, SlotIndex slot, const RowParts& parts) noexcept {
    const HotSlot& hot = layout.hot(slot);
    fetch(layout.cold(slot));
    if (parts.agent) {
        fetch(layout.text(hot.agent.load(std::memory_order_relaxed)));
    }
    if (parts.interactions) {
        fetch(layout.instance(hot.instances.load(std::memory_order_relaxed)));
    }
}

void fetch_texts(Layout& layout, SlotIndex slot, const RowParts& parts) noexcept {
    const ColdSlot& cold = layout.cold(slot);
    const auto fetch_text = [&layout](bool is_asked_for, const Shared<TextIndex>& text) {
        if (is_asked_for) {
            fetch(layout.text(text.load(std::memory_order_relaxed)));
        }
    };
    fetch_text(parts.label, cold.living.label);
    if (parts.address) {
        fetch(layout.text(address_text(cold)));
    }
    fetch_text(parts.user_agent, cold.living.user_agent);
    if (parts.interactions) {
        const InstanceIndex first = layout.hot(slot).instances.load(std::memory_order_relaxed);
        fetch(layout.text(layout.instance(first).name.load(std::memory_order_relaxed)));
    }
}

bool glance(Layout& layout, SlotIndex slot, Now now, Tracker::Glance& out) noexcept {
    return glance(layout, slot, now, kAllParts, out);
}

bool copy_parts(Layout& layout, SessionHandle handle, Now now, Row& row, const RowParts& parts,
                Waiting waiting) {
    return copy_consistently(
        layout, handle.slot, waiting,
        [&](SlotWord word) { return word.is_counted() && word.generation() == handle.generation; },
        [&](SlotWord word) { return copy_once(layout, handle.slot, word, now, row, parts, false); });
}

bool copy_row(Layout& layout, SessionHandle handle, Now now, Row& row, bool with_details, Waiting waiting) {
    return copy_consistently(
        layout, handle.slot, waiting,
        [&](SlotWord word) { return word.is_counted() && word.generation() == handle.generation; },
        [&](SlotWord word) {
            copy_rest(layout, handle.slot, word, row);
            return copy_once(layout, handle.slot, word, now, row, kAllParts, with_details);
        });
}

bool copy_pending_end(Layout& layout, SessionHandle handle, Now now, std::optional<PendingEnd>& pending,
                      Waiting waiting) {
    return copy_consistently(
        layout, handle.slot, waiting,
        [&](SlotWord word) {
            return word.state() == SlotState::live && word.generation() == handle.generation;
        },
        [&](SlotWord) { return read_pending_end(layout, handle.slot, now, pending); });
}

bool copy_ended(Layout& layout, SessionHandle handle, EndedFacts& facts, Waiting waiting) {
    return copy_consistently(
        layout, handle.slot, waiting,
        [&](SlotWord word) { return word.is_over() && word.generation() == handle.generation; },
        [&](SlotWord word) { return copy_facts_once(layout, handle.slot, word, facts); });
}

}  // namespace agent_sessions::tracker::memory
