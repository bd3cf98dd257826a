#include "tracker/memory/erasure.h"

#include <algorithm>
#include <array>

#include "tracker/account_name.h"
#include "tracker/memory/accounts.h"
#include "tracker/memory/addresses.h"
#include "tracker/memory/event_ring.h"
#include "tracker/memory/session_table.h"
#include "tracker/memory/slot_change.h"
#include "tracker/memory/texts.h"
#include "tracker/memory/zone_lock.h"
#include "tracker/name_removal.h"

namespace agent_sessions::tracker::memory {
namespace {

// Few enough for one hold of the lock.
constexpr std::uint64_t kRecordsAtOnce = 32;

bool covers(Layout& layout, const ErasureRequest& request, AccountIndex account) noexcept {
    return request.account == kAllAccounts || account_name(layout, account) == request.account;
}

bool is_among(std::string_view lines, std::string_view account) noexcept {
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        if (lines.substr(0, end) == account) {
            return true;
        }
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return false;
}

// A text that somebody wrote, as it reads without the name.
class CleanText {
  public:
    CleanText(Layout& layout, Shared<TextIndex>& place, const ErasureRequest& request) noexcept
        : place_(place), before_(place.load(std::memory_order_acquire)) {
        std::array<char, kMaxMessageBytes> bytes;
        const std::string_view text = text_view(layout, before_, bytes.data(), bytes.size());
        is_changed_ = mentions(text, request.agent);
        if (is_changed_) {
            after_ = replace_mentions(text, request.agent, request.pseudonym, room_);
        }
    }
    CleanText(const CleanText&) = delete;
    CleanText& operator=(const CleanText&) = delete;

    bool is_changed() const noexcept { return is_changed_; }
    bool is_current() const noexcept { return place_.load(std::memory_order_relaxed) == before_; }
    void refer_to_clean(Transaction& change) noexcept {
        if (is_changed_) {
            change.set(place_, refer(change, after_, 0));
        }
    }
    void release_before(Transaction& change) noexcept {
        if (is_changed_) {
            release(change, before_);
        }
    }

  private:
    Shared<TextIndex>& place_;
    TextIndex before_;
    std::array<char, kMaxMessageBytes> room_;
    std::string_view after_;
    bool is_changed_ = false;
};

// One session, looked at without the lock.
class SlotErasure {
  public:
    SlotErasure(Layout& layout, SlotIndex slot, const ErasureRequest& request) noexcept
        : layout_(layout),
          request_(request),
          hot_(layout.hot(slot)),
          cold_(layout.cold(slot)),
          word_(hot_.word.load(std::memory_order_acquire)),
          name_(hot_.agent.load(std::memory_order_acquire)),
          words_{{{layout, word_.is_counted() ? cold_.living.label : no_text_, request},
                  {layout, cold_.message, request},
                  {layout, cold_.why, request}}},
          is_agents_(name_ != 0 && equals(layout, name_, request.agent)) {}

    bool is_needed() const noexcept {
        return is_agents_ || std::any_of(words_.begin(), words_.end(),
                                         [](const CleanText& text) { return text.is_changed(); });
    }

    // REQUIRES: the lock. false: the session has changed meanwhile, look again.
    bool apply() noexcept {
        const SlotWord word(hot_.word.load(std::memory_order_acquire));
        if (word.generation() != word_.generation() || word.is_counted() != word_.is_counted() ||
            hot_.agent.load(std::memory_order_relaxed) != name_ ||
            !std::all_of(words_.begin(), words_.end(),
                         [](const CleanText& text) { return text.is_current(); })) {
            return false;
        }
        Transaction change(layout_);
        {
            const DetailChange details(change, cold_);
            for (CleanText& text : words_) {
                text.refer_to_clean(change);
            }
            if (is_agents_) {
                rename(change, word.is_counted());
            }
            for (CleanText& text : words_) {
                text.release_before(change);
            }
            change.add(layout_.totals.changes, std::uint64_t{1});
        }
        change.commit();
        return true;
    }

  private:
    void rename(Transaction& change, bool is_counted) noexcept {
        const AccountIndex account = hot_.account.load(std::memory_order_relaxed);
        const TextIndex after = refer(change, cut(request_.pseudonym, kMaxAgentBytes), account);
        change.set(hot_.agent, after);
        change.set(hot_.inherited, std::uint8_t{1});
        if (is_counted) {
            count_rename(change, account, name_, after);
        }
        release(change, name_);
        if (is_counted) {
            erase_whereabouts(change);
        }
    }

    void erase_whereabouts(Transaction& change) noexcept {
        // As if taken over: whatever name the application tells next is believed.
        change.set(hot_.names.agent, std::uint32_t{0});
        clear_address(change, cold_);
        release(change, cold_.living.user_agent.load(std::memory_order_relaxed));
        change.set(cold_.living.user_agent, TextIndex{0});
    }

    Layout& layout_;
    const ErasureRequest& request_;
    HotSlot& hot_;
    ColdSlot& cold_;
    SlotWord word_;
    // In the place of what an ended session does not have.
    Shared<TextIndex> no_text_{0};
    TextIndex name_;
    std::array<CleanText, 3> words_;
    bool is_agents_;
};

// false: the lock is busy, or the session changed meanwhile.
bool erase_slot(Layout& layout, SlotIndex slot, const ErasureRequest& request, Waiting waiting) noexcept {
    const SlotWord word(layout.hot(slot).word.load(std::memory_order_acquire));
    if (word.state() == SlotState::free ||
        !covers(layout, request, layout.hot(slot).account.load(std::memory_order_relaxed))) {
        return true;
    }
    SlotErasure erasure(layout, slot, request);
    if (!erasure.is_needed()) {
        return true;
    }
    const ZoneGuard guard(layout, waiting);
    return guard && erasure.apply();
}

template <std::size_t kSize>
void replace(char (&bytes)[kSize], std::uint16_t& length, std::string_view text) noexcept {
    const std::string_view kept = cut(text, kSize);
    std::fill(std::copy(kept.begin(), kept.end(), bytes), std::end(bytes), '\0');
    length = static_cast<std::uint16_t>(kept.size());
}

template <std::size_t kSize>
std::string_view view(const char (&bytes)[kSize], std::uint16_t length) noexcept {
    return {bytes, std::min<std::size_t>(length, kSize)};
}

template <std::size_t kSize>
void clean(char (&bytes)[kSize], std::uint16_t& length, const ErasureRequest& request,
           Within within = Within::text) noexcept {
    const std::string_view text = view(bytes, length);
    if (mentions(text, request.agent, within)) {
        std::array<char, kSize> room;
        replace(bytes, length, replace_mentions(text, request.agent, request.pseudonym, room, within));
    }
}

// What was about several accounts can't be told apart: better one name too many. But words of an act on all
// of them are not for those who can't even see it.
bool covers(const ErasureRequest& request, const ActRecord& record) noexcept {
    const std::string_view lines = view(record.accounts, record.accounts_length);
    return request.account == kAllAccounts || is_among(lines, request.account) ||
           (lines == kAllAccountsLine && view(record.agent, record.agent_length) == request.agent);
}

void erase_act(ActRecord& record, const ErasureRequest& request) noexcept {
    if (!covers(request, record)) {
        return;
    }
    // The name that an erasure is about is needed until it is done: see blank_erased_name().
    if (record.kind != static_cast<std::uint8_t>(ActKind::erase) &&
        view(record.agent, record.agent_length) == request.agent) {
        replace(record.agent, record.agent_length, request.pseudonym);
    }
    clean(record.what, record.what_length, request, Within::quotes);
    clean(record.reason, record.reason_length, request);
    clean(record.message, record.message_length, request);
}

void erase_event(Layout& layout, EventRecord& record, const ErasureRequest& request) noexcept {
    const std::size_t length = std::min<std::size_t>(record.text_length, sizeof(record.text));
    if (!covers(layout, request, record.account) || std::string_view(record.text, length) != request.agent) {
        return;
    }
    replace_event_text(record, request.pseudonym);
}

// Goes on over up to `places` records of an area. false: the lock is busy.
template <typename Erase>
bool erase_records(Layout& layout, std::uint64_t& next, std::uint64_t size, std::uint32_t& places,
                   Waiting waiting, Erase erase) noexcept {
    while (next < size && places != 0) {
        const ZoneGuard guard(layout, waiting);
        if (!guard) {
            return false;
        }
        const std::uint64_t end = next + std::min({kRecordsAtOnce, size - next, std::uint64_t{places}});
        places -= static_cast<std::uint32_t>(end - next);
        for (; next < end; ++next) {
            erase(next);
        }
    }
    return next == size;
}

}  // namespace

void erase_agent(Layout& layout, ErasureCursor& cursor, const ErasureRequest& asked, std::uint32_t places,
                 Waiting waiting) noexcept {
    const ErasureRequest request{asked.account, cut(asked.agent, kMaxAgentBytes), asked.pseudonym};
    const std::uint32_t used = layout.used_slots();
    for (; cursor.slot < used && places != 0; ++cursor.slot, --places) {
        if (!erase_slot(layout, cursor.slot, request, waiting)) {
            return;
        }
    }
    cursor.done =
        cursor.slot >= used &&
        erase_records(layout, cursor.act, layout.geometry.acts, places, waiting,
                      [&](std::uint64_t place) { erase_act(layout.act(place), request); }) &&
        erase_records(layout, cursor.event, layout.geometry.events, places, waiting,
                      [&](std::uint64_t place) { erase_event(layout, layout.event(place), request); });
}

}  // namespace agent_sessions::tracker::memory
