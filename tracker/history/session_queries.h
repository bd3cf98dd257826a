// Pages of the sessions that the history knows: who was there, who ended, who was in a maximum.
//
// A page begins behind a place in the order, never behind a number of rows: a session that is in the list
// throughout is on exactly one page. Thread safety: as the Connection's. May throw DatabaseError.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tracker/history/account_rows.h"
#include "tracker/types.h"

namespace agent_sessions::tracker::history {

enum class SessionsThat : std::uint8_t {
    were_alive_at,       // `from`: began by then and had not ended
    were_alive_between,  // `from` and `to`, the latter not included
    ended_between,       // as well
    were_in_maximum,     // `sequence`: as QuarterPeak::sequence
};

// The instant of the order (of the begin; of the end where the ended are asked for) and the key.
struct SessionPlace {
    WallTime at{};
    SessionKey key;
};

struct SessionQuestion {
    Accounts accounts;
    SessionsThat which = SessionsThat::were_alive_at;
    WallTime from{};
    WallTime to{};
    std::uint64_t sequence = 0;
    std::optional<std::string> agent;  // exact; empty = Guests
    std::optional<EndReason> reason;
    std::optional<std::string> by;
    std::size_t limit = 100;
    std::optional<SessionPlace> after;
};

struct StoredSession {
    SessionKey key;
    std::string account;
    std::optional<std::string> agent;
    std::optional<std::string> label;
    WallTime started{};
    WallTime began{};
    std::optional<WallTime> logged_in_at;
    std::optional<WallTime> last_seen;
    std::optional<WallTime> ended_at;
    EndReason reason = EndReason::none;
    std::optional<std::string> by;
    std::optional<std::string> why;
    std::optional<std::string> message;
};

struct SessionPage {
    std::vector<StoredSession> sessions;  // newest first, ties by key
    std::uint64_t filtered = 0;           // of all pages
    std::optional<SessionPlace> next;     // nullopt = this is the last
};

SessionPage read_sessions(Connection& connection, const SessionQuestion& question);

}  // namespace agent_sessions::tracker::history
