// Writes the rows of sessions. Writing the same thing twice changes nothing.
// Thread safety: none; belongs to its connection's thread. REQUIRES: an open write transaction. Throws
// DatabaseError.
#pragma once

#include "tracker/events.h"
#include "tracker/history/account_ids.h"
#include "tracker/history/sqlite.h"
#include "tracker/history_feed.h"

namespace agent_sessions::tracker::history {

class SessionWriter {
  public:
    SessionWriter(Connection& connection, AccountIds& accounts);

    // From events, with what the table still knows of the session.
    void write_begun(const Event& event, std::string_view account, HistoryFeed& feed, Now now);
    void write_identified(const Event& event, HistoryFeed& feed, Now now);
    void write_ended(const Event& event, std::string_view account, HistoryFeed& feed, Now now);
    void write_rekeyed(const Event& event);
    // What is pending now, or is not any more.
    void write_pending(const Event& event, HistoryFeed& feed, Now now);
    void write_renewed(const Event& event);
    void write_forgotten(const Event& event);

    // From the table alone.
    void write_live(const Row& row, std::string_view account, Now now);
    // false: too little is remembered of it to tell anything.
    bool write_over(const EndedFacts& facts, Now now);

    // What is pending for a session that lives. nullopt = nothing.
    void write_pending(SessionKey key, const std::optional<PendingEnd>& pending);
    // An earlier key that leads to a session.
    void write_alias(SessionKey earlier, SessionKey session);
    // Before all that lead anywhere are written anew.
    void forget_aliases();

    // A session that is alive in the database and nowhere else: how it ended was lost.
    void write_lost(SessionKey key, std::uint64_t sequence, WallTime at);

  private:
    struct Begin;
    struct End;
    void insert(const Begin& begin);
    bool end(const End& end);

    Connection& connection_;
    AccountIds& accounts_;
    Statement insert_;
    Statement identify_;
    Statement end_;
    Statement rekey_;
    Statement pend_;
    Statement lead_on_;
    Statement add_alias_;
    Statement remove_alias_;
    Statement remember_renewed_;
};

}  // namespace agent_sessions::tracker::history
