// Tracker: the request path.
#include <algorithm>

#include "tracker/memory/accounts.h"
#include "tracker/memory/index_search.h"
#include "tracker/memory/instances.h"
#include "tracker/memory/probation.h"
#include "tracker/memory/session_names.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/texts.h"
#include "tracker/memory/zone_lock.h"
#include "tracker/tracker.h"

namespace agent_sessions::tracker {

using namespace memory;

namespace {

constexpr Millis kTouchGranularity{1000};

inline Found describe(Layout& layout, SlotIndex slot, SlotWord word) noexcept {
    HotSlot& hot = layout.hot(slot);
    Found found;
    found.state = word.is_over() ? Found::State::ended : Found::State::live;
    found.handle = {slot, word.generation()};
    found.reason = word.reason();
    found.started = WallTime{Millis{hot.started.load(std::memory_order_relaxed)}};
    found.agent_hash = hot.names.agent.load(std::memory_order_relaxed);
    found.label_hash = hot.names.label.load(std::memory_order_relaxed);
    return found;
}

inline bool needs_touch(HotSlot& hot, SlotWord word, Now now) noexcept {
    return hot.confirmed.load(std::memory_order_relaxed) == 0 || now.boot >= word.time() + kTouchGranularity;
}

// Notes in a live session's own word that it was seen. false: the word has changed meanwhile.
bool touch_word(HotSlot& hot, SlotWord word, Now now) noexcept {
    hot.confirmed.store(1, std::memory_order_relaxed);
    std::uint64_t bits = word.bits();
    return hot.word.compare_exchange_strong(bits, word.with_time(now.boot).bits(), std::memory_order_acq_rel);
}

// false: it lives no more, or its word has changed meanwhile.
bool note_seen(Layout& layout, SessionHandle handle, Now now) noexcept {
    auto& word = layout.hot(handle.slot).word;
    std::uint64_t bits = word.load(std::memory_order_acquire);
    const SlotWord current(bits);
    if (current.generation() != handle.generation || current.state() != SlotState::live) {
        return false;
    }
    return now.boot < current.time() + kTouchGranularity ||
           word.compare_exchange_strong(bits, current.with_time(now.boot).bits(), std::memory_order_acq_rel);
}

// Refreshes an instance that is known under this very name, without the lock.
bool refresh(Layout& layout, SessionHandle handle, std::string_view name, std::uint64_t key,
             Now now) noexcept {
    const InstanceIndex first = layout.hot(handle.slot).instances.load(std::memory_order_acquire);
    const InstanceIndex index = find_instance(layout, first, key);
    if (index == 0) {
        return false;
    }
    const TextIndex text = layout.instance(index).name.load(std::memory_order_relaxed);
    if (text >= layout.geometry.texts || !equals(layout, text, cut(name, kMaxInteractionBytes))) {
        return false;
    }
    return refresh_instance(layout, index, key, now.boot);
}

// Whether the application has told this very name before. Without the lock, so only a hint.
bool has_name(Layout& layout, SessionHandle handle, std::string_view agent) noexcept {
    if (handle.slot >= layout.geometry.slots) {
        return false;
    }
    HotSlot& hot = layout.hot(handle.slot);
    const TextIndex text = hot.agent.load(std::memory_order_acquire);
    // A longer name was cut, and others may begin as it does.
    return agent.size() <= kMaxAgentBytes && text != 0 && text < layout.geometry.texts &&
           hot.inherited.load(std::memory_order_relaxed) == 0 && equals(layout, text, agent) &&
           hot.agent.load(std::memory_order_acquire) == text;
}

// Ends a session whose time is over. free = its slot was given away meanwhile.
SlotWord end_overdue(Layout& layout, SlotIndex slot, SlotWord word, EndReason reason, Waiting waiting,
                     Now now) noexcept {
    const SlotWord turned = turn_to_ending(layout, slot, word.generation(), reason, now.boot).word;
    if (turned.generation() != word.generation()) {
        return {};
    }
    if (const ZoneGuard guard(layout, waiting); guard) {
        settle_slot(layout, slot, {reason}, now);
    }
    return turned;
}

}  // namespace

Found Tracker::judge(std::uint32_t slot, std::uint64_t bits, Now now) noexcept {
    SlotWord word(bits);
    if (word.state() == SlotState::live) {
        const EndReason reason = overdue(*layout_, slot, word, now);
        if (reason != EndReason::none) {
            word = end_overdue(*layout_, slot, word, reason, waiting_, now);
        }
    }
    return word.state() == SlotState::free ? Found{} : describe(*layout_, slot, word);
}

Found Tracker::find(SessionKey key, Now now) noexcept {
    Located located = locate(*layout_, key);
    if (!located) {
        const ZoneGuard guard(*layout_, waiting_);
        if (!guard) {
            Found found;
            found.state = Found::State::busy;
            return found;
        }
        located = locate(*layout_, key);
    }
    return located ? judge(located.slot, located.word.bits(), now) : Found{};
}

Found Tracker::find_unproven(SessionKey key, Now now, bool touching) noexcept {
    Layout& layout = *layout_;
    const Located located = search_home(layout, key);
    if (located && located.word.state() == SlotState::live &&
        overdue(layout, located.slot, located.word, now) == EndReason::none &&
        (!touching || !needs_touch(layout.hot(located.slot), located.word, now))) [[likely]] {
        return describe(layout, located.slot, located.word);
    }
    return judge_and_touch(key, now, touching);
}

// What find_unproven() does where a word has to change, or the key stands elsewhere or nowhere.
Found Tracker::judge_and_touch(SessionKey key, Now now, bool touching) noexcept {
    for (;;) {
        const Located located = locate(*layout_, key);
        const Found found = located ? judge(located.slot, located.word.bits(), now) : Found{};
        // Whoever comes too late to touch it looks once more.
        if (found.state != Found::State::live || !touching || touch(found.handle, key, now)) {
            return found;
        }
    }
}

bool Tracker::touch(SessionHandle handle, SessionKey key, Now now) noexcept {
    return holds(layout_->hot(handle.slot), key) ? touch(handle, now) : note_seen(*layout_, handle, now);
}

bool Tracker::touch(SessionHandle handle, Now now) noexcept {
    HotSlot& hot = layout_->hot(handle.slot);
    for (;;) {
        const SlotWord word(hot.word.load(std::memory_order_acquire));
        if (word.generation() != handle.generation || word.state() != SlotState::live) {
            return false;
        }
        if (!needs_touch(hot, word, now) || touch_word(hot, word, now)) {
            return true;
        }
    }
}

void Tracker::count_request(SessionHandle handle) noexcept {
    layout_->hot(handle.slot).requests.fetch_add(1, std::memory_order_relaxed);
}

std::optional<TimeLeft> Tracker::time_left(SessionHandle handle, Now now) const noexcept {
    if (!is_live(handle)) {
        return std::nullopt;
    }
    HotSlot& hot = layout_->hot(handle.slot);
    const SlotWord word(hot.word.load(std::memory_order_acquire));
    const std::chrono::seconds idle{hot.idle_seconds.load(std::memory_order_relaxed)};
    const BootTime deadline{std::chrono::seconds{hot.deadline.load(std::memory_order_relaxed)}};
    if (!is_live(handle)) {
        return std::nullopt;
    }
    return TimeLeft{std::max(word.time() + idle - now.boot, Millis{0}),
                    std::max<Millis>(deadline - now.boot, Millis{0})};
}

bool Tracker::is_live(SessionHandle handle) const noexcept {
    if (handle.slot >= layout_->geometry.slots) {
        return false;
    }
    const SlotWord word(layout_->hot(handle.slot).word.load(std::memory_order_acquire));
    return word.generation() == handle.generation && word.state() == SlotState::live;
}

Begun Tracker::begin(const BeginRequest& request, Now now) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    return guard ? begin_session(*layout_, request, now) : Begun{};
}

bool Tracker::is_named(SessionHandle handle, std::string_view agent) const noexcept {
    if (has_name(*layout_, handle, agent)) {
        return true;
    }
    // What the pool had no room for, or only in part, is known by its hash alone.
    const HotSlot& hot = layout_->hot(handle.slot);
    return hot.names.agent.load(std::memory_order_relaxed) == name_hash(*layout_, agent) &&
           hot.inherited.load(std::memory_order_relaxed) == 0;
}

bool Tracker::is_seen(SessionHandle handle) const noexcept {
    return layout_->hot(handle.slot).confirmed.load(std::memory_order_relaxed) != 0;
}

bool Tracker::has_own_name(SessionHandle handle) const noexcept {
    const HotSlot& hot = layout_->hot(handle.slot);
    return hot.names.agent.load(std::memory_order_relaxed) != 0 &&
           hot.inherited.load(std::memory_order_relaxed) == 0;
}

IdentifyResult Tracker::identify(SessionHandle handle, std::string_view agent, Now now) noexcept {
    // A session that names a text keeps it: what was read is its name, if it lives still.
    const bool has_this_name = is_named(handle, agent);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (!is_live(handle)) {
        return IdentifyResult::gone;
    }
    if (has_this_name) {
        return IdentifyResult::unchanged;
    }
    const ZoneGuard guard(*layout_, waiting_);
    if (!guard) {
        return IdentifyResult::busy;
    }
    return is_live(handle) ? rename_agent(*layout_, handle.slot, agent, now) : IdentifyResult::gone;
}

bool Tracker::relabel(SessionHandle handle, std::string_view label, Now now) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    if (!guard || !is_live(handle)) {
        return false;
    }
    replace_label(*layout_, handle.slot, label, now);
    return true;
}

InstanceResult Tracker::open_instance(SessionHandle handle, std::string_view name, std::string_view instance,
                                      Now now) noexcept {
    if (!is_live(handle)) {
        return InstanceResult::gone;
    }
    const std::uint64_t key = instance_key(*layout_, name, instance);
    if (refresh(*layout_, handle, name, key, now)) {
        return InstanceResult::refreshed;
    }
    const ZoneGuard guard(*layout_, waiting_);
    if (!guard) {
        return InstanceResult::busy;
    }
    return is_live(handle) ? put_instance(*layout_, handle.slot, name, key, now) : InstanceResult::gone;
}

InstanceResult Tracker::close_instance(SessionHandle handle, std::string_view name, std::string_view instance,
                                       Now now) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    if (!guard) {
        return InstanceResult::busy;
    }
    return is_live(handle) ? drop_instance(*layout_, handle.slot, instance_key(*layout_, name, instance), now)
                           : InstanceResult::gone;
}

InstanceResult Tracker::close_unseen_instance(SessionHandle handle, std::string_view name,
                                              std::string_view instance, BootTime since, Now now) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    if (!guard) {
        return InstanceResult::busy;
    }
    if (!is_live(handle)) {
        return InstanceResult::gone;
    }
    const std::uint64_t key = instance_key(*layout_, name, instance);
    const InstanceIndex known =
        find_instance(*layout_, layout_->hot(handle.slot).instances.load(std::memory_order_relaxed), key);
    return known != 0 && last_seen(*layout_, known) > since ? InstanceResult::refreshed
                                                            : drop_instance(*layout_, handle.slot, key, now);
}

RekeyResult Tracker::rekey(SessionHandle handle, SessionKey key, std::uint16_t cookie_scope,
                           Now now) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    if (!guard) {
        return RekeyResult::busy;
    }
    if (!is_live(handle)) {
        return RekeyResult::gone;
    }
    const RekeyResult result =
        rekey_session(*layout_, handle.slot, key, EarlierKey::leads_on_if_there_is_room, {}, now);
    if (result == RekeyResult::rekeyed || result == RekeyResult::unchanged) {
        layout_->cold(handle.slot).cookie_scope.store(cookie_scope, std::memory_order_relaxed);
    }
    return result;
}

bool Tracker::set_aside(SessionHandle handle, SessionKey key, SessionKey other, Now now) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    if (!guard || key_of(handle) != key) {
        return false;
    }
    const SlotWord word(layout_->hot(handle.slot).word.load(std::memory_order_acquire));
    return word.is_over() && !is_told(word.reason()) &&
           rekey_session(*layout_, handle.slot, other, EarlierKey::freed, {}, now) == RekeyResult::rekeyed;
}

RekeyResult Tracker::renew(SessionHandle handle, SessionKey presented, const Renewal& renewal,
                           Now now) noexcept {
    const ZoneGuard guard(*layout_, waiting_);
    if (!guard) {
        return RekeyResult::busy;
    }
    if (!is_live(handle)) {
        return RekeyResult::gone;
    }
    if (memory::key_of(*layout_, handle.slot) != presented) {
        return RekeyResult::taken;
    }
    auto& memory_days = layout_->cold(handle.slot).memory_days;
    memory_days.store(std::max(memory_days.load(std::memory_order_relaxed), renewal.memory_days),
                      std::memory_order_relaxed);
    return rekey_session(*layout_, handle.slot, renewal.key, EarlierKey::leads_on, renewal.promise, now);
}

Successor Tracker::unseen_renewal(SessionKey earlier) const noexcept {
    Layout& layout = *layout_;
    const Located alias = locate_name(layout, earlier);
    if (!alias || alias.word.state() != SlotState::alias) {
        return {};
    }
    const ColdSlot& cold = layout.cold(alias.slot);
    const Successor promise{true, layout.hot(alias.slot).successor_nonce.load(std::memory_order_relaxed),
                            instant_of<WallTime>(cold.over.successor_issued.load(std::memory_order_relaxed))};
    const SessionKey newer{cold.over.successor_high.load(std::memory_order_relaxed),
                           cold.over.successor_low.load(std::memory_order_relaxed)};
    std::atomic_thread_fence(std::memory_order_acquire);
    const SlotWord after(layout.hot(alias.slot).word.load(std::memory_order_relaxed));
    const Located session = locate_name(layout, newer);
    const bool is_unseen = session && session.word.state() == SlotState::live &&
                           layout.hot(session.slot).confirmed.load(std::memory_order_relaxed) == 0;
    return after.generation() == alias.word.generation() && promise.nonce != 0 && is_unseen ? promise
                                                                                            : Successor{};
}

std::optional<SessionKey> Tracker::key_of(SessionHandle handle) const noexcept {
    if (handle.slot >= layout_->geometry.slots) {
        return std::nullopt;
    }
    const SessionKey key = memory::key_of(*layout_, handle.slot);
    std::atomic_thread_fence(std::memory_order_acquire);
    const SlotWord word(layout_->hot(handle.slot).word.load(std::memory_order_relaxed));
    return word.generation() == handle.generation && (word.is_counted() || word.is_over())
               ? std::optional(key)
               : std::nullopt;
}

std::uint16_t Tracker::cookie_scope(SessionHandle handle) const noexcept {
    return key_of(handle) ? layout_->cold(handle.slot).cookie_scope.load(std::memory_order_relaxed) : 0;
}

bool Tracker::is_on_probation(SessionKey key) const noexcept {
    return memory::is_on_probation(*layout_, key);
}

void Tracker::note_stranger(SessionKey key, Now now) noexcept {
    memory::note_stranger(*layout_, key, now);
}

std::optional<Untracked> Tracker::obstacle(std::string_view account) const noexcept {
    const Layout& layout = *layout_;
    if (layout.totals.live.load(std::memory_order_relaxed) >= layout.geometry.capacity) {
        return Untracked::table_full;
    }
    const bool has_account_room =
        layout.totals.accounts.load(std::memory_order_relaxed) < layout.geometry.accounts;
    return has_account_room || find_account(*layout_, account) ? std::nullopt
                                                               : std::optional(Untracked::accounts_full);
}

void Tracker::note_untracked(std::string_view account, Untracked cause) noexcept {
    const auto index = static_cast<std::size_t>(cause);
    layout_->account(kOverall).untracked[index].fetch_add(1, std::memory_order_relaxed);
    if (const auto known = find_account(*layout_, account)) {
        layout_->account(*known).untracked[index].fetch_add(1, std::memory_order_relaxed);
    }
}

std::uint32_t Tracker::hash_name(std::string_view name) const noexcept {
    return name_hash(*layout_, name);
}

}  // namespace agent_sessions::tracker
