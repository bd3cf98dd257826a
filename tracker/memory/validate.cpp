#include "tracker/memory/validate.h"

#include <cstring>
#include <span>

#include "tracker/memory/faults.h"
#include "tracker/memory/slot_check.h"

namespace agent_sessions::tracker::memory {
namespace {

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

class Walk {
  public:
    explicit Walk(Layout& layout) : layout_(layout) {}

    std::vector<std::string> run() {
        if (layout_.undo.count.load() != 0) {
            // The number tells one who looks without the lock several changes from one that was left.
            faults_.add("the undo record is not empty before event " +
                        number(layout_.totals.next_event.load()));
        }
        if (has_sound_marks()) {
            SlotCheck slots(layout_, faults_);
            slots.run();
            check_accounts(slots.current(), slots.agents());
            check_unsaved();
        }
        return faults_.take();
    }

  private:
    bool has_sound_marks() {
        const Totals& totals = layout_.totals;
        const Geometry& geometry = layout_.geometry;
        const bool sound = totals.fresh_slots <= geometry.slots && totals.fresh_texts >= 1 &&
                           totals.fresh_texts <= geometry.texts && totals.fresh_instances >= 1 &&
                           totals.fresh_instances <= geometry.instances && totals.accounts >= 1 &&
                           totals.accounts <= geometry.accounts &&
                           totals.fresh_overflow <= geometry.overflow_groups;
        if (!sound) {
            faults_.add("a high-water mark is beyond its area");
        }
        return sound;
    }

    void check_accounts(std::span<const std::uint32_t> sessions, std::span<const std::uint32_t> names) {
        std::uint64_t current = 0;
        std::uint64_t agents = 0;
        for (std::uint32_t account = 1; account < layout_.totals.accounts; ++account) {
            const AccountRecord& record = layout_.account(static_cast<AccountIndex>(account));
            faults_.expect(record.current, sessions[account], Subject{"the sessions of account", account});
            faults_.expect(record.agents, names[account], Subject{"the agents of account", account});
            current += sessions[account];
            agents += names[account];
        }
        faults_.expect(layout_.account(kOverall).current, current, "the sessions of all accounts");
        faults_.expect(layout_.account(kOverall).agents, agents, "the agents of all accounts");
    }

    void check_unsaved() {
        const HistoryMarks& history = layout_.history;
        const std::uint64_t quarters = layout_.totals.closed_quarters - history.saved_quarters;
        if (quarters > layout_.geometry.quarters) {
            faults_.add("more closed quarter hours are unsaved than there is room for: " + number(quarters));
        }
        const std::uint64_t acts = layout_.totals.next_act - history.saved_acts;
        if (acts > layout_.geometry.acts) {
            faults_.add("more acts are unsaved than there is room for: " + number(acts));
        }
        if (history.committed_sequence >= layout_.totals.next_event) {
            faults_.add("event " + number(history.committed_sequence) + " is on disk, and was never made");
        }
    }

    Layout& layout_;
    FaultList faults_;
};

}  // namespace

std::vector<std::string> find_faults(Layout& layout) {
    return Walk(layout).run();
}

std::string header_fault(const Layout& layout, std::uint64_t file_bytes) {
    if (file_bytes < sizeof(Layout)) {
        return "is too short to be a segment";
    }
    if (std::memcmp(layout.magic, kMagic, sizeof(kMagic)) != 0) {
        return "is not a segment of agent-sessions";
    }
    if (layout.byte_order != kByteOrderMark) {
        return "was made on a machine of another byte order";
    }
    if (layout.version != kLayoutVersion || layout.header_bytes != sizeof(Layout)) {
        return "has layout version " + number(layout.version) + ", this module reads " +
               number(kLayoutVersion);
    }
    if (layout.ready.load(std::memory_order_acquire) != 1) {
        return "was never completed";
    }
    const std::uint64_t capacity = layout.geometry.capacity;
    if (capacity < kMinCapacity || capacity > kMaxCapacity || geometry_for(capacity) != layout.geometry ||
        layout.geometry.total_bytes != file_bytes) {
        return "has sizes that do not fit together";
    }
    return {};
}

}  // namespace agent_sessions::tracker::memory
