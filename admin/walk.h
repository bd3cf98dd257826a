// A pass over every slot of the table, in steps of the caller's slices.
// Thread safety: none; belongs to one task.
#pragma once

#include <cstdint>

#include "admin/handle.h"

namespace agent_sessions::admin {

class Walk {
  public:
    // Goes on until the slice is over; true = all slots were visited. `wanted(glance, now)` is asked for each
    // live session and `visit(row, now)` gets those that it wanted; both get the instant that the copy was
    // made for.
    template <typename Wanted, typename Visit>
    bool step(tracker::Tracker tracker, const Slice& slice, Wanted wanted, Visit visit) {
        tracker::Now now;
        const tracker::Tracker::Wanted ask = [&](const tracker::Tracker::Glance& glance) {
            return wanted(glance, now);
        };
        const tracker::Tracker::Visit take = [&](const tracker::Row& row) { visit(row, now); };
        while (!cursor_.done) {
            now = slice.now();
            tracker.read_rows(cursor_, kSlotsPerLook, now, ask, take);
            if (slice.over()) {
                break;
            }
        }
        return cursor_.done;
    }

  private:
    // Few enough to read whole within a fraction of a slice of 1 ms.
    static constexpr std::uint32_t kSlotsPerLook = 32;

    tracker::RowCursor cursor_;
};

}  // namespace agent_sessions::admin
