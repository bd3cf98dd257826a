#include "tracker/memory/acts.h"

#include <algorithm>

#include "tracker/memory/accounts.h"
#include "tracker/memory/event_ring.h"
#include "tracker/memory/texts.h"

namespace agent_sessions::tracker::memory {
namespace {

template <std::size_t kSize>
std::uint16_t store(char (&bytes)[kSize], std::string_view text) noexcept {
    const std::string_view kept = cut(text, kSize);
    std::fill(std::copy(kept.begin(), kept.end(), bytes), std::end(bytes), '\0');
    return static_cast<std::uint16_t>(kept.size());
}

template <std::size_t kSize>
std::string load(const char (&bytes)[kSize], std::uint16_t length) {
    return {bytes, std::min<std::size_t>(length, kSize)};
}

std::uint64_t unsaved(Layout& layout) noexcept {
    return layout.totals.next_act.load(std::memory_order_relaxed) -
           layout.history.saved_acts.load(std::memory_order_acquire);
}

// Strangers must not fill the disk with what they were refused.
bool is_one_too_many(Layout& layout, Now now) noexcept {
    constexpr std::uint64_t kPerSecond = 10;
    const auto second = static_cast<std::uint64_t>(now.boot.time_since_epoch().count() / 1000);
    const std::uint64_t before = layout.history.refused_acts.load(std::memory_order_relaxed);
    const std::uint64_t count = before >> 8 == second ? (before & 0xff) + 1 : 1;
    if (count > kPerSecond) {
        return true;
    }
    layout.history.refused_acts.store(second << 8 | count, std::memory_order_relaxed);
    return false;
}

bool has_room(Layout& layout, const ActRequest& request) noexcept {
    const std::uint64_t share = request.refused ? layout.geometry.acts / 4 : layout.geometry.acts;
    return unsaved(layout) < share;
}

bool is_sweeping(const ActRequest& request) noexcept {
    return request.sweeping && !request.refused;
}

// The account that a sweeping end is about. One that is not known yet is entered: taken for another, let
// alone for all of them, it would end strangers. nullopt: no room for it.
std::optional<AccountIndex> account_of(Transaction& change, const ActRequest& request) noexcept {
    return is_sweeping(request) && request.account != account_name(change.layout(), kOverall)
               ? obtain_account(change, request.account)
               : std::optional(kOverall);
}

}  // namespace

std::optional<ActTicket> append_act(Layout& layout, const ActRequest& request, Now now) noexcept {
    if (request.refused && is_one_too_many(layout, now)) {
        return std::nullopt;
    }
    if (!has_room(layout, request)) {
        layout.history.lost.fetch_add(1, std::memory_order_relaxed);
        return std::nullopt;
    }
    Transaction change(layout);
    const auto account = account_of(change, request);
    if (!account) {
        layout.history.lost.fetch_add(1, std::memory_order_relaxed);
        return std::nullopt;
    }
    const std::uint64_t number = layout.totals.next_act.load(std::memory_order_relaxed);
    const std::uint64_t sequence = layout.totals.next_event.load(std::memory_order_relaxed);
    ActRecord& record = layout.act(number);
    record.number = number;
    record.sequence = sequence;
    record.wall = now.wall.time_since_epoch().count();
    record.boundary = is_sweeping(request) ? sequence : 0;
    record.ended.store(request.ended, std::memory_order_relaxed);
    record.account = *account;
    record.kind = static_cast<std::uint8_t>(request.kind);
    record.refused = request.refused ? 1 : 0;
    record.user_length = store(record.user, request.user);
    record.role_length = store(record.role, request.role);
    record.address_length = store(record.address, request.address);
    record.accounts_length =
        store(record.accounts,
              request.accounts.size() <= kMaxActAccountsBytes ? request.accounts : kAllAccountsLine);
    record.what_length = store(record.what, request.what);
    record.agent_length = store(record.agent, request.agent);
    record.reason_length = store(record.reason, request.reason);
    record.message_length = store(record.message, request.message);
    record.pseudonym_length = store(record.pseudonym, request.pseudonym);

    change.set(layout.totals.next_act, number + 1);
    append_event(change, {EventKind::acted, EndReason::none, record.account, {0, number}}, now);
    change.commit();
    return ActTicket{number, sequence};
}

std::uint64_t finish_act(Layout& layout, const ActTicket& ticket, std::uint64_t ended, Now now) noexcept {
    const std::uint64_t sequence = layout.totals.next_event.load(std::memory_order_relaxed);
    ActRecord& record = layout.act(ticket.number);
    Transaction change(layout);
    if (record.number == ticket.number) {
        change.set(record.ended, ended);
    }
    // The event carries the number as well, in case the act was saved before it was finished.
    append_event(change, {EventKind::finished, EndReason::none, kOverall, {ended, ticket.number}}, now);
    change.commit();
    return sequence;
}

std::optional<Act> read_act(Layout& layout, std::uint64_t number) {
    const ActRecord& record = layout.act(number);
    if (number >= layout.totals.next_act.load(std::memory_order_acquire) || record.number != number) {
        return std::nullopt;
    }
    Act act;
    act.number = number;
    act.sequence = record.sequence;
    act.at = instant_of<WallTime>(record.wall);
    act.boundary = record.boundary;
    act.ended = record.ended.load(std::memory_order_acquire);
    act.kind = static_cast<ActKind>(record.kind);
    act.refused = record.refused != 0;
    act.user = load(record.user, record.user_length);
    act.role = load(record.role, record.role_length);
    act.address = load(record.address, record.address_length);
    act.accounts = load(record.accounts, record.accounts_length);
    // The account of an erasure may be one that only the history knows, so it has no number here.
    act.account = act.kind == ActKind::erase
                      ? act.accounts.substr(0, act.accounts.find('\n'))
                      : std::string(account_name(
                            layout, record.account < layout.geometry.accounts ? record.account : kOverall));
    act.what = load(record.what, record.what_length);
    act.agent = load(record.agent, record.agent_length);
    act.reason = load(record.reason, record.reason_length);
    act.message = load(record.message, record.message_length);
    act.pseudonym = load(record.pseudonym, record.pseudonym_length);
    return act;
}

void blank_erased_name(Layout& layout, std::uint64_t number) noexcept {
    ActRecord& record = layout.act(number);
    if (record.number == number && record.kind == static_cast<std::uint8_t>(ActKind::erase)) {
        std::fill(std::begin(record.agent), std::end(record.agent), '\0');
        record.agent_length = 0;
    }
}

}  // namespace agent_sessions::tracker::memory
