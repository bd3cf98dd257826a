// The session tracker: one record per agent session, in memory shared by all workers of one nginx family.
//
// Process safety: every function may be called by any attached process at any time; a process may be killed
// inside any of them, and the state is then as before or as after the call. Thread safety: as process safety,
// except open(). Lifetime: a Tracker is cheap handle on a mapping; it must not outlive the mapping (see
// Attachment). Waiting: functions that change more than one word take the zone's writer lock. They only try,
// for at most Waiting::event_loop (50 µs), and then answer `busy`; a tracker made with Waiting::patient waits
// instead. Nothing here allocates from the heap except where a std::string or std::vector is returned, and no
// function throws except for std::bad_alloc from those.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tracker/types.h"

namespace agent_sessions::tracker {

namespace memory {
struct Layout;
}

enum class Waiting : std::uint8_t { event_loop, patient };

// A walk over all slots, taken in steps. Sessions that live throughout the walk are met exactly once; those
// that begin or end during it, at most once.
struct RowCursor {
    std::uint32_t next_slot = 0;
    bool done = false;
};

class Tracker {
  public:
    Tracker() noexcept = default;
    explicit Tracker(memory::Layout* layout, Waiting waiting = Waiting::event_loop) noexcept
        : layout_(layout), waiting_(waiting) {}

    explicit operator bool() const noexcept { return layout_ != nullptr; }
    Tracker patient() const noexcept { return Tracker(layout_, Waiting::patient); }

    // --- The request path
    // -------------------------------------------------------------------------------------

    // Looks a session up and judges its age: one whose time is over is ended (idle, absolute) here and found
    // ended. Lock-free where the key is known; a miss is looked at once more under the lock before it is
    // believed.
    Found find(SessionKey key, Now now) noexcept;

    // The same for a key that nobody has proved: a miss is believed at once, so that strangers who ask for
    // what is not there never come near the lock. What is found live was touched, where `touching`.
    Found find_unproven(SessionKey key, Now now, bool touching = false) noexcept;

    // Notes that the session was seen. Acts on live sessions only, never on an ended one: false = not live.
    // One compare-and-swap at most, and none where the session was noted within the last second.
    bool touch(SessionHandle handle, Now now) noexcept;
    // The same for a session that was found under `key`, which may be an earlier one: then the session was
    // seen, and its own key was not.
    bool touch(SessionHandle handle, SessionKey key, Now now) noexcept;

    // Counts a request of a session that was just found live. Cost: one atomic addition to a line that find()
    // has read.
    void count_request(SessionHandle handle) noexcept;

    // How long a live session still has at `now` if nobody is heard of it. nullopt = not live. Lock-free.
    std::optional<TimeLeft> time_left(SessionHandle handle, Now now) const noexcept;

    // Whether that session lives, in every process's view: false from its end on, for whatever reason.
    // Lock-free.
    bool is_live(SessionHandle handle) const noexcept;

    // Begins a session. Exactly one of any number of simultaneous callers with one key gets `begun`.
    Begun begin(const BeginRequest& request, Now now) noexcept;

    // Learns the agent's name (and label) from the application. REQUIRES: agent not empty.
    IdentifyResult identify(SessionHandle handle, std::string_view agent, Now now) noexcept;

    // Whether identify() would find nothing to do. Lock-free, one cache line.
    bool is_named(SessionHandle handle, std::string_view agent) const noexcept;
    // Whether the session was ever seen with its own key. Likewise.
    bool is_seen(SessionHandle handle) const noexcept;
    // Whether the application has told whose session this is. Likewise.
    bool has_own_name(SessionHandle handle) const noexcept;

    // Replaces the label. false = gone or busy.
    bool relabel(SessionHandle handle, std::string_view label, Now now) noexcept;

    // Opens, refreshes or renames an interaction instance. `instance` tells apart openings of the same name
    // within the session; empty = one instance per name. Refreshing takes no lock.
    InstanceResult open_instance(SessionHandle handle, std::string_view name, std::string_view instance,
                                 Now now) noexcept;
    InstanceResult close_instance(SessionHandle handle, std::string_view name, std::string_view instance,
                                  Now now) noexcept;
    // The same, unless it was seen after `since`, which is told to the second: then it is `refreshed`.
    InstanceResult close_unseen_instance(SessionHandle handle, std::string_view name,
                                         std::string_view instance, BootTime since, Now now) noexcept;

    // Gives a live session another key, since its cookie has another value now. The earlier key leads to it
    // until 30 s after it was seen with the new one, then it is unknown; ending the session ends it under
    // both. `cookie_scope` as in BeginRequest.
    RekeyResult rekey(SessionHandle handle, SessionKey key, std::uint16_t cookie_scope, Now now) noexcept;
    // The same as the agent becomes known. REQUIRES: `presented` is a key that leads to the session. Only
    // where it is the session's own: of several at once one is `rekeyed`, and the others are `taken`.
    // `no_room`: the earlier key could not have gone on to lead to it, so that nothing changed.
    RekeyResult renew(SessionHandle handle, SessionKey presented, const Renewal& renewal, Now now) noexcept;
    // From what the newer cookie of this earlier key was derived, while nobody has seen that cookie.
    // Lock-free.
    Successor unseen_renewal(SessionKey earlier) const noexcept;
    // Gives what is remembered of a session that ran out or logged out another key, so that another one can
    // begin under `key`. false: it is not remembered under that key, or the lock is busy.
    bool set_aside(SessionHandle handle, SessionKey key, SessionKey other, Now now) noexcept;
    // The key of this session, live or over. nullopt = gone.
    std::optional<SessionKey> key_of(SessionHandle handle) const noexcept;
    // BeginRequest::cookie_scope of this session; 0 = unknown or gone.
    std::uint16_t cookie_scope(SessionHandle handle) const noexcept;

    // The probation of cookies that nobody here has given out: was it noted before? Both lock-free; what is
    // noted here pushes out nothing but what was noted here.
    bool is_on_probation(SessionKey key) const noexcept;
    void note_stranger(SessionKey key, Now now) noexcept;

    // Why no session of this account could begin now; nullopt = it could, unless somebody else is faster.
    // Lock-free.
    std::optional<Untracked> obstacle(std::string_view account) const noexcept;

    // Counts a request that passed untracked, for "*" and for the account where that is known here already
    // (strangers can't fill the accounts by asking).
    void note_untracked(std::string_view account, Untracked cause) noexcept;

    // Keyed with the segment's own secret, so nobody can choose names that collide. Never 0 for a non-empty
    // name.
    std::uint32_t hash_name(std::string_view name) const noexcept;

    // --- Ending
    // -----------------------------------------------------------------------------------------------

    // Ends a live session. From the return on (any result but not_found), find() says `ended` in every
    // process.
    EndResult end(SessionKey key, const EndRequest& request, Now now) noexcept;
    // Ends many: those of one account or of all, of one agent or of everybody, begun no later than event
    // `begun_by`. Clocks of workers are a moment apart; the numbers of events order what happened exactly.
    struct EndScope {
        std::optional<std::uint16_t> account;   // nullopt = all
        std::optional<std::string_view> agent;  // nullopt = everybody; empty = Guests
        std::uint64_t begun_by = 0;
    };
    // Goes on from the cursor over up to `slots` slots, and comes back early where the lock is busy: then the
    // cursor stands at the session to go on with. Returns how many it ended. O(slots).
    std::uint64_t end_all(RowCursor& cursor, std::uint32_t slots, const EndScope& scope,
                          const EndRequest& request, Now now) noexcept;
    // Lets counts and event follow an end that answered ended_unsettled. true: they have (or had before).
    bool settle(SessionKey key, const EndRequest& request, Now now) noexcept;

    // Lets the agent finish: the session goes on, and ends by `request` in the same change in which its last
    // open instance closes, or once `limit` is over, which the sweep notices; and by its own timeouts as
    // ever. One with nothing open ends here. Asked again, it replaces limit and words. O(1).
    FinishResult end_when_finished(SessionKey key, const EndRequest& request, std::optional<Millis> limit,
                                   Now now) noexcept;
    // Takes that back.
    KeepResult keep(SessionKey key, Now now) noexcept;
    // What is pending. nullopt = nothing, or the session does not live. Lock-free; one load where nothing is.
    std::optional<PendingEnd> pending_end(SessionHandle handle, Now now) const;

    // What is remembered of an ended session. nullopt = not ended, or forgotten.
    std::optional<EndedFacts> ended_facts(SessionHandle handle);
    // Remembers that the message was shown at this URL (a hash of it), and asks whether it was.
    bool note_message_shown(SessionHandle handle, std::uint32_t url_hash) noexcept;
    bool was_message_shown(SessionHandle handle, std::uint32_t url_hash) noexcept;
    // Uses up the one-time mark: true for exactly one caller per count of EndedFacts::reactivations.
    bool use_reactivation(SessionHandle handle, std::uint32_t reactivations) noexcept;
    // The next session of a run-out session's browser: the one already promised (while it was promised less
    // than 10 s ago, or is live and has never been seen with its own cookie), else a new promise from `nonce`
    // and now.
    Successor successor(SessionHandle handle, std::uint64_t nonce, Now now) noexcept;
    // Tells the promise which session came of it. Call once the successor's key is known.
    void note_successor(SessionHandle handle, SessionKey successor) noexcept;
    // Remembers a cookie that names no session as a run-out one, so that successor() works for it too. With
    // `predecessor`, the session that follows takes over that ended session's agent.
    Remembered remember_run_out(SessionKey key, WallTime started, std::string_view account,
                                const Lifetime& lifetime, Now now,
                                std::optional<SessionKey> predecessor = std::nullopt) noexcept;

    // --- Reading
    // ----------------------------------------------------------------------------------------------

    // Sessions are read as they are counted: from their begin until their end is settled. One whose time is
    // over is settled when somebody asks for it, ends it or sweeps it.

    // A consistent copy of one session, without the lock. false = none that is counted.
    bool read_row(SessionKey key, Now now, Row& row, bool with_details = false);
    // The account of that session if it is counted at this instant: far cheaper than its row, and as cheap
    // for one with much to copy as for one with little. O(1), without the lock.
    std::optional<std::uint16_t> account_of(SessionKey key, Now now) const noexcept;
    // Whether that session is counted at this instant. O(1), without the lock.
    bool is_counted(SessionKey key) const noexcept;
    // Visits up to `slots` slots from the cursor. `visit` gets each counted session there; the row is reused.
    // `wanted` is asked first, with cheap fields only (account, key, started, instances): false = row not
    // filled.
    struct Glance {
        SessionHandle handle;
        SessionKey key;
        std::uint16_t account;
        WallTime started;
        WallTime last_seen;
        std::uint64_t begun_sequence;
    };
    using Wanted = std::function<bool(const Glance&)>;
    using Visit = std::function<void(const Row&)>;
    void read_rows(RowCursor& cursor, std::uint32_t slots, Now now, const Wanted& wanted, const Visit& visit);

    // Every account ever seen here, by index. Names never change while the segment lives.
    std::vector<AccountUsage> accounts();
    std::optional<AccountUsage> account_usage(std::string_view account);
    // The sum over all accounts as counted at begin: the account "*". total = the sum of the given ones.
    AccountUsage overall_usage();

    // What an account without a license line of its own begins with: total and time zone of the line "*".
    AccountUsage unseen_account();

    // The maxima that may not be in the history yet: the quarter hour of `now`, and earlier ones that wait to
    // be written. Oldest first. Account 0 is "*".
    std::vector<QuarterPeak> recent_quarters(std::uint16_t account, Now now);

    // --- Upkeep
    // -----------------------------------------------------------------------------------------------

    // Installs the licences of this configuration; accounts without a line lose theirs. Waits for the lock.
    bool set_licenses(std::span<const License> licenses) noexcept;

    // Ends what ran out, closes instances that timed out, settles, and frees what need not be remembered any
    // more, over up to `slots` slots from `position` on (wraps around). Returns the next position. Takes the
    // lock once per change, never for long.
    std::uint32_t sweep(std::uint32_t position, std::uint32_t slots, Now now) noexcept;

    // Starts the quarter hour of `now` for up to `accounts` accounts from `position` on (wraps around), so
    // that its maximum knows of the sessions that live through, and that it was measured. Returns the next
    // position. Call often enough for all accounts to be met within a few seconds.
    std::uint32_t roll_quarters(std::uint32_t position, std::uint32_t accounts, Now now) noexcept;

    // Walks everything under the lock and names whatever is inconsistent, one sentence each; empty = sound.
    // O(capacity): never from an event loop that serves requests.
    std::vector<std::string> validate();

    // Facts for health and headers of answers.
    struct Figures {
        std::uint64_t capacity = 0;
        std::uint64_t slots = 0;
        std::uint64_t live = 0;
        std::uint64_t ended = 0;        // slots held by ended sessions
        std::uint64_t free_blocks = 0;  // of the pool of texts
        std::uint64_t dropped_details = 0;
        std::uint64_t recoveries =
            0;  // times that a holder of the lock died and its half-done change was undone
        std::uint64_t changes = 0;  // rises with every change that a list could show: for ETags
        WallTime created{};
        std::array<std::uint64_t, kUntrackedCauses> untracked{};
    };
    Figures figures() const noexcept;

    // --- What the history is to keep
    // ----------------------------------------------------------------------------------

    // Records what an admin did or tried. nullopt: busy, or there is no room (counted in
    // HistoryStatus::lost).
    std::optional<ActTicket> record_act(const ActRequest& request, Now now) noexcept;
    // Replaces a name by a pseudonym, also where somebody wrote it into a label, a reason or a message, and
    // takes address and browser of the agent's sessions away. What the application names anew later stands.
    // Goes on from the cursor over up to `places` places, and comes back early where the lock is busy.
    // O(slots
    // + events) altogether.
    void erase_agent(ErasureCursor& cursor, const ErasureRequest& request, std::uint32_t places) noexcept;
    // Adds how many sessions a recorded act ended. Returns the sequence to wait for; nullopt: busy.
    std::optional<std::uint64_t> finish_act(const ActTicket& ticket, std::uint64_t ended, Now now) noexcept;
    // The latest event that everybody can see. What this process changed before is in it.
    std::uint64_t latest_sequence() const noexcept;
    // true: all events up to this one are on disk, in every process's view.
    bool is_committed(std::uint64_t sequence) const noexcept;
    // Lets the history's writer look at once, whichever process it lives in. A system call.
    void wake_history() noexcept;
    // Likewise, and whatever is held: somebody waits for all events up to this one to be on disk.
    void await_history(std::uint64_t sequence) noexcept;
    // An act is under way whose events had better reach the disk together: for kLongestHold from `now` on the
    // writer begins no commit but one that is awaited (and see Follower::may_wait()). Call again as the act
    // goes on, and await_history() when it is done. Of several holds the last to run out counts, so a process
    // that dies with one leaves nothing to clear. Lock-free.
    void hold_history(Now now) noexcept;
    static constexpr Millis kLongestHold{250};
    HistoryStatus history_status() const noexcept;

    // --- The one who does the upkeep
    // --------------------------------------------------------------------------

    // Called by every worker about once a second. true: the caller is the elected one for now. The lease
    // moves when its holder died, let it run out (about a second) or resigned.
    bool elect(std::int32_t process, Now now) noexcept;
    void resign(std::int32_t process) noexcept;

    memory::Layout* layout() const noexcept { return layout_; }

  private:
    Found judge(std::uint32_t slot, std::uint64_t bits, Now now) noexcept;
    Found judge_and_touch(SessionKey key, Now now, bool touching) noexcept;

    memory::Layout* layout_ = nullptr;
    Waiting waiting_ = Waiting::event_loop;
};

}  // namespace agent_sessions::tracker
