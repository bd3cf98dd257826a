// What the tracker takes and gives: plain values without behaviour, safe to copy between threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tracker/pending_end.h"
#include "tracker/time.h"

namespace agent_sessions::tracker {

// Bounds of stored text, in bytes. Longer text is cut at a UTF-8 boundary.
inline constexpr std::size_t kMaxAgentBytes = 128;
inline constexpr std::size_t kMaxInteractionBytes = 128;
inline constexpr std::size_t kMaxUserAgentBytes = 256;
inline constexpr std::size_t kMaxLabelBytes = 128;
inline constexpr std::size_t kMaxAddressBytes = 64;
inline constexpr std::size_t kMaxAccountBytes = 64;
inline constexpr std::size_t kMaxTimeZoneBytes = 48;
inline constexpr std::size_t kMaxMessageBytes = 256;
inline constexpr std::size_t kMaxUserBytes = 128;
inline constexpr std::size_t kMaxActAccountsBytes = 256;
inline constexpr std::size_t kMaxActTextBytes = 256;

inline constexpr std::size_t kMaxNamedInstances = 64;
inline constexpr std::uint64_t kMinCapacity = 1'000;
inline constexpr std::uint64_t kMaxCapacity = 10'000'000;

// Names a session: 128 bits of a keyed hash of its cookie. Enough to find the session, never enough to make
// the cookie (ASVS 7.2.3), so it is also the public `ref`.
struct SessionKey {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    friend bool operator==(const SessionKey&, const SessionKey&) = default;
    friend auto operator<=>(const SessionKey&, const SessionKey&) = default;
};

// 32 lower-case hexadecimal digits.
std::string to_ref(SessionKey key);
inline constexpr std::size_t kRefBytes = 32;
// The same into memory of the caller's.
std::string_view write_ref(SessionKey key, char (&ref)[kRefBytes]) noexcept;
std::optional<SessionKey> parse_ref(std::string_view ref) noexcept;

// Why a session ended. The numbers are stored: append only.
enum class EndReason : std::uint8_t {
    none = 0,
    administrator = 1,
    replaced = 2,
    limit = 3,
    idle = 4,
    absolute = 5,
    logout = 6,
};

// "administrator", "idle", …
std::string_view to_string(EndReason reason) noexcept;

// A person or a rule closed it: the agent is told, and the cookie is refused until the agent reactivates.
constexpr bool is_told(EndReason reason) noexcept {
    return reason == EndReason::administrator || reason == EndReason::replaced || reason == EndReason::limit;
}

// Its time ran out: the next navigation simply begins the next session.
constexpr bool is_run_out(EndReason reason) noexcept {
    return reason == EndReason::idle || reason == EndReason::absolute;
}

// One use of one slot of the table. Goes stale, harmlessly, when that use is over.
struct SessionHandle {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;

    friend bool operator==(const SessionHandle&, const SessionHandle&) = default;
};

struct Lifetime {
    Millis idle{30 * 60 * 1000};
    Millis absolute{12 * 60 * 60 * 1000};
    Millis instance{30 * 60 * 1000};

    friend bool operator==(const Lifetime&, const Lifetime&) = default;
};

// Until a live session runs out; never negative.
struct TimeLeft {
    Millis idle{};      // unless it is touched
    Millis absolute{};  // whatever happens
};

// What a lookup found.
struct Found {
    enum class State : std::uint8_t {
        unknown,  // neither live nor remembered as ended
        live,
        ended,
        busy,  // could not be decided within the bound on waiting; nothing is known
    };
    State state = State::unknown;
    SessionHandle handle;
    EndReason reason = EndReason::none;
    WallTime started{};
    // Compare with Tracker::hash_name() of the name at hand: differs = identify() has work to do.
    std::uint32_t agent_hash = 0;
    std::uint32_t label_hash = 0;
};

// Who and where, learned when a session begins. Views need to live for the call only. Empty = unknown.
struct BeginRequest {
    SessionKey key;
    WallTime started{};
    std::string_view account;
    std::string_view time_zone;  // of the account, kept where no license line names one
    std::string_view agent;
    std::string_view label;
    std::string_view address;
    std::string_view user_agent;
    Lifetime lifetime;
    // The cookie has come back at least once. false: it is being handed out with this very answer.
    bool confirmed = false;
    // false: the history counts the session, and never learns whose it is.
    bool recorded = true;
    // Of a cookie that is not ours, and may be good for longer than our limits: for so many days after a
    // person or rule has ended it, it is still refused. 0 = until the absolute limit.
    std::uint8_t memory_days = 0;
    // Tells apart, where the caller wants to, cookies of one name that do not replace each other; 0 =
    // unknown.
    std::uint16_t cookie_scope = 0;
    // The ended session of the same browser whose Agent Id is taken over while `agent` is empty
    // (never after a logout; the tracker checks that).
    std::optional<SessionKey> predecessor;
};

// A session as the history knows it. Views need to live for the call only.
struct RestoreRequest {
    SessionKey key;
    std::string_view account;
    std::string_view time_zone;
    std::string_view agent;
    std::string_view label;
    std::string_view address;
    std::string_view user_agent;
    WallTime started{};
    WallTime expires{};  // the absolute limit, which does not move
    Millis idle{};
    Millis instance{};
    std::uint64_t begun_sequence = 0;
    bool recorded = true;  // as BeginRequest::recorded
    std::uint8_t memory_days = 0;
    // Of a live one whose end is pending, with by, message and why below:
    std::optional<WallTime> pending_since{};
    std::optional<WallTime> pending_until{};
    // Of an ended one:
    EndReason reason = EndReason::none;
    WallTime ended_at{};
    std::uint64_t ended_sequence = 0;
    std::string_view by;
    std::string_view message;
    std::string_view why;
};

enum class BeginResult : std::uint8_t {
    begun,
    already_live,   // somebody was faster: the handle is that session's
    already_ended,  // the key is remembered as ended: nothing begins
    table_full,
    accounts_full,
    busy,
};

struct Begun {
    BeginResult result = BeginResult::busy;
    SessionHandle handle;
};

enum class RekeyResult : std::uint8_t {
    rekeyed,
    unchanged,  // it has that key
    taken,      // by another session
    no_room,
    gone,
    busy,
};

enum class IdentifyResult : std::uint8_t {
    unchanged,
    named,      // a Guest, or one with a name that was taken over, has this name now
    different,  // another agent on the same cookie: nothing changed, the caller ends and begins
    gone,       // no longer live
    busy,
};

enum class InstanceResult : std::uint8_t {
    refreshed,
    opened,
    renamed,
    counted_only,  // beyond kMaxNamedInstances or the pool is empty: counted, not named
    closed,
    unknown,  // no such instance to close
    gone,
    busy,
};

struct EndRequest {
    EndReason reason = EndReason::administrator;
    std::string_view by{};       // the admin's user name
    std::string_view message{};  // the admin's words to the agent
    std::string_view why{};      // the admin's words for the record
};

enum class EndResult : std::uint8_t {
    ended,         // by this call
    already_gone,  // had ended before
    not_found,
    // The cookie is refused from now on, but the counts and the event could not follow yet (lock busy):
    // call settle() until it says true before telling anybody who ended what.
    ended_unsettled,
};

// What the message to the agent and its buttons need to know of an ended session.
struct EndedFacts {
    SessionKey key;
    EndReason reason = EndReason::none;
    std::string account;
    std::string agent;
    std::string by;
    std::string message;
    std::string why;
    WallTime started{};
    BootTime begun{};  // counted from here
    BootTime ended_at{};
    BootTime last_seen{};  // to the second, so up to one before the begin
    std::uint64_t begun_sequence = 0;
    std::uint64_t ended_sequence = 0;  // 0: its counts have not followed yet
    bool recorded = true;
    Lifetime lifetime;  // what of the absolute limit was left is in `deadline`
    BootTime deadline{};
    std::uint32_t reactivations = 0;  // part of the one-time mark: a used mark no longer matches
    bool followed = false;            // a session came after it, see Tracker::note_successor()
    std::uint8_t memory_days = 0;
};

// What became of remember_run_out().
struct Remembered {
    enum class Result : std::uint8_t {
        remembered,  // now or before
        no_room,
        busy,
    };
    Result result = Result::busy;
    SessionHandle handle;  // where remembered

    explicit operator bool() const noexcept { return result == Result::remembered; }
};

// The next session of a browser whose session ran out. The same facts are given to everyone who asks while
// they hold, so that several tabs derive the same cookie without its value being stored anywhere.
struct Successor {
    bool available = false;  // false: busy or gone, the caller goes on without one
    std::uint64_t nonce = 0;
    WallTime issued{};
};

// Another key for a session whose agent is known now.
struct Renewal {
    SessionKey key;
    // The newer cookie can be derived from this and the earlier key, so that it need not be stored anywhere.
    Successor promise;
    std::uint8_t memory_days = 0;  // as BeginRequest::memory_days, counted from the newer cookie's issue
};

struct Instance {
    std::string name;
    WallTime opened{};
    WallTime last_seen{};
};

// One row of the list; a consistent copy of one session that is counted.
struct Row {
    SessionHandle handle;
    SessionKey key;
    std::uint16_t account = 0;  // AccountUsage::index
    WallTime started{};
    BootTime begun{};
    // With the one that began it; nullopt = it was restored into this memory, which knows only the later
    // ones.
    std::optional<std::uint32_t> requests;
    WallTime last_seen{};  // to the second of the boot clock, so up to one before the start
    std::string agent;     // empty and !identified = Guest
    bool identified = false;
    std::uint32_t agent_sessions = 0;  // live sessions of the same agent in the same account
    std::string label;
    std::string address;
    std::string user_agent;
    std::vector<std::string> interactions;  // distinct names, sorted
    std::uint32_t instances = 0;            // all of them, the unnamed included
    std::vector<Instance> details;          // only where asked for
    bool recorded = true;                   // false: the history must not learn whose it is
    std::uint64_t begun_sequence = 0;       // of the event of its begin
    Lifetime lifetime;
    BootTime deadline{};  // of the absolute limit
    std::uint8_t memory_days = 0;
    std::optional<PendingEnd> pending_end{};
};

// Licences of an account, as configured.
struct License {
    std::string_view account;  // "*" = every account without a line of its own
    std::optional<std::uint32_t> total;
    std::string_view time_zone;  // empty = not given
};

struct AccountUsage {
    std::uint16_t index = 0;
    std::string name;
    std::string time_zone;  // empty = unknown
    std::uint32_t current = 0;
    std::uint32_t agents = 0;  // distinct names among the live sessions
    std::optional<std::uint32_t> total;
    std::uint64_t untracked = 0;  // requests that passed without being tracked, since the segment was made
};

// The maximum of one quarter hour (UTC) of an account, exact: kept at every begin.
struct QuarterPeak {
    std::int64_t quarter = 0;  // quarter hours since the epoch
    std::uint32_t peak = 0;
    WallTime at{};
    // The number of the latest event then: who was in it began up to this one and ended after it.
    std::uint64_t sequence = 0;
    std::uint32_t agents = 0;  // distinct names at that moment
    std::uint32_t refused = 0;

    friend bool operator==(const QuarterPeak&, const QuarterPeak&) = default;
};

// Why a request passed untracked.
enum class Untracked : std::uint8_t { no_cookie, table_full, accounts_full, busy, other };
inline constexpr std::size_t kUntrackedCauses = 5;

// What an admin did or tried. The numbers are stored: append only.
enum class ActKind : std::uint8_t { terminate = 1, erase = 2, keep = 3 };

std::string_view to_string(ActKind kind) noexcept;

// Each account's name with a line feed behind it; "*" = all accounts.
inline constexpr std::string_view kAllAccountsLine = "*\n";

// What is remembered of an admin's act (RELIABILITY S24). Views need to live for the call only.
struct ActRequest {
    ActKind kind = ActKind::terminate;
    bool refused = false;
    // Everything of `account` ("*" = all; and of `agent`, where not empty) that has begun by now is to be
    // ended, and counts as ended in the history from this act on.
    bool sweeping = false;
    std::uint64_t ended = 0;  // how many, where known already
    std::string_view user;
    std::string_view role;
    std::string_view address;
    std::string_view accounts;  // those the act was about, as in kAllAccountsLine; one line of an erasure
    std::string_view account = "*";  // of a sweeping act
    std::string_view what;           // in words: a ref, a filter
    std::string_view agent;
    std::string_view reason;
    std::string_view message;
    std::string_view pseudonym;  // of an erasure
};

// Takes a person's name out. Views need to live for the call only.
struct ErasureRequest {
    std::string_view account;  // "*" = all
    std::string_view agent;    // as it is shown in lists
    std::string_view pseudonym;
};

// How far an erasure is, taken in steps.
struct ErasureCursor {
    std::uint32_t slot = 0;
    std::uint64_t act = 0;
    std::uint64_t event = 0;
    bool done = false;
};

struct ActTicket {
    std::uint64_t number = 0;
    std::uint64_t sequence = 0;  // durable once the committed sequence reaches it
};

struct Act {
    std::uint64_t number = 0;
    std::uint64_t sequence = 0;
    WallTime at{};
    std::uint64_t boundary = 0;  // of a sweeping act: sequences of begins up to this one; 0 = none
    std::uint64_t ended = 0;
    ActKind kind = ActKind::terminate;
    bool refused = false;
    std::string account;  // that ends or is erased from; "*" = all
    std::string user;
    std::string role;
    std::string address;
    std::string accounts;
    std::string what;
    std::string agent;
    std::string reason;
    std::string message;
    std::string pseudonym;
};

// How the history is doing.
enum class HistoryState : std::uint8_t {
    none = 0,      // nobody writes it: no state directory, or not yet
    writing = 1,   // all is well
    busy = 2,      // another process holds the database's lock
    failing = 3,   // the disk or the database refuses
    unusable = 4,  // damaged, of a later version, or not ours: left alone
};

struct HistoryStatus {
    HistoryState state = HistoryState::none;
    int error = 0;  // SQLite's extended code
    std::uint64_t latest_sequence = 0;
    std::uint64_t committed_sequence = 0;
    std::uint64_t unsaved_acts = 0;
    std::uint64_t act_room = 0;  // unsaved ones that fit
    std::uint64_t lost = 0;      // events, quarter hours and acts that could not be kept until written
    BootTime last_commit{};
};

// What changed, in order. The numbers are stored: append only.
enum class EventKind : std::uint8_t {
    begun = 1,
    identified = 2,
    ended = 3,
    opened = 4,
    closed = 5,
    renamed = 6,
    acted = 7,         // an admin did something: see Act
    finished = 8,      // and it is done
    rekeyed = 9,       // a session has another key; the text is its earlier ref
    end_pending = 10,  // a session is to end when its agent has finished
    kept = 11,         // and is not any more
    renewed = 12,      // as rekeyed, and its earlier key goes on to lead to it
    forgotten = 13,    // this earlier key leads nowhere any more
};

}  // namespace agent_sessions::tracker
