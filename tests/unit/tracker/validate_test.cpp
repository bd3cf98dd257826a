// Damage of each kind is found by a full walk: what a start after a crash relies on.
#include "tracker/memory/validate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/unit/tracker/tracker_test.h"
#include "tracker/memory/index_search.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;
using namespace memory;

constexpr std::uint64_t kSessions = 900;

// What a table holds that each kind of damage finds something in.
struct Table {
    Layout& layout;
    SlotIndex live;
    SlotIndex other;
    SlotIndex finished;  // lives, and has nothing open
    SlotIndex ended;
    SlotIndex alias;

    HotSlot& hot() { return layout.hot(live); }
    ColdSlot& cold() { return layout.cold(live); }
    TextBlock& name() { return layout.text(hot().agent); }
    InstanceRecord& instance() { return layout.instance(hot().instances); }
    IndexGroup& group() { return group_of(live); }
    IndexGroup& group_of(SlotIndex slot) {
        return layout.group(home_group(layout, {layout.hot(slot).key_high, layout.hot(slot).key_low}));
    }
    Shared<std::uint64_t>& entry() { return *entry_of(live); }
    Shared<std::uint64_t>* entry_of(SlotIndex slot) {
        return std::find_if(std::begin(group_of(slot).entries), std::end(group_of(slot).entries),
                            [slot](const auto& entry) { return (entry & 0xffffffffU) == slot + 1U; });
    }
};

struct Harm {
    const char* name;
    std::function<void(Table&)> damage;
    const char* finding;
};

const Harm kHarms[] = {
    {"undo", [](Table& t) { t.layout.undo.count = 1; }, "the undo record is not empty before event "},
    {"mark", [](Table& t) { t.layout.totals.fresh_slots = 1U << 31; },
     "a high-water mark is beyond its area"},
    {"no_texts", [](Table& t) { t.layout.totals.fresh_texts = 0; }, "a high-water mark is beyond its area"},
    {"live", [](Table& t) { t.layout.totals.live.fetch_add(1); }, "the number of live sessions is"},
    {"ended", [](Table& t) { t.layout.totals.ended.fetch_add(1); }, "the number of ended sessions is"},
    {"state", [](Table& t) { t.hot().word.fetch_or(std::uint64_t{7} << 41); }, "has no valid state"},
    {"freed", [](Table& t) { t.hot().word = 0; }, "which is free"},
    {"key", [](Table& t) { t.hot().key_high.fetch_xor(std::uint64_t{1} << 63); }, "is not found by its key"},
    {"tag", [](Table& t) { t.entry().fetch_xor(std::uint64_t{1} << 40); }, "is not found by its key"},
    {"entry", [](Table& t) { t.entry() = 0; }, "is not found by its key"},
    {"stranger", [](Table& t) { t.entry().fetch_or(0x7fffffff); }, "which is free"},
    {"place",
     [](Table& t) {
         auto& elsewhere =
             (&t.group() == &t.layout.group(0) ? t.layout.group(1) : t.layout.group(0)).entries[6];
         elsewhere = t.entry().exchange(0);
     },
     "under a key that is not its own"},
    {"twice", [](Table& t) { t.group().entries[6] = t.entry().load(); }, "stands in the index twice"},
    {"same_key",
     [](Table& t) {
         t.entry_of(t.other)->store(0);
         t.layout.hot(t.other).key_high = t.hot().key_high.load();
         t.layout.hot(t.other).key_low = t.hot().key_low.load();
         t.group().entries[6] = index_entry({t.hot().key_high, t.hot().key_low}, t.other);
     },
     "has the key of another slot"},
    {"overflow", [](Table& t) { t.group().overflow = 1U << 31; }, "is broken"},
    {"overflow_round",
     [](Table& t) {
         t.layout.totals.fresh_overflow = 1;
         t.group().overflow = 1;
         t.layout.overflow(0).overflow = 1;
     },
     "is broken"},
    {"overflow_free",
     [](Table& t) {
         t.layout.totals.fresh_overflow = 1;
         t.layout.totals.free_overflow = 1;
         t.layout.overflow(0).entries[0] = 1;
     },
     "is free, and not empty"},
    {"overflow_free_round",
     [](Table& t) {
         t.layout.totals.fresh_overflow = 1;
         t.layout.totals.free_overflow = 1;
         t.layout.overflow(0).next_free = 1;
     },
     "the list of free overflow groups"},
    {"overflow_lost", [](Table& t) { t.layout.totals.fresh_overflow = 1; }, "belongs to no group"},
    {"being_changed", [](Table& t) { t.cold().version.fetch_add(1); }, "is marked as being changed"},
    {"account", [](Table& t) { t.hot().account = 999; }, "which does not exist"},
    {"everybodys", [](Table& t) { t.hot().account = kOverall; }, "which does not exist"},
    {"counts", [](Table& t) { t.layout.account(1).current.fetch_add(1); }, "the sessions of account 1 is"},
    {"agents", [](Table& t) { t.layout.account(1).agents.fetch_add(1); }, "the agents of account 1 is"},
    {"sum", [](Table& t) { t.layout.account(0).current.fetch_add(1); }, "the sessions of all accounts is"},
    {"agent", [](Table& t) { t.hot().agent = 1U << 31; }, "names a text that does not exist"},
    {"label", [](Table& t) { t.cold().living.label = t.hot().agent.load(); }, "the references of text"},
    {"references", [](Table& t) { t.name().head.references.fetch_add(1); }, "the references of text"},
    {"live_names", [](Table& t) { t.name().head.live.fetch_add(1); }, "the live sessions of text"},
    {"text_lost",
     [](Table& t) {
         for (std::uint64_t bucket = 0; bucket < t.layout.geometry.text_buckets; ++bucket) {
             if (t.layout.text_bucket(bucket) == t.hot().agent) {
                 t.layout.text_bucket(bucket) = t.name().link.load();
             }
         }
     },
     "the number of texts in buckets"},
    {"bucket", [](Table& t) { t.name().head.hash.fetch_xor(1); }, "stands in a bucket that is not its own"},
    {"text_round", [](Table& t) { t.name().link = t.hot().agent.load(); }, "the chain of text bucket"},
    {"blocks_round", [](Table& t) { t.name().next = t.hot().agent.load(); }, "is not a chain of its own"},
    {"block", [](Table& t) { t.name().next = 1U << 31; }, "is not a chain of its own"},
    {"free_texts", [](Table& t) { t.layout.totals.free_texts = t.hot().agent.load(); }, "free text blocks"},
    {"free_count", [](Table& t) { t.layout.totals.free_text_count.fetch_add(1); },
     "the number of free text blocks"},
    {"instance", [](Table& t) { t.hot().instances = 1U << 31; }, "is not its own"},
    {"instance_round", [](Table& t) { t.instance().next = t.hot().instances.load(); }, "is not its own"},
    {"instance_lost", [](Table& t) { t.hot().instances = 0; }, "belongs to nobody"},
    {"instance_name", [](Table& t) { t.instance().name = 1U << 31; }, "names a text that does not exist"},
    {"free_instances", [](Table& t) { t.layout.totals.free_instances = t.hot().instances.load(); },
     "the list of free instances"},
    {"ended_instances", [](Table& t) { t.layout.hot(t.ended).instances = t.hot().instances.load(); },
     "has instances"},
    {"pending",
     [](Table& t) {
         t.layout.hot(t.finished).requests = 1;
         t.layout.cold(t.finished).living.pending_since = 1;
     },
     "and nothing is open"},
    {"ended_address", [](Table& t) { t.layout.cold(t.ended).has_ipv4 = 1; }, "has an address"},
    {"alias", [](Table& t) { t.layout.hot(t.alias).agent = t.hot().agent.load(); },
     "has details of a session"},
    {"free_slots", [](Table& t) { t.layout.totals.free_slots = t.live; }, "the list of free slots"},
    {"free_slot_lost", [](Table& t) { t.layout.totals.free_slots = kNoSlot; },
     "the number of occupied slots"},
    {"quarters", [](Table& t) { t.layout.totals.closed_quarters = 1U << 31; }, "more closed quarter hours"},
    {"acts", [](Table& t) { t.layout.totals.next_act = 1U << 31; }, "more acts are unsaved"},
    {"event", [](Table& t) { t.layout.history.committed_sequence = 1U << 31; }, "and was never made"},
};

class ValidateTest : public ::testing::TestWithParam<Harm> {
  protected:
    ValidateTest() {
        for (std::uint64_t number = 1; number <= kSessions; ++number) {
            const auto begun = tracker_.begin(request(number), clock_.now());
            tracker_.open_instance(begun.handle, "order", "", clock_.now());
        }
        // Of the first few what else there is: one that ended, one that is forgotten, one with two names.
        tracker_.end(key(1), {EndReason::administrator, "root", "bye"}, clock_.now());
        tracker_.end(key(2), {EndReason::logout}, clock_.now());
        tracker_.close_instance(handle(4), "order", "", clock_.now());
        tracker_.rekey(handle(3), key(kSessions + 1), 0, clock_.now());
        const SlotIndex forgotten = handle(2).slot;
        const Now later{clock_.now().wall, clock_.now().boot + std::chrono::hours{1}};
        tracker_.sweep(forgotten, 1, later);
    }

    static SessionKey key(std::uint64_t number) {
        return {number * 0x9e3779b97f4a7c15U, number * 0xc2b2ae3d27d4eb4fU};
    }
    SessionHandle handle(std::uint64_t number) { return tracker_.find(key(number), clock_.now()).handle; }

    BeginRequest request(std::uint64_t number) {
        agent_ = "agent-" + std::to_string(number);
        BeginRequest begin;
        begin.key = key(number);
        begin.started = clock_.now().wall;
        begin.account = "acme";
        begin.agent = agent_;
        begin.label = "a label that is longer than what stands in one block of text";
        begin.lifetime = {std::chrono::minutes{30}, std::chrono::hours{12}, std::chrono::minutes{30}};
        return begin;
    }

    Table table() {
        return {segment_.layout(), handle(7).slot, handle(8).slot,
                handle(4).slot,    handle(1).slot, locate_name(segment_.layout(), key(3)).slot};
    }

    MemorySegment segment_;
    Tracker tracker_ = segment_.tracker();
    FakeClock clock_;
    std::string agent_;
};

TEST_P(ValidateTest, IsFound) {
    ASSERT_EQ(find_faults(segment_.layout()), std::vector<std::string>{});
    Table harmed = table();
    GetParam().damage(harmed);
    const auto faults = find_faults(segment_.layout());
    const auto fits = [](const std::string& fault) {
        return fault.find(GetParam().finding) != std::string::npos;
    };
    EXPECT_TRUE(std::any_of(faults.begin(), faults.end(), fits))
        << (faults.empty() ? "nothing was found" : faults.front());
}

INSTANTIATE_TEST_SUITE_P(EveryKindOfDamage, ValidateTest, ::testing::ValuesIn(kHarms),
                         [](const auto& info) { return std::string(info.param.name); });

// An ended cookie whose key is damaged would be unknown, and so begin a session.
TEST_F(ValidateTest, EveryBitOfAnEndedSessionsKeyIsChecked) {
    HotSlot& hot = segment_.layout().hot(table().ended);
    for (Shared<std::uint64_t>* half : {&hot.key_high, &hot.key_low}) {
        for (int bit = 0; bit < 64; ++bit) {
            half->fetch_xor(std::uint64_t{1} << bit);
            EXPECT_FALSE(find_faults(segment_.layout()).empty()) << "bit " << bit << " was turned";
            half->fetch_xor(std::uint64_t{1} << bit);
        }
    }
    EXPECT_EQ(find_faults(segment_.layout()), std::vector<std::string>{});
}

}  // namespace
}  // namespace agent_sessions::testing
