// Follows the event ring and keeps the database true: one pass at a time, each a single transaction that is
// fenced by the writer's epoch and the last sequence, so that nothing is written twice and nobody writes who
// has been followed by another (ARCHITECTURE 4).
//
// Thread safety: none; one follower belongs to one thread. Process safety: any number may try, the latest to
// have opened the database wins.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tracker/history/loader.h"
#include "tracker/history/retention.h"
#include "tracker/history_feed.h"

namespace agent_sessions::tracker::history {

class Follower {
  public:
    Follower(Tracker tracker, std::string path, Retention retention);
    ~Follower();
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

    enum class Outcome : std::uint8_t {
        idle,      // all is on disk
        wrote,     // and now all was
        more,      // call again at once
        failed,    // see fault(); call again later
        replaced,  // another process writes from now on: this follower is of no more use
    };
    // One pass. Waits for the disk, and for a moment for the database's lock. May throw std::bad_alloc.
    Outcome step(Now now);

    // Whether the next pass had better come later, since an act is under way whose events are to reach the
    // disk together (Tracker::hold_history()). Not where an event is awaited, nor once three quarters of the
    // ring are to be written, nor for longer than 750 ms between two passes, or a power cut would cost too
    // much. Where the ring has run over, the table would have to be read again after the act: that may wait
    // for 2 s.
    bool may_wait(Now now) noexcept;

    // What is wrong, as nginx logs it; empty = nothing.
    const std::string& fault() const noexcept { return fault_; }

    // What a step has loaded into the segment since the last call, where that could not be done at the start.
    std::optional<Loaded> take_loaded() noexcept { return std::exchange(loaded_, std::nullopt); }

    HistoryFeed& feed() noexcept { return feed_; }

  private:
    struct Session;
    Outcome pass(Now now);
    void open(Now now);
    bool has_work(Now now);
    bool is_awaited() const noexcept;
    Outcome write(Now now);
    bool write_events(std::uint64_t first, std::uint64_t last, Now now);
    void read_finished_acts();
    void rescan(Now now);
    bool is_scrub_due(Now now) const noexcept;
    void scrub(Now now);
    Outcome fail(HistoryState state, int code, const std::string& what);

    HistoryFeed feed_;
    std::string path_;
    Retention retention_;
    std::string fault_;
    std::optional<Loaded> loaded_;
    std::unique_ptr<Session> session_;
    BootTime next_scrub_{};
};

}  // namespace agent_sessions::tracker::history
