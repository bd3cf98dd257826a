#include "tracker/memory/accounts.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "tracker/account_name.h"
#include "tracker/memory/quarters.h"
#include "tracker/memory/texts.h"

namespace agent_sessions::tracker::memory {
namespace {

constexpr std::uint32_t kMinusOne = ~std::uint32_t{0};

// The stored form of a name: itself, or where it is too long its beginning and a hash of the whole.
class StoredName {
  public:
    StoredName(const Layout& layout, std::string_view name) noexcept {
        if (name.size() <= kMaxAccountBytes) {
            length_ = name.size();
            std::copy(name.begin(), name.end(), bytes_);
            return;
        }
        constexpr std::size_t kHashDigits = 16;
        const std::string_view start = cut(name, kMaxAccountBytes - kHashDigits - 1);
        std::memcpy(bytes_, start.data(), start.size());
        bytes_[start.size()] = '~';
        char* end = bytes_ + start.size() + 1;
        end = std::to_chars(end, end + kHashDigits, keyed_hash(layout.hash_key, name), 16).ptr;
        length_ = static_cast<std::size_t>(end - bytes_);
    }

    std::string_view view() const noexcept { return {bytes_, length_}; }

  private:
    char bytes_[kMaxAccountBytes] = {};
    std::size_t length_ = 0;
};

Shared<std::uint32_t>& bucket_of(Layout& layout, std::string_view name) noexcept {
    return layout.account_bucket(keyed_hash(layout.hash_key, name) & (layout.geometry.account_buckets - 1));
}

std::optional<AccountIndex> find_stored(Layout& layout, std::string_view name) noexcept {
    std::uint32_t link = bucket_of(layout, name).load(std::memory_order_acquire);
    for (std::uint64_t steps = 0;
         link != 0 && link <= layout.geometry.accounts && steps < layout.geometry.accounts; ++steps) {
        const auto account = static_cast<AccountIndex>(link - 1);
        if (account_name(layout, account) == name) {
            return account;
        }
        link = layout.account(account).next.load(std::memory_order_acquire);
    }
    return std::nullopt;
}

void store_zone(Transaction& change, AccountRecord& record, std::string_view zone) noexcept {
    change.set(record.zone_length, std::uint8_t{0});
    for (std::size_t position = 0; position < kMaxTimeZoneBytes; position += 8) {
        std::uint64_t word = 0;
        if (position < zone.size()) {
            std::memcpy(&word, zone.data() + position, std::min<std::size_t>(8, zone.size() - position));
        }
        change.set(record.time_zone[position / 8], word);
    }
    change.set(record.zone_length, static_cast<std::uint8_t>(zone.size()));
}

void count_agent_in(Transaction& change, AccountIndex account, TextIndex agent) noexcept {
    if (agent == 0) {
        return;
    }
    Layout& layout = change.layout();
    auto& live = layout.text(agent).head.live;
    if (live.load(std::memory_order_relaxed) == 0) {
        change.add(layout.account(account).agents, std::uint32_t{1});
        change.add(layout.account(kOverall).agents, std::uint32_t{1});
    }
    change.add(live, std::uint32_t{1});
}

void count_agent_out(Transaction& change, AccountIndex account, TextIndex agent) noexcept {
    if (agent == 0) {
        return;
    }
    Layout& layout = change.layout();
    auto& live = layout.text(agent).head.live;
    change.add(live, kMinusOne);
    if (live.load(std::memory_order_relaxed) == 0) {
        change.add(layout.account(account).agents, kMinusOne);
        change.add(layout.account(kOverall).agents, kMinusOne);
    }
}

}  // namespace

std::string_view account_name(Layout& layout, AccountIndex account) noexcept {
    const AccountRecord& record = layout.account(account);
    return {record.name, std::min<std::size_t>(record.name_length, kMaxAccountBytes)};
}

ZoneName::ZoneName(Layout& layout, AccountIndex account) noexcept {
    const AccountRecord& record = layout.account(account);
    length_ = std::min<std::size_t>(record.zone_length.load(std::memory_order_acquire), kMaxTimeZoneBytes);
    for (std::size_t position = 0; position < kMaxTimeZoneBytes; position += 8) {
        const std::uint64_t word = record.time_zone[position / 8].load(std::memory_order_relaxed);
        std::memcpy(bytes_ + position, &word, sizeof(word));
    }
}

std::optional<AccountIndex> find_account(Layout& layout, std::string_view name) noexcept {
    return find_stored(layout, StoredName(layout, name).view());
}

std::optional<AccountIndex> obtain_account(Transaction& change, std::string_view name) noexcept {
    Layout& layout = change.layout();
    const StoredName stored(layout, account_or_default(name));
    if (const auto known = find_stored(layout, stored.view())) {
        return known;
    }
    const std::uint32_t count = layout.totals.accounts.load(std::memory_order_relaxed);
    if (count >= layout.geometry.accounts) {
        return std::nullopt;
    }
    AccountRecord& record = layout.account(count);
    std::memcpy(record.name, stored.view().data(), stored.view().size());
    record.name_length = static_cast<std::uint8_t>(stored.view().size());
    record.total.store(layout.totals.default_total.load(std::memory_order_relaxed),
                       std::memory_order_relaxed);
    AccountRecord& overall = layout.account(kOverall);
    if (overall.zone_by_license.load(std::memory_order_relaxed) != 0) {
        change.set(record.zone_by_license, std::uint8_t{1});
        store_zone(change, record, ZoneName(layout, kOverall).view());
    }
    auto& bucket = bucket_of(layout, stored.view());
    change.set(record.next, bucket.load(std::memory_order_relaxed));
    change.set(layout.totals.accounts, count + 1);
    change.set(bucket, count + 1);
    return static_cast<AccountIndex>(count);
}

void learn_time_zone(Transaction& change, AccountIndex account, std::string_view zone) noexcept {
    AccountRecord& record = change.layout().account(account);
    if (zone.empty() || zone.size() > kMaxTimeZoneBytes ||
        record.zone_by_license.load(std::memory_order_relaxed) != 0 ||
        ZoneName(change.layout(), account).view() == zone) {
        return;
    }
    store_zone(change, record, zone);
}

void count_begin(Transaction& change, AccountIndex account, TextIndex agent, Now now) noexcept {
    roll_quarter(change, account, now);
    roll_quarter(change, kOverall, now);
    recount_begin(change, account, agent);
    note_peak(change, account, now);
    note_peak(change, kOverall, now);
}

void recount_begin(Transaction& change, AccountIndex account, TextIndex agent) noexcept {
    Layout& layout = change.layout();
    change.add(layout.account(account).current, std::uint32_t{1});
    change.add(layout.account(kOverall).current, std::uint32_t{1});
    count_agent_in(change, account, agent);
    change.add(layout.totals.live, std::uint32_t{1});
}

void count_end(Transaction& change, AccountIndex account, TextIndex agent, Now now) noexcept {
    Layout& layout = change.layout();
    roll_quarter(change, account, now);
    roll_quarter(change, kOverall, now);
    change.add(layout.account(account).current, kMinusOne);
    change.add(layout.account(kOverall).current, kMinusOne);
    count_agent_out(change, account, agent);
    change.add(layout.totals.live, kMinusOne);
}

void count_rename(Transaction& change, AccountIndex account, TextIndex from, TextIndex to) noexcept {
    count_agent_in(change, account, to);
    count_agent_out(change, account, from);
}

void apply_license(Transaction& change, AccountIndex account, std::optional<std::uint32_t> total,
                   std::string_view time_zone) noexcept {
    AccountRecord& record = change.layout().account(account);
    change.set(record.has_license, std::uint8_t{1});
    change.set(record.total, total.value_or(kNoTotal));
    change.set(record.zone_by_license, static_cast<std::uint8_t>(time_zone.empty() ? 0 : 1));
    if (!time_zone.empty() && time_zone.size() <= kMaxTimeZoneBytes) {
        store_zone(change, record, time_zone);
    }
}

void set_default_time_zone(Transaction& change, std::string_view zone) noexcept {
    AccountRecord& overall = change.layout().account(kOverall);
    zone = zone.size() <= kMaxTimeZoneBytes ? zone : std::string_view();
    change.set(overall.zone_by_license, static_cast<std::uint8_t>(zone.empty() ? 0 : 1));
    store_zone(change, overall, zone);
}

}  // namespace agent_sessions::tracker::memory
