#include "tracker/memory/validate.h"

#include <cstring>

#include "tracker/memory/index.h"
#include "tracker/memory/slot_word.h"
#include "tracker/memory/texts.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::tracker::memory {
namespace {

constexpr std::size_t kMostFaults = 32;

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

class Walk {
  public:
    explicit Walk(Layout& layout)
        : layout_(layout),
          text_references_(layout.geometry.texts),
          text_live_(layout.geometry.texts),
          block_used_(layout.geometry.texts),
          instance_used_(layout.geometry.instances),
          account_current_(layout.geometry.accounts),
          account_agents_(layout.geometry.accounts) {}

    std::vector<std::string> run() {
        if (layout_.undo.count.load() != 0) {
            fault("the undo record is not empty");
        }
        if (!bounds()) {
            return std::move(faults_);
        }
        slots();
        free_slots();
        index();
        texts();
        instances();
        accounts();
        unsaved();
        return std::move(faults_);
    }

  private:
    void fault(std::string text) {
        if (faults_.size() < kMostFaults) {
            faults_.push_back(std::move(text));
        }
    }

    void expect(std::uint64_t is, std::uint64_t should, const std::string& what) {
        if (is != should) {
            fault(what + " is " + number(is) + ", a recount gives " + number(should));
        }
    }

    bool bounds() {
        const Totals& totals = layout_.totals;
        const Geometry& geometry = layout_.geometry;
        const bool sound = totals.fresh_slots <= geometry.slots && totals.fresh_texts <= geometry.texts &&
                           totals.fresh_instances <= geometry.instances &&
                           totals.accounts <= geometry.accounts &&
                           totals.fresh_overflow <= geometry.overflow_groups;
        if (!sound) {
            fault("a high-water mark is beyond its area");
        }
        return sound;
    }

    void refer_to(TextIndex text, const std::string& where) {
        if (text == 0) {
            return;
        }
        if (text >= layout_.totals.fresh_texts) {
            fault(where + " names text " + number(text) + ", which does not exist");
            return;
        }
        ++text_references_[text];
    }

    void slots() {
        const std::uint32_t used = layout_.totals.fresh_slots;
        std::uint64_t live = 0;
        std::uint64_t ended = 0;
        std::uint64_t aliases = 0;
        for (SlotIndex slot = 0; slot < used; ++slot) {
            const SlotWord word(layout_.hot(slot).word.load());
            switch (word.state()) {
                case SlotState::free:
                    break;
                case SlotState::live:
                case SlotState::ending:
                    ++live;
                    live_slot(slot);
                    break;
                case SlotState::ended:
                    ++ended;
                    ended_slot(slot);
                    break;
                case SlotState::alias:
                    ++aliases;
                    alias_slot(slot);
                    break;
                default:
                    fault("slot " + number(slot) + " has no valid state");
            }
        }
        expect(layout_.totals.live, live, "the number of live sessions");
        expect(layout_.totals.ended, ended, "the number of ended sessions");
        occupied_ = live + ended + aliases;
    }

    void expect_found(SlotIndex slot) {
        const Located located = locate_name(layout_, {layout_.hot(slot).key_high, layout_.hot(slot).key_low});
        if (!located || located.slot != slot) {
            fault("slot " + number(slot) + " is not found by its key");
        }
    }

    void alias_slot(SlotIndex slot) {
        expect_found(slot);
        const HotSlot& hot = layout_.hot(slot);
        const ColdSlot& cold = layout_.cold(slot);
        if (hot.agent != 0 || hot.instances != 0 || cold.label != 0 || cold.address != 0 ||
            cold.user_agent != 0 || cold.ended_by != 0 || cold.message != 0 || cold.why != 0) {
            fault("alias " + number(slot) + " has details of a session");
        }
    }

    void common_slot(SlotIndex slot) {
        HotSlot& hot = layout_.hot(slot);
        const std::string name = "slot " + number(slot);
        if ((layout_.cold(slot).version & 1) != 0) {
            fault(name + " is marked as being changed");
        }
        const AccountIndex account = hot.account;
        if (account == kOverall || account >= layout_.totals.accounts) {
            fault(name + " is of account " + number(account) + ", which does not exist");
        }
        expect_found(slot);
        refer_to(hot.agent, name);
        refer_to(layout_.cold(slot).ended_by, name);
        refer_to(layout_.cold(slot).message, name);
        refer_to(layout_.cold(slot).why, name);
        for (const auto* text :
             {&layout_.cold(slot).label, &layout_.cold(slot).address, &layout_.cold(slot).user_agent}) {
            refer_to(text->load(), name);
        }
    }

    void live_slot(SlotIndex slot) {
        common_slot(slot);
        HotSlot& hot = layout_.hot(slot);
        if (hot.account < layout_.geometry.accounts) {
            ++account_current_[hot.account];
        }
        const TextIndex agent = hot.agent;
        if (agent != 0 && agent < layout_.geometry.texts) {
            ++text_live_[agent];
        }
        InstanceIndex index = hot.instances;
        for (std::uint32_t steps = 0; index != 0; ++steps) {
            if (index >= layout_.totals.fresh_instances || steps > kMaxInstanceRecords ||
                instance_used_[index]) {
                fault("the instances of slot " + number(slot) + " are not a chain of their own");
                return;
            }
            instance_used_[index] = true;
            refer_to(layout_.instance(index).name, "instance " + number(index));
            index = layout_.instance(index).next;
        }
    }

    void ended_slot(SlotIndex slot) {
        common_slot(slot);
        if (layout_.hot(slot).instances != 0) {
            fault("ended slot " + number(slot) + " has instances");
        }
    }

    void free_slots() {
        const std::uint32_t used = layout_.totals.fresh_slots;
        std::vector<bool> seen(used);
        std::uint64_t count = 0;
        for (SlotIndex slot = layout_.totals.free_slots; slot != kNoSlot;
             slot = layout_.cold(slot).next_free, ++count) {
            if (slot >= used || seen[slot] ||
                SlotWord(layout_.hot(slot).word.load()).state() != SlotState::free) {
                fault("the list of free slots is broken at slot " + number(slot));
                return;
            }
            seen[slot] = true;
        }
        expect(used - count, occupied_, "the number of occupied slots");
    }

    void index() {
        std::uint64_t entries = 0;
        for (std::uint64_t group = 0; group < layout_.geometry.groups; ++group) {
            entries += group_entries(layout_.group(group));
        }
        for (std::uint32_t group = 0; group < layout_.totals.fresh_overflow; ++group) {
            entries += group_entries(layout_.overflow(group));
        }
        expect(entries, occupied_, "the number of index entries");
    }

    std::uint64_t group_entries(IndexGroup& group) {
        std::uint64_t count = 0;
        for (const auto& word : group.entries) {
            const std::uint64_t entry = word;
            if (entry == 0) {
                continue;
            }
            ++count;
            const auto slot = static_cast<SlotIndex>((entry & 0xffffffffU) - 1);
            if (slot >= layout_.totals.fresh_slots ||
                SlotWord(layout_.hot(slot).word.load()).state() == SlotState::free) {
                fault("an index entry names slot " + number(slot) + ", which is free");
            }
        }
        return count;
    }

    void texts() {
        const std::uint32_t used = layout_.totals.fresh_texts;
        std::uint64_t blocks = 0;
        for (std::uint64_t bucket = 0; bucket < layout_.geometry.text_buckets; ++bucket) {
            std::uint64_t steps = 0;
            for (TextIndex text = layout_.text_bucket(bucket); text != 0; text = layout_.text(text).link) {
                if (text >= used || ++steps > used) {
                    fault("the chain of text bucket " + number(bucket) + " is broken");
                    return;
                }
                blocks += text_blocks(text);
            }
        }
        std::uint64_t free = 0;
        for (TextIndex block = layout_.totals.free_texts; block != 0; block = layout_.text(block).link) {
            if (block >= used || block_used_[block]) {
                fault("the list of free text blocks is broken at " + number(block));
                return;
            }
            block_used_[block] = true;
            ++free;
        }
        expect(layout_.totals.free_text_count, free, "the number of free text blocks");
        expect(blocks + free + 1, used, "the number of text blocks");
    }

    std::uint64_t text_blocks(TextIndex text) {
        TextBlock::Head& head = layout_.text(text).head;
        expect(head.references, text_references_[text], "the references of text " + number(text));
        expect(head.live, text_live_[text], "the live sessions of text " + number(text));
        const std::uint32_t account = head.account_and_length >> 16;
        if (text_live_[text] != 0 && account < layout_.geometry.accounts) {
            ++account_agents_[account];
        }
        std::uint64_t blocks = 0;
        for (TextIndex block = text; block != 0; block = layout_.text(block).next) {
            if (block >= layout_.totals.fresh_texts || block_used_[block]) {
                fault("text " + number(text) + " is not a chain of its own");
                return blocks;
            }
            block_used_[block] = true;
            ++blocks;
        }
        return blocks;
    }

    void instances() {
        const std::uint32_t used = layout_.totals.fresh_instances;
        for (InstanceIndex index = layout_.totals.free_instances; index != 0;
             index = layout_.instance(index).next) {
            if (index >= used || instance_used_[index]) {
                fault("the list of free instances is broken at " + number(index));
                return;
            }
            instance_used_[index] = true;
        }
        for (InstanceIndex index = 1; index < used; ++index) {
            if (!instance_used_[index]) {
                fault("instance " + number(index) + " belongs to nobody");
                return;
            }
        }
    }

    void accounts() {
        std::uint64_t current = 0;
        std::uint64_t agents = 0;
        for (std::uint32_t account = 1; account < layout_.totals.accounts; ++account) {
            const AccountRecord& record = layout_.account(account);
            expect(record.current, account_current_[account], "the sessions of account " + number(account));
            expect(record.agents, account_agents_[account], "the agents of account " + number(account));
            current += account_current_[account];
            agents += account_agents_[account];
        }
        expect(layout_.account(kOverall).current, current, "the sessions of all accounts");
        expect(layout_.account(kOverall).agents, agents, "the agents of all accounts");
    }

    void unsaved() {
        const HistoryMarks& history = layout_.history;
        const std::uint64_t quarters = layout_.totals.closed_quarters - history.saved_quarters;
        if (quarters > layout_.geometry.quarters) {
            fault("more closed quarter hours are unsaved than there is room for: " + number(quarters));
        }
        const std::uint64_t acts = layout_.totals.next_act - history.saved_acts;
        if (acts > layout_.geometry.acts) {
            fault("more acts are unsaved than there is room for: " + number(acts));
        }
        if (history.committed_sequence >= layout_.totals.next_event) {
            fault("event " + number(history.committed_sequence) + " is on disk, and was never made");
        }
    }

    Layout& layout_;
    std::vector<std::string> faults_;
    std::vector<std::uint32_t> text_references_;
    std::vector<std::uint32_t> text_live_;
    std::vector<bool> block_used_;
    std::vector<bool> instance_used_;
    std::vector<std::uint32_t> account_current_;
    std::vector<std::uint32_t> account_agents_;
    std::uint64_t occupied_ = 0;
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
