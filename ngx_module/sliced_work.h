// Work that would hold the event loop for too long, done in slices between the loop's other events.
//
// All such work of a worker shares one slice in each round of the loop, turn by turn: a request that comes
// meanwhile waits for one slice, however much there is to do. A round costs a poll for events, one or two
// microseconds; so the slice is as short as keeps that a small part.
// Thread safety: none (one event loop).
#pragma once

#include <cstdint>

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

class SliceEnd {
  public:
    // Of a slice that begins now.
    SliceEnd() noexcept;

    // Cost: one reading of the clock.
    bool is_past() const noexcept;

  private:
    std::int64_t end_;  // µs of CLOCK_MONOTONIC
};

class SlicedWork : private ngx_queue_t {
  public:
    constexpr SlicedWork() noexcept : ngx_queue_t{} {}
    SlicedWork(const SlicedWork&) = delete;
    SlicedWork& operator=(const SlicedWork&) = delete;

    // Asks for a turn, in the next round of the event loop. Does nothing where it has asked already.
    void ask_for_turn() noexcept;
    // REQUIRED before this object goes away.
    void give_up_turn() noexcept;

  protected:
    ~SlicedWork() = default;

    // Works until the slice is past, which the last piece of work may exceed, and asks again where there is
    // more to do. Afterwards this object may be gone.
    virtual void take_turn(const SliceEnd& end) noexcept = 0;

  private:
    static void handle_round(ngx_event_t* event) noexcept;

    bool has_asked_ = false;
};

}  // namespace agent_sessions::ngx
