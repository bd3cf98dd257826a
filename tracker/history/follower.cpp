#include "tracker/history/follower.h"

#include <sys/stat.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "tracker/history/account_ids.h"
#include "tracker/history/act_writer.h"
#include "tracker/history/peak_writer.h"
#include "tracker/history/schema.h"
#include "tracker/history/session_writer.h"
#include "tracker/history/table_rows.h"

namespace agent_sessions::tracker::history {
namespace {

constexpr std::chrono::milliseconds kPatience{100};
// As many as an admin ends by their refs at once, and some that happen meanwhile: one commit has them all.
constexpr std::uint64_t kEventsAtOnce = 12'000;
constexpr std::uint32_t kSlotsAtOnce = 20'000;
constexpr Millis kPruneInterval{60'000};
constexpr Millis kLookInterval{1'000};
constexpr std::chrono::minutes kLongestSweep{10};
constexpr Millis kScrubInterval{60'000};
constexpr Millis kLongestWait{750};
constexpr Millis kLongestWaitForTable{2'000};
// Longer than anybody waits for an erasure (see DurableAct): it is not told as durable before it is.
constexpr int kTruncations = 25;

// Pages of the write-ahead log: from the first on it is copied into the database when nobody waits, from the
// second on at once.
constexpr int kLongLog = 1'000;
constexpr int kLongestLog = 16'000;

// The database is another process's, or another segment's, from now on.
struct Replaced {};

struct FileIdentity {
    dev_t device = 0;
    ino_t inode = 0;

    static FileIdentity of(const std::string& path) noexcept {
        struct stat status {};
        return ::stat(path.c_str(), &status) == 0 ? FileIdentity{status.st_dev, status.st_ino}
                                                  : FileIdentity{};
    }
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

}  // namespace

// An open database, and what was prepared for it.
struct Follower::Session {
    explicit Session(const std::string& path)
        : connection(open_for_writing(path, kPatience)),
          file(FileIdentity::of(path)),
          accounts(connection),
          sessions(connection, accounts),
          acts(connection, accounts),
          peaks(connection, accounts),
          read_state(
              connection.prepare("SELECT epoch, last_sequence, unscrubbed FROM state WHERE segment = ?")),
          write_state(connection.prepare("UPDATE state SET last_sequence = ?, lost = lost + ?")),
          touch_state(connection.prepare("UPDATE state SET epoch = epoch WHERE epoch = ?")) {
        // In the place of SQLite's own, which copies the log within a commit that somebody waits for.
        sqlite3_wal_hook(connection.handle(), note_log, &log_pages);
    }

    // Not before whoever waited for the last commit was told of it, and not while somebody waits for the
    // next. What fails here is tried again with the next pass; nothing is lost by it.
    void shorten_log(bool is_waited_for) noexcept {
        if (log_pages < (is_waited_for ? kLongestLog : kLongLog)) {
            return;
        }
        int pages = 0;
        int copied = 0;
        const int result = sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                                     &pages, &copied);
        if (result == SQLITE_OK && copied == pages && !is_waited_for) {
            begin_log_anew();
        }
    }

    // The first commit after that waits for the disk once more, and somebody may wait for the next one.
    void begin_log_anew() noexcept {
        try {
            WriteTransaction change(connection);
            touch_state.with(epoch).run();
            change.commit();
        } catch (const std::exception&) {
            touch_state.reset();
        }
    }

    static int note_log(void* log_pages, sqlite3* /*database*/, const char* /*name*/, int pages) noexcept {
        *static_cast<int*>(log_pages) = pages;
        return SQLITE_OK;
    }

    // After a rollback nothing may be believed to be in the database.
    void forget() {
        accounts.forget();
        peaks.forget();
        is_rescanning = false;
    }

    Connection connection;
    FileIdentity file;
    AccountIds accounts;
    SessionWriter sessions;
    ActWriter acts;
    PeakWriter peaks;
    Statement read_state;
    Statement write_state;
    Statement touch_state;
    int log_pages = 0;
    std::int64_t epoch = 0;
    std::uint64_t last_sequence = 0;
    std::optional<BootTime> waits_since;  // may_wait() has said so without a pass in between
    BootTime last_look{};
    BootTime last_prune{};
    bool is_pruning = false;
    // Something was erased, and free parts of the files may still hold it.
    bool is_unscrubbed = false;
    bool is_rewritten = false;
    bool has_more = false;  // was left by the last pass
    // While the ring had run over: how far the table was read again, and up to which event that counts.
    bool is_rescanning = false;
    RowCursor rescanned{};
    std::uint64_t rescan_covers = 0;
    std::uint64_t overwritten = 0;
    // Number, and how many sessions it ended, of acts whose finishing event may be among the overwritten.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> finished_acts;
};

Follower::Follower(Tracker tracker, std::string path, Retention retention)
    : feed_(tracker), path_(std::move(path)), retention_(retention) {}

Follower::~Follower() = default;

Follower::Outcome Follower::fail(HistoryState state, int code, const std::string& what) {
    fault_ = "\"" + path_ + "\": " + what;
    feed_.note_state(state, code);
    return Outcome::failed;
}

Follower::Outcome Follower::step(Now now) {
    try {
        if (session_ == nullptr || FileIdentity::of(path_) != session_->file) {
            session_.reset();
            feed_.note_writer(now);
            open(now);
        }
        const Outcome outcome = pass(now);
        session_->has_more = outcome == Outcome::more;
        session_->waits_since.reset();
        // One that was replaced may have said something else with its last breath.
        feed_.note_state(HistoryState::writing, 0);
        fault_.clear();
        return outcome;
    } catch (const Replaced&) {
        session_.reset();
        return Outcome::replaced;
    } catch (const DatabaseError& error) {
        const Outcome outcome = fail(error.state(), error.code(), error.what());
        if (session_ != nullptr && error.is_busy()) {
            session_->forget();
        } else {
            session_.reset();
        }
        return outcome;
    }
}

Follower::Outcome Follower::pass(Now now) {
    session_->shorten_log(session_->has_more || is_awaited() || feed_.is_held(now));
    if (has_work(now)) {
        return write(now);
    }
    feed_.note_saved({}, now);
    return Outcome::idle;
}

bool Follower::is_awaited() const noexcept {
    return feed_.awaited_sequence() > session_->last_sequence;
}

bool Follower::may_wait(Now now) noexcept {
    if (session_ == nullptr || !feed_.is_held(now) || is_awaited()) {
        return false;
    }
    session_->waits_since = session_->waits_since.value_or(now.boot);
    const Millis waited = now.boot - *session_->waits_since;
    if (session_->is_rescanning || session_->last_sequence + 1 < feed_.oldest_sequence()) {
        return waited < kLongestWaitForTable;
    }
    const std::uint64_t unwritten = feed_.tracker().latest_sequence() - session_->last_sequence;
    return waited < kLongestWait && unwritten <= feed_.event_room() / 4 * 3;
}

void Follower::open(Now now) {
    auto session = std::make_unique<Session>(path_);
    Connection& connection = session->connection;
    // The database may also have been removed under a segment that lives on.
    if (!feed_.is_loaded() || connection.integer("SELECT count(*) FROM state") == 0) {
        const HistoryFeed::LoadGuard guard(feed_);
        loaded_ = load(connection, feed_, guard, now);
    }
    WriteTransaction change(connection);
    if (!session->read_state.with(SegmentId{feed_.segment_id()}).step()) {
        throw DatabaseError("it belongs to another nginx", SQLITE_SCHEMA);
    }
    session->epoch = session->read_state.integer(0) + 1;
    session->last_sequence = static_cast<std::uint64_t>(session->read_state.integer(1));
    session->is_unscrubbed = session->read_state.integer(2) != 0;
    session->read_state.reset();
    connection.prepare("UPDATE state SET epoch = ?").with(session->epoch).run();
    change.commit();
    // A writer that died after its commit may not have said so. Where it died while it wiped out an erased
    // name, nobody is told before that is done.
    feed_.note_saved({session->is_unscrubbed ? 0 : session->last_sequence, 0, 0}, now);
    feed_.note_state(HistoryState::writing, 0);
    fault_.clear();
    session_ = std::move(session);
}

bool Follower::has_work(Now now) {
    Session& session = *session_;
    if (session.is_rescanning || session.is_pruning || is_scrub_due(now) ||
        feed_.tracker().latest_sequence() > session.last_sequence || feed_.may_have_unsaved_acts()) {
        return true;
    }
    if (now.boot - session.last_look < kLookInterval) {
        return false;
    }
    session.last_look = now.boot;
    return now.boot - session.last_prune >= kPruneInterval || !feed_.closed_quarters().empty() ||
           session.peaks.differs(feed_.accounts());
}

Follower::Outcome Follower::write(Now now) {
    Session& session = *session_;
    HistoryFeed::Saved saved;
    WriteTransaction change(session.connection);
    if (!session.read_state.with(SegmentId{feed_.segment_id()}).step() ||
        session.read_state.integer(0) != session.epoch) {
        session.read_state.reset();
        throw Replaced{};
    }
    session.read_state.reset();

    // Acts are read after the latest event, so that those of all events up to it are among them.
    const std::uint64_t latest = feed_.tracker().latest_sequence();
    const std::uint64_t next_act = feed_.next_act();
    std::vector<Act> erasures;
    for (std::uint64_t number = feed_.first_unsaved_act(); number < next_act; ++number) {
        if (const auto act = feed_.read_act(number)) {
            session.acts.write(*act);
            if (act->kind == ActKind::erase && !act->refused && !act->agent.empty()) {
                // What is read from the segment from here on has the pseudonym.
                feed_.erase_agent({act->account, act->agent, act->pseudonym});
                erasures.push_back(*act);
            }
        }
    }
    saved.acts = next_act;
    for (const HistoryFeed::ClosedQuarter& closed : feed_.closed_quarters()) {
        session.peaks.write(feed_.account_name(closed.account), closed.peak, now.wall);
        saved.quarters = closed.place + 1;
    }
    session.peaks.write_changed(feed_.accounts(), now.wall);

    const std::uint64_t before = session.last_sequence;
    std::uint64_t written = before;
    std::uint64_t lost = 0;
    if (!session.is_rescanning) {
        const std::uint64_t end = std::min(latest, before + kEventsAtOnce);
        if (write_events(before + 1, end, now)) {
            written = end;
        } else {
            session.is_rescanning = true;
            session.rescanned = {};
            session.sessions.forget_aliases();
            read_finished_acts();
            // Not `latest`: what has finished by now is covered.
            session.rescan_covers = feed_.tracker().latest_sequence();
            session.overwritten = feed_.oldest_sequence() - std::min(feed_.oldest_sequence(), before + 1);
        }
    }
    if (session.is_rescanning) {
        rescan(now);
        if (session.rescanned.done) {
            written = session.rescan_covers;
            lost = session.overwritten;
        }
    }
    if (now.boot - session.last_prune >= kPruneInterval || session.is_pruning) {
        session.is_pruning = prune(session.connection, retention_, now.wall);
        session.last_prune = now.boot;
    }
    // Now that the events of before are rows too.
    for (const Act& act : erasures) {
        session.acts.erase(act);
    }
    session.write_state.with(written, lost).run();
    change.commit();

    session.last_sequence = written;
    feed_.note_lost(lost);
    if (session.is_rescanning && session.rescanned.done) {
        session.is_rescanning = false;
    }
    saved.sequence = written;
    if (!erasures.empty()) {
        // Whoever waits for an erasure waits for all of it, and who waits for what was before does not.
        const Act& first = erasures.front();
        feed_.note_saved({std::min(written, first.sequence - 1), first.number, saved.quarters}, now);
        for (const Act& act : erasures) {
            feed_.blank_act(act.number);
        }
        session.is_unscrubbed = true;
        session.is_rewritten = false;
        next_scrub_ = now.boot;
    }
    if (is_scrub_due(now)) {
        scrub(now);
    }
    feed_.note_saved(saved, now);
    const bool is_more = session.is_rescanning || session.is_pruning || written < latest;
    return is_more ? Outcome::more : Outcome::wrote;
}

bool Follower::is_scrub_due(Now now) const noexcept {
    return session_->is_unscrubbed && now.boot >= next_scrub_;
}

// SQLite wipes what it deletes, but not the copies that it leaves behind when it moves rows between pages:
// only a database that is written anew holds nothing else.
void Follower::scrub(Now now) {
    Session& session = *session_;
    next_scrub_ = now.boot + kScrubInterval;
    if (!session.is_rewritten) {
        session.connection.execute("VACUUM");
        session.is_rewritten = true;
    }
    // A reader at work keeps the log as it is.
    for (int tries = 0; tries < kTruncations; ++tries) {
        if (session.connection.integer("PRAGMA wal_checkpoint(TRUNCATE)") == 0) {
            session.connection.prepare("UPDATE state SET unscrubbed = 0 WHERE epoch = ?")
                .with(session.epoch)
                .run();
            session.is_unscrubbed = false;
            return;
        }
    }
}

// false: some of them are overwritten; then nothing is to be believed of what was written before.
bool Follower::write_events(std::uint64_t first, std::uint64_t last, Now now) {
    Session& session = *session_;
    Event event;
    for (std::uint64_t sequence = first; sequence <= last; ++sequence) {
        switch (feed_.read_event(sequence, event)) {
            case EventRead::read:
                break;
            case EventRead::overwritten:
                return false;
            case EventRead::none_yet:
                return true;
        }
        const std::string account = feed_.account_name(event.account);
        switch (event.kind) {
            case EventKind::begun:
                session.sessions.write_begun(event, account, feed_, now);
                break;
            case EventKind::identified:
                session.sessions.write_identified(event, feed_, now);
                break;
            case EventKind::ended:
                session.sessions.write_ended(event, account, feed_, now);
                break;
            case EventKind::rekeyed:
                session.sessions.write_rekeyed(event);
                break;
            case EventKind::end_pending:
            case EventKind::kept:
                session.sessions.write_pending(event, feed_, now);
                break;
            case EventKind::renewed:
                session.sessions.write_renewed(event);
                break;
            case EventKind::forgotten:
                session.sessions.write_forgotten(event);
                break;
            case EventKind::finished:
                session.acts.write_finished(event.key.low, event.key.high);
                break;
            case EventKind::acted:  // taken from their own area
            case EventKind::opened:
            case EventKind::closed:
            case EventKind::renamed:
                break;
        }
    }
    return true;
}

void Follower::read_finished_acts() {
    session_->finished_acts.clear();
    // One that was written a moment ago may have finished since.
    const std::uint64_t end = feed_.next_act();
    for (std::uint64_t number = feed_.oldest_act(); number < end; ++number) {
        if (const auto act = feed_.read_act(number); act && act->ended != 0) {
            session_->finished_acts.emplace_back(number, act->ended);
        }
    }
}

// The table is the truth: what the ring no longer tells is read from there (ARCHITECTURE 2).
void Follower::rescan(Now now) {
    Session& session = *session_;
    TableRows table(feed_, session.sessions);
    table.write(session.rescanned, kSlotsAtOnce, session.last_sequence, now);
    if (!session.rescanned.done) {
        return;
    }
    table.end_missing(session.connection, session.rescan_covers, now);
    table.keep_missing(session.connection, now);
    for (const auto& [number, ended] : session.finished_acts) {
        session.acts.write_finished(number, ended);
    }
    // Of those that ended nobody, whether all their sessions have ended by now is known of old ones only: the
    // event that said so is lost.
    session.connection.prepare("UPDATE not_before SET pending = 0 WHERE boundary <= ? AND at < ?")
        .with(session.rescan_covers, now.wall - kLongestSweep)
        .run();
}

}  // namespace agent_sessions::tracker::history
