#include "tracker/row_walk.h"

#include <algorithm>
#include <array>
#include <span>

#include "tracker/memory/rows.h"

namespace agent_sessions::tracker {

using namespace memory;

// A row is scattered over the memory: what a few of them need is fetched together, before the first is
// copied.
void RowWalk::step(std::uint32_t slots, Now now, const Wanted& wanted, const Visit& visit) {
    constexpr std::size_t kFetchedTogether = 32;
    Layout& layout = *tracker_.layout();
    const std::uint32_t used = layout.used_slots();
    const std::uint32_t end = std::min(used - std::min(used, cursor_.next_slot), slots) + cursor_.next_slot;
    Tracker::Glance glanced{};
    std::array<SessionHandle, kFetchedTogether> fetched;
    while (cursor_.next_slot < end) {
        std::size_t count = 0;
        for (; cursor_.next_slot < end && count < fetched.size(); ++cursor_.next_slot) {
            if (glance(layout, cursor_.next_slot, now, parts_, glanced) && wanted(glanced)) {
                fetch_slot(layout, cursor_.next_slot, parts_);
                fetched[count++] = glanced.handle;
            }
        }
        const std::span<const SessionHandle> handles(fetched.data(), count);
        for (const SessionHandle& handle : handles) {
            fetch_texts(layout, handle.slot, parts_);
        }
        for (const SessionHandle& handle : handles) {
            if (copy_parts(layout, handle, now, row_, parts_, waiting_)) {
                visit(row_);
            }
        }
    }
    cursor_.done = cursor_.next_slot >= used;
}

}  // namespace agent_sessions::tracker
