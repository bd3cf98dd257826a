// Ends sessions one by one on an admin's behalf, only within the accounts of the request, and waits for what
// could not follow at once. Thread safety: none; belongs to one task.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "admin/handle.h"
#include "admin/scoped_accounts.h"
#include "admin/terminate_request.h"

namespace agent_sessions::admin {

class SessionEnder {
  public:
    enum class Outcome : std::uint8_t {
        terminated,
        already_gone,
        not_found,  // or of another account, which looks the same
        busy,       // nothing is known: try again in a later step
    };

    SessionEnder(tracker::Tracker tracker, ScopedAccounts accounts, std::string user, TerminationWords words);

    // A session that anybody named: looked at first.
    Outcome end_named(tracker::SessionKey key, tracker::Now now);
    // A session that a walk found within the accounts.
    Outcome end_found(tracker::SessionKey key, tracker::Now now);

    // All of an account or agent, a few slots of the table at a time. Returns how many ended.
    std::uint64_t end_all(tracker::RowCursor& cursor, const tracker::Tracker::EndScope& scope,
                          tracker::Now now);

    // Lets counts and events follow the ends so far. true: they have, or it was tried for kPatience and the
    // answer need not wait any longer (the cookies are refused anyway; the sweep of the table lets the rest
    // follow).
    bool settle(const Slice& slice);

    // false from kPatience after the first call on: time to give up waiting for the table.
    bool has_patience(tracker::Now now);

    ScopedAccounts& accounts() { return accounts_; }

    static constexpr tracker::Millis kPatience{2'000};

    const TerminationWords& words() const { return words_; }

  private:
    // Few enough to end all of them within a fraction of a slice of 1 ms.
    static constexpr std::uint32_t kSlotsPerLook = 64;

    tracker::EndRequest end_request() const;

    tracker::Tracker tracker_;
    ScopedAccounts accounts_;
    std::string user_;
    TerminationWords words_;
    std::deque<tracker::SessionKey> unsettled_;
    std::optional<tracker::BootTime> waiting_since_;
};

}  // namespace agent_sessions::admin
