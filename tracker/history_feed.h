// What the tracker offers to the one who writes the history, and to the one who loads it into a new segment.
//
// Process safety: as Tracker; one writer at a time, elected with Tracker::elect() and fenced by its database.
// Thread safety: as Tracker. Waiting: everything here waits for the zone's lock, so it is for threads of
// their own and for a worker that does not serve yet, never for an event loop.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tracker/events.h"
#include "tracker/tracker.h"

namespace agent_sessions::tracker {

class HistoryFeed {
  public:
    explicit HistoryFeed(Tracker tracker) noexcept : tracker_(tracker.patient()) {}

    Tracker& tracker() noexcept { return tracker_; }

    // --- Following
    EventRead read_event(std::uint64_t sequence, Event& event);
    std::uint64_t oldest_sequence() const noexcept;
    // How many events the ring holds.
    std::uint64_t event_room() const noexcept;
    // A session that is over; nullopt: it lives, or nothing is remembered of it.
    std::optional<EndedFacts> ended_session(SessionKey key, Now now);
    // Visits what stands in up to `slots` slots from the cursor on.
    using VisitLive = std::function<void(const Row&)>;
    using VisitEnded = std::function<void(const EndedFacts&)>;
    using VisitAlias = std::function<void(SessionKey earlier, SessionKey session)>;
    void read_slots(RowCursor& cursor, std::uint32_t slots, Now now, const VisitLive& live,
                    const VisitEnded& ended, const VisitAlias& alias);

    // A guess, without the lock: also true while an act is recorded that may yet be undone.
    bool may_have_unsaved_acts() const noexcept;
    std::uint64_t first_unsaved_act() const noexcept;
    // Counts no act that may yet be undone, should its writer die. Takes the lock where any is unsaved.
    std::uint64_t next_act() const noexcept;
    // No later one has taken its place, nor that of any after it.
    std::uint64_t oldest_act() const noexcept;
    // nullopt: a later one has its place, or it was never made.
    std::optional<Act> read_act(std::uint64_t number);

    struct ClosedQuarter {
        std::uint64_t place = 0;
        std::uint16_t account = 0;
        QuarterPeak peak;
    };
    // Those that are not saved, oldest first.
    std::vector<ClosedQuarter> closed_quarters();

    struct AccountState {
        std::string name;
        std::string time_zone;
        std::optional<std::uint32_t> total;
        std::optional<QuarterPeak> quarter;  // the running one
    };
    // Every account by its index, "*" first.
    std::vector<AccountState> accounts();

    struct Saved {
        std::uint64_t sequence = 0;  // events up to here
        std::uint64_t acts = 0;      // acts below this number
        std::uint64_t quarters = 0;  // closed quarter hours below this place
    };
    // "*" for an index that no account has.
    std::string account_name(std::uint16_t account) const;

    // Only ever raises what counts as saved.
    void note_saved(const Saved& saved, Now now) noexcept;
    void note_state(HistoryState state, int error) noexcept;
    // A writer begins. The first one of this memory is waited for from now on, so that it is told when not
    // even its first pass comes to an end.
    void note_writer(Now now) noexcept;
    void note_lost(std::uint64_t count) noexcept;

    // All of Tracker::erase_agent() at once.
    void erase_agent(const ErasureRequest& request) noexcept;
    // Forgets the name that an act of erasure carried.
    void blank_act(std::uint64_t number) noexcept;

    // Sleeps until Tracker::wake_history() or for `longest`. `seen` is doorbell() before the last look.
    std::uint32_t doorbell() const noexcept;
    void sleep(std::uint32_t seen, Millis longest) const noexcept;
    // Whether an act is under way: Tracker::hold_history().
    bool is_held(Now now) const noexcept;
    // The last event that somebody waits for, or waited.
    std::uint64_t awaited_sequence() const noexcept;

    // --- Loading
    // Whether the segment holds what the database knew.
    bool is_loaded() const noexcept;
    void note_loaded() noexcept;
    // Holds the lock under which a segment is loaded, for as long as it lives. A loader that dies is followed
    // by the next one; for one that does not come to an end it is waited 10 s.
    class LoadGuard {
      public:
        explicit LoadGuard(HistoryFeed& feed) noexcept;
        ~LoadGuard();
        LoadGuard(const LoadGuard&) = delete;
        LoadGuard& operator=(const LoadGuard&) = delete;
        // false: somebody else is loading, for too long.
        explicit operator bool() const noexcept { return held_; }

      private:
        memory::Layout& layout_;
        bool held_ = false;
    };
    // What is told apart from other segments by this; 16 bytes.
    std::string segment_id() const;
    // Events and acts are numbered on behind these, unless they are already. What came before and is not
    // written counts as seen: the caller writes the table.
    void continue_after(std::uint64_t sequence, std::uint64_t act) noexcept;
    // For a segment that serves before it could be loaded: events and acts are numbered by the clock, so that
    // they come after whatever the history turns out to hold. Does nothing once there was an event.
    void number_by_clock(Now now) noexcept;
    // Puts a session back, without an event. Live ones are counted, also in the maximum of a quarter hour
    // that runs already, and their idle time starts anew. false: no room. A session that the segment knows
    // stays as it is there, except that one which the history knows as ended by a person or rule ends.
    bool restore(const RestoreRequest& request, Now now) noexcept;
    // Lets an earlier key lead to a session that is there.
    void restore_alias(SessionKey earlier, SessionKey session, Now now) noexcept;

  private:
    Tracker tracker_;
};

}  // namespace agent_sessions::tracker
