#include "tracker/memory/erasure.h"

#include <algorithm>

#include "tracker/memory/accounts.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/slot_change.h"
#include "tracker/memory/texts.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::tracker::memory {
namespace {

struct Erasure {
    std::string_view account;
    std::string_view agent;
    std::string_view pseudonym;

    bool covers(Layout& layout, AccountIndex index) const noexcept {
        return account == "*" || account_name(layout, index) == account;
    }
};

// The bytes of a freed text would stay readable until the block is used again.
void blank_if_free(Layout& layout, TextIndex text) noexcept {
    if (text == 0 || layout.text(text).head.references.load(std::memory_order_relaxed) != 0) {
        return;
    }
    for (auto& word : layout.text(text).head.bytes) {
        word.store(0, std::memory_order_relaxed);
    }
    TextIndex block = layout.text(text).next.load(std::memory_order_relaxed);
    for (std::size_t steps = 0; block != 0 && steps < kMaxAgentBytes / kTailBytes + 1; ++steps) {
        for (auto& word : layout.text(block).bytes) {
            word.store(0, std::memory_order_relaxed);
        }
        block = layout.text(block).next.load(std::memory_order_relaxed);
    }
}

void erase_slot(Layout& layout, SlotIndex slot, const Erasure& erasure) noexcept {
    HotSlot& hot = layout.hot(slot);
    ColdSlot& cold = layout.cold(slot);
    const bool is_counted = SlotWord(hot.word.load(std::memory_order_acquire)).state() != SlotState::ended;
    const AccountIndex account = hot.account.load(std::memory_order_relaxed);
    const TextIndex before = hot.agent.load(std::memory_order_relaxed);
    const TextIndex address = cold.address.load(std::memory_order_relaxed);
    const TextIndex user_agent = cold.user_agent.load(std::memory_order_relaxed);
    {
        Transaction change(layout);
        {
            const DetailChange details(change, hot);
            const TextIndex after = refer(change, erasure.pseudonym, account);
            change.set(hot.agent, after);
            // As if taken over: whatever name the application tells next is believed.
            change.set(hot.agent_hash, std::uint32_t{0});
            change.set(hot.inherited, std::uint8_t{1});
            if (is_counted) {
                count_rename(change, account, before, after);
            }
            release(change, before);
            release(change, address);
            change.set(cold.address, TextIndex{0});
            release(change, user_agent);
            change.set(cold.user_agent, TextIndex{0});
            change.add(layout.totals.changes, std::uint64_t{1});
        }
        change.commit();
    }
    for (const TextIndex text : {before, address, user_agent}) {
        blank_if_free(layout, text);
    }
}

void erase_event(Layout& layout, EventRecord& record, const Erasure& erasure) noexcept {
    const std::size_t length = std::min<std::size_t>(record.text_length, sizeof(record.text));
    if (record.sequence.load(std::memory_order_relaxed) == 0 || !erasure.covers(layout, record.account) ||
        std::string_view(record.text, length) != erasure.agent) {
        return;
    }
    const std::string_view pseudonym = cut(erasure.pseudonym, sizeof(record.text));
    std::fill(std::begin(record.text), std::end(record.text), '\0');
    std::copy(pseudonym.begin(), pseudonym.end(), record.text);
    record.text_length = static_cast<std::uint8_t>(pseudonym.size());
}

}  // namespace

void erase_agent(Layout& layout, std::string_view account, std::string_view agent, std::string_view pseudonym,
                 Now /*now*/) {
    const Erasure erasure{account, cut(agent, kMaxAgentBytes), pseudonym};
    const std::uint32_t used = layout.totals.fresh_slots.load(std::memory_order_acquire);
    for (SlotIndex slot = 0; slot < used; ++slot) {
        if (SlotWord(layout.hot(slot).word.load(std::memory_order_relaxed)).state() == SlotState::free) {
            continue;
        }
        const ZoneGuard guard(layout, Waiting::patient);
        const SlotWord word(layout.hot(slot).word.load(std::memory_order_acquire));
        const TextIndex name = layout.hot(slot).agent.load(std::memory_order_relaxed);
        if (word.state() != SlotState::free && name != 0 &&
            erasure.covers(layout, layout.hot(slot).account.load(std::memory_order_relaxed)) &&
            equals(layout, name, erasure.agent)) {
            erase_slot(layout, slot, erasure);
        }
    }
    constexpr std::uint64_t kEventsAtOnce = 64;
    for (std::uint64_t first = 0; first < layout.geometry.events; first += kEventsAtOnce) {
        const ZoneGuard guard(layout, Waiting::patient);
        for (std::uint64_t event = first; event < first + kEventsAtOnce; ++event) {
            erase_event(layout, layout.event(event), erasure);
        }
    }
}

}  // namespace agent_sessions::tracker::memory
