#include "tracker/history_feed.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "tracker/memory/accounts.h"
#include "tracker/memory/acts.h"
#include "tracker/memory/event_ring.h"
#include "tracker/memory/index.h"
#include "tracker/memory/quarters.h"
#include "tracker/memory/raise.h"
#include "tracker/memory/restore.h"
#include "tracker/memory/rows.h"
#include "tracker/memory/session_names.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::tracker {

using namespace memory;

namespace {

constexpr std::chrono::seconds kLongestLoad{10};
// More than there can be, so that the clock stays ahead of the numbers.
constexpr std::uint64_t kEventsPerMillisecond = 1000;
// Further off than any act asks for, clocks of processes being a moment apart: of another boot, or damage.
constexpr Millis kFarthestHold = 2 * Tracker::kLongestHold;

}  // namespace

EventRead HistoryFeed::read_event(std::uint64_t sequence, Event& event) {
    return memory::read_event(*tracker_.layout(), sequence, event);
}

std::uint64_t HistoryFeed::oldest_sequence() const noexcept {
    return oldest_event(*tracker_.layout());
}

std::uint64_t HistoryFeed::event_room() const noexcept {
    return tracker_.layout()->geometry.events;
}

std::optional<EndedFacts> HistoryFeed::ended_session(SessionKey key, Now now) {
    const Found found = tracker_.find(key, now);
    return found.state == Found::State::ended ? tracker_.ended_facts(found.handle) : std::nullopt;
}

void HistoryFeed::read_slots(RowCursor& cursor, std::uint32_t slots, Now now, const VisitLive& live,
                             const VisitEnded& ended, const VisitAlias& alias) {
    Layout& layout = *tracker_.layout();
    const std::uint32_t used = layout.used_slots();
    const std::uint32_t end = std::min(used - std::min(used, cursor.next_slot), slots) + cursor.next_slot;
    Row row;
    EndedFacts facts;
    for (; cursor.next_slot < end; ++cursor.next_slot) {
        const SlotWord word(layout.hot(cursor.next_slot).word.load(std::memory_order_acquire));
        const SessionHandle handle{cursor.next_slot, word.generation()};
        if (word.state() == SlotState::live) {
            if (copy_row(layout, handle, now, row, false, Waiting::patient)) {
                live(row);
            }
        } else if (word.is_over() && copy_ended(layout, handle, facts, Waiting::patient)) {
            ended(facts);
        } else if (word.state() == SlotState::alias) {
            const SessionKey earlier = key_of(layout, handle.slot);
            const Located session = locate(layout, earlier);
            if (session) {
                alias(earlier, key_of(layout, session.slot));
            }
        }
    }
    cursor.done = cursor.next_slot >= used;
}

bool HistoryFeed::may_have_unsaved_acts() const noexcept {
    const Layout& layout = *tracker_.layout();
    return layout.totals.next_act.load(std::memory_order_acquire) >
           layout.history.saved_acts.load(std::memory_order_acquire);
}

std::uint64_t HistoryFeed::first_unsaved_act() const noexcept {
    Layout& layout = *tracker_.layout();
    return layout.first_unsaved_act(layout.totals.next_act.load(std::memory_order_acquire));
}

std::uint64_t HistoryFeed::next_act() const noexcept {
    const Shared<std::uint64_t>& next = tracker_.layout()->totals.next_act;
    if (!may_have_unsaved_acts()) {
        return next.load(std::memory_order_acquire);
    }
    const ZoneGuard guard(*tracker_.layout(), Waiting::patient);
    return next.load(std::memory_order_acquire);
}

std::uint64_t HistoryFeed::oldest_act() const noexcept {
    return tracker_.layout()->oldest_act(next_act());
}

std::optional<Act> HistoryFeed::read_act(std::uint64_t number) {
    const ZoneGuard guard(*tracker_.layout(), Waiting::patient);
    return memory::read_act(*tracker_.layout(), number);
}

std::vector<HistoryFeed::ClosedQuarter> HistoryFeed::closed_quarters() {
    Layout& layout = *tracker_.layout();
    std::uint64_t head = 0;
    {
        const ZoneGuard guard(layout, Waiting::patient);
        head = layout.totals.closed_quarters.load(std::memory_order_acquire);
    }
    const std::uint64_t first = layout.first_unsaved_quarter(head);
    std::vector<ClosedQuarter> closed;
    closed.reserve(head - std::min(head, first));
    for (std::uint64_t place = first; place < head; ++place) {
        const QuarterRecord& record = layout.closed_quarter(place);
        closed.push_back({place, record.account, to_peak(record)});
    }
    return closed;
}

std::vector<HistoryFeed::AccountState> HistoryFeed::accounts() {
    Layout& layout = *tracker_.layout();
    std::vector<AccountState> states;
    const std::uint32_t count = layout.used_accounts();
    states.reserve(count);
    for (std::uint32_t index = 0; index < count; ++index) {
        const auto account = static_cast<AccountIndex>(index);
        AccountState state;
        state.name = memory::account_name(layout, account);
        state.time_zone = ZoneName(layout, account).view();
        const std::uint32_t total = layout.account(account).total.load(std::memory_order_relaxed);
        if (total != kNoTotal) {
            state.total = total;
        }
        state.quarter = running_quarter(layout, account);
        states.push_back(std::move(state));
    }
    return states;
}

std::string HistoryFeed::account_name(std::uint16_t account) const {
    Layout& layout = *tracker_.layout();
    return std::string(memory::account_name(layout, account < layout.used_accounts() ? account : kOverall));
}

void HistoryFeed::note_saved(const Saved& saved, Now now) noexcept {
    HistoryMarks& history = tracker_.layout()->history;
    raise(history.saved_quarters, saved.quarters);
    raise(history.saved_acts, saved.acts);
    raise(history.committed_sequence, saved.sequence);
    history.last_commit.store(now.boot.time_since_epoch().count(), std::memory_order_release);
}

void HistoryFeed::note_state(HistoryState state, int error) noexcept {
    HistoryMarks& history = tracker_.layout()->history;
    history.error.store(error, std::memory_order_relaxed);
    history.state.store(static_cast<std::uint32_t>(state), std::memory_order_release);
}

void HistoryFeed::note_writer(Now now) noexcept {
    HistoryMarks& history = tracker_.layout()->history;
    if (history.state.load(std::memory_order_acquire) == static_cast<std::uint32_t>(HistoryState::none)) {
        note_saved({}, now);
        note_state(HistoryState::writing, 0);
    }
}

void HistoryFeed::note_lost(std::uint64_t count) noexcept {
    tracker_.layout()->history.lost.fetch_add(count, std::memory_order_relaxed);
}

void HistoryFeed::erase_agent(const ErasureRequest& request) noexcept {
    constexpr std::uint32_t kPlacesAtOnce = 4096;
    for (ErasureCursor cursor; !cursor.done;) {
        tracker_.erase_agent(cursor, request, kPlacesAtOnce);
    }
}

void HistoryFeed::blank_act(std::uint64_t number) noexcept {
    const ZoneGuard guard(*tracker_.layout(), Waiting::patient);
    blank_erased_name(*tracker_.layout(), number);
}

std::uint32_t HistoryFeed::doorbell() const noexcept {
    return tracker_.layout()->history.doorbell.load(std::memory_order_acquire);
}

void HistoryFeed::sleep(std::uint32_t seen, Millis longest) const noexcept {
    const timespec timeout{static_cast<time_t>(longest.count() / 1000),
                           static_cast<long>(longest.count() % 1000) * 1'000'000};
    syscall(SYS_futex, &tracker_.layout()->history.doorbell, FUTEX_WAIT, seen, &timeout, nullptr, 0);
}

bool HistoryFeed::is_held(Now now) const noexcept {
    const Millis left =
        instant_of<BootTime>(tracker_.layout()->history.held_until.load(std::memory_order_acquire)) -
        now.boot;
    return left > Millis{0} && left <= kFarthestHold;
}

std::uint64_t HistoryFeed::awaited_sequence() const noexcept {
    return tracker_.layout()->history.awaited_sequence.load(std::memory_order_acquire);
}

bool HistoryFeed::is_loaded() const noexcept {
    return tracker_.layout()->history.loaded.load(std::memory_order_acquire) != 0;
}

HistoryFeed::LoadGuard::LoadGuard(HistoryFeed& feed) noexcept : layout_(*feed.tracker_.layout()) {
    timespec until{};
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += kLongestLoad.count();
    int error = pthread_mutex_clocklock(&layout_.history.load_lock, CLOCK_MONOTONIC, &until);
    if (error == EOWNERDEAD) {
        error = pthread_mutex_consistent(&layout_.history.load_lock);
    }
    held_ = error == 0;
}

HistoryFeed::LoadGuard::~LoadGuard() {
    if (held_) {
        pthread_mutex_unlock(&layout_.history.load_lock);
    }
}

void HistoryFeed::note_loaded() noexcept {
    tracker_.layout()->history.loaded.store(1, std::memory_order_release);
}

std::string HistoryFeed::segment_id() const {
    const Layout& layout = *tracker_.layout();
    return {reinterpret_cast<const char*>(layout.uuid), sizeof(layout.uuid)};
}

void HistoryFeed::continue_after(std::uint64_t sequence, std::uint64_t act) noexcept {
    const ZoneGuard guard(*tracker_.layout(), Waiting::patient);
    memory::continue_after(*tracker_.layout(), sequence, act);
}

void HistoryFeed::number_by_clock(Now now) noexcept {
    Layout& layout = *tracker_.layout();
    const ZoneGuard guard(layout, Waiting::patient);
    if (layout.totals.next_event.load(std::memory_order_relaxed) == 1) {
        const auto clock = static_cast<std::uint64_t>(now.wall.time_since_epoch().count());
        memory::continue_after(layout, clock * kEventsPerMillisecond, clock);
    }
}

bool HistoryFeed::restore(const RestoreRequest& request, Now now) noexcept {
    const ZoneGuard guard(*tracker_.layout(), Waiting::patient);
    return restore_session(*tracker_.layout(), request, now);
}

void HistoryFeed::restore_alias(SessionKey earlier, SessionKey session, Now now) noexcept {
    const ZoneGuard guard(*tracker_.layout(), Waiting::patient);
    memory::restore_alias(*tracker_.layout(), earlier, session, now);
}

}  // namespace agent_sessions::tracker
