// The accounts: found by name, never removed while the segment lives. Account 0 is "*", counted like an
// account. Changing needs the lock; looking up and reading figures does not.
#pragma once

#include <optional>
#include <string_view>

#include "tracker/memory/layout.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {

std::string_view account_name(Layout& layout, AccountIndex account) noexcept;

// A copy of an account's time zone; empty = unknown.
class ZoneName {
  public:
    ZoneName(Layout& layout, AccountIndex account) noexcept;
    std::string_view view() const noexcept { return {bytes_, length_}; }

  private:
    char bytes_[kMaxTimeZoneBytes];
    std::size_t length_;
};

std::optional<AccountIndex> find_account(Layout& layout, std::string_view name) noexcept;

// Finds or makes. nullopt: no room. A name longer than kMaxAccountBytes is kept apart by a hash, never just
// cut.
std::optional<AccountIndex> obtain_account(Transaction& change, std::string_view name) noexcept;

// Keeps the time zone at the latest begin, unless a license line fixed one.
void learn_time_zone(Transaction& change, AccountIndex account, std::string_view zone) noexcept;

// One session more or less, of this agent's text (0 = Guest): account and "*" together; at a begin, the exact
// peak too.
void count_begin(Transaction& change, AccountIndex account, TextIndex agent, Now now) noexcept;
// The same for a session that is only moved: no new peak.
void recount_begin(Transaction& change, AccountIndex account, TextIndex agent) noexcept;
void count_end(Transaction& change, AccountIndex account, TextIndex agent, Now now) noexcept;
// A session of the account changes its agent's text.
void count_rename(Transaction& change, AccountIndex account, TextIndex from, TextIndex to) noexcept;

// The zone of the license line "*": accounts that come later live there. Empty = none.
void set_default_time_zone(Transaction& change, std::string_view zone) noexcept;

void apply_license(Transaction& change, AccountIndex account, std::optional<std::uint32_t> total,
                   std::string_view time_zone) noexcept;

}  // namespace agent_sessions::tracker::memory
