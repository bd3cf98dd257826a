// Walks over the sessions of a table that read no more of each than is looked at: what a list or a filter of
// a million sessions is made of.
//
// Process and thread safety, waiting: as Tracker.
#pragma once

#include <functional>

#include "tracker/tracker.h"

namespace agent_sessions::tracker {

// The parts of a row that a walk reads; the others are left empty.
struct RowParts {
    bool agent = false;  // identified and agent_sessions with it
    bool label = false;
    bool address = false;
    bool user_agent = false;
    bool interactions = false;  // instances with them
    bool last_seen = false;
    bool begun_sequence = false;
    bool pending_end = false;

    // Of both.
    friend constexpr RowParts operator|(const RowParts& one, const RowParts& other) noexcept {
        return {one.agent || other.agent,
                one.label || other.label,
                one.address || other.address,
                one.user_agent || other.user_agent,
                one.interactions || other.interactions,
                one.last_seen || other.last_seen,
                one.begun_sequence || other.begun_sequence,
                one.pending_end || other.pending_end};
    }
};

class RowWalk {
  public:
    explicit RowWalk(Tracker tracker, const RowParts& parts, Waiting waiting = Waiting::event_loop) noexcept
        : tracker_(tracker), parts_(parts), waiting_(waiting) {}

    // Goes on over up to `slots` slots. `visit` gets each counted session there, with the parts and what
    // stands in the slot's own words: handle, key, account, started. `wanted` is asked first, with last_seen
    // and begun_sequence where they are among the parts: false = nothing more is read. The row is reused.
    using Wanted = std::function<bool(const Tracker::Glance&)>;
    using Visit = std::function<void(const Row&)>;
    void step(std::uint32_t slots, Now now, const Wanted& wanted, const Visit& visit);

    // All slots were visited. Sessions that live throughout the walk are met exactly once; those that begin
    // or end during it, at most once.
    bool is_done() const noexcept { return cursor_.done; }

  private:
    Tracker tracker_;
    RowParts parts_;
    Waiting waiting_;
    RowCursor cursor_;
    Row row_;
};

}  // namespace agent_sessions::tracker
