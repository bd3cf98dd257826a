// Ends sessions, at once or when their agents have finished, and waits for what could not follow at once.
// Thread safety: none; belongs to one task.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "admin/session_act.h"
#include "admin/terminate_request.h"

namespace agent_sessions::admin {

class SessionEnder final : public SessionAct {
  public:
    SessionEnder(tracker::Tracker tracker, ScopedAccounts accounts, std::string user, TerminationTerms terms);

    Outcome on_found(tracker::SessionKey key, tracker::Now now) override;

    // All of an account or agent at once, a few slots of the table at a time. Returns how many ended.
    std::uint64_t end_all(tracker::RowCursor& cursor, const tracker::Tracker::EndScope& scope,
                          tracker::Now now);

    // The cookies are refused anyway; the sweep of the table lets the rest follow.
    bool settle(const Slice& slice) override;

    std::string_view terms() const override { return described_terms_; }

  private:
    // Few enough to end all of them within a fraction of a slice.
    static constexpr std::uint32_t kSlotsPerLook = 8;

    tracker::EndRequest end_request() const;
    Outcome end(tracker::SessionKey key, tracker::Now now);
    Outcome let_finish(tracker::SessionKey key, tracker::Now now);

    std::string user_;
    TerminationTerms terms_;
    std::string described_terms_;
    std::deque<tracker::SessionKey> unsettled_;
};

}  // namespace agent_sessions::admin
