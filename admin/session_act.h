// Something done to sessions one by one on an admin's behalf, only within the accounts of the request.
// Thread safety: none; belongs to one task.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "admin/handle.h"
#include "admin/scoped_accounts.h"

namespace agent_sessions::admin {

// What became of one session.
enum class Outcome : std::uint8_t {
    terminated,
    ending,  // once its agent has finished
    kept,
    not_ending,
    already_gone,
    not_found,  // or of another account, which looks the same
    busy,       // nothing has changed: try again in a later step
};

// As the API says it; `busy` as not_found.
std::string_view to_string(Outcome outcome);

// The session is another one now, or soon.
constexpr bool has_effect(Outcome outcome) {
    return outcome == Outcome::terminated || outcome == Outcome::ending || outcome == Outcome::kept;
}

class SessionAct {
  public:
    SessionAct(tracker::Tracker tracker, ScopedAccounts accounts)
        : tracker_(tracker), accounts_(std::move(accounts)) {}
    virtual ~SessionAct() = default;
    SessionAct(const SessionAct&) = delete;
    SessionAct& operator=(const SessionAct&) = delete;

    // On a session that anybody named: looked at first.
    Outcome on_named(tracker::SessionKey key, tracker::Now now);
    // On a session that a walk found within the accounts.
    virtual Outcome on_found(tracker::SessionKey key, tracker::Now now) = 0;

    // Lets counts and events follow what was done so far. true: they have, or it was tried for kPatience and
    // the answer need not wait any longer.
    virtual bool settle(const Slice& /*slice*/) { return true; }

    // What the audit says before the sessions; empty = nothing.
    virtual std::string_view terms() const { return {}; }

    // The accounts of the named sessions that it had an effect on, as an act keeps them.
    std::string affected_accounts();

    // false from kPatience after the first call on: time to give up waiting for the table.
    bool has_patience(tracker::Now now);

    ScopedAccounts& accounts() { return accounts_; }

    static constexpr tracker::Millis kPatience{2'000};

  protected:
    tracker::Tracker& tracker() { return tracker_; }
    // The table answers again.
    void note_progress() { waiting_since_.reset(); }

  private:
    tracker::Tracker tracker_;
    ScopedAccounts accounts_;
    std::set<std::uint16_t> affected_;
    std::optional<tracker::BootTime> waiting_since_;
};

}  // namespace agent_sessions::admin
