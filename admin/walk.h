// A pass over every slot of the table, in steps of the caller's slices.
// Thread safety: none; belongs to one task.
#pragma once

#include <cstdint>

#include "admin/handle.h"
#include "tracker/row_walk.h"

namespace agent_sessions::admin {

class Walk {
  public:
    // `parts`: what is looked at of a session.
    Walk(tracker::Tracker tracker, const tracker::RowParts& parts) : rows_(tracker, parts) {}

    // Goes on until the slice is over; true = all slots were visited. `wanted(glance, now)` is asked for each
    // live session and `visit(row, now)` gets those that it wanted; both get the instant that the copy was
    // made for.
    template <typename Wanted, typename Visit>
    bool step(const Slice& slice, Wanted wanted, Visit visit) {
        tracker::Now now;
        const tracker::RowWalk::Wanted ask = [&](const tracker::Tracker::Glance& glance) {
            return wanted(glance, now);
        };
        const tracker::RowWalk::Visit take = [&](const tracker::Row& row) { visit(row, now); };
        while (!rows_.is_done()) {
            now = slice.now();
            rows_.step(kSlotsPerLook, now, ask, take);
            if (slice.over()) {
                break;
            }
        }
        return rows_.is_done();
    }

  private:
    // Few enough to read within a fraction of a slice.
    static constexpr std::uint32_t kSlotsPerLook = 32;

    tracker::RowWalk rows_;
};

}  // namespace agent_sessions::admin
