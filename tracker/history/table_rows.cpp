#include "tracker/history/table_rows.h"

namespace agent_sessions::tracker::history {

void TableRows::write(RowCursor& cursor, std::uint32_t slots, std::uint64_t ended_after, Now now) {
    feed_.read_slots(
        cursor, slots, now,
        [&](const Row& row) { sessions_.write_live(row, feed_.account_name(row.account), now); },
        [&](const EndedFacts& facts) {
            if (facts.ended_sequence > ended_after) {
                sessions_.write_over(facts, now);
            }
        },
        [&](SessionKey earlier, SessionKey session) { sessions_.write_alias(earlier, session); });
}

void TableRows::end_missing(Connection& connection, std::uint64_t sequence, Now now) {
    std::vector<SessionKey> alive;
    Statement keys = connection.prepare("SELECT key FROM session WHERE ended_at IS NULL");
    while (keys.step()) {
        alive.push_back(keys.key(0));
    }
    for (const SessionKey key : alive) {
        const Found found = feed_.tracker().find(key, now);
        if (found.state == Found::State::live && feed_.tracker().key_of(found.handle) == key) {
            continue;
        }
        const auto facts =
            found.state == Found::State::ended ? feed_.tracker().ended_facts(found.handle) : std::nullopt;
        if (!facts || facts->key != key || !sessions_.write_over(*facts, now)) {
            sessions_.write_lost(key, sequence, now.wall);
        }
    }
}

void TableRows::keep_missing(Connection& connection, Now now) {
    std::vector<SessionKey> pending;
    Statement keys =
        connection.prepare("SELECT key FROM session WHERE ended_at IS NULL AND ending_since IS NOT NULL");
    while (keys.step()) {
        pending.push_back(keys.key(0));
    }
    Row row;
    for (const SessionKey key : pending) {
        if (feed_.tracker().read_row(key, now, row) && !row.pending_end) {
            sessions_.write_pending(key, std::nullopt);
        }
    }
}

}  // namespace agent_sessions::tracker::history
