#include "tests/unit/tracker/tracker_test.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

class Instances : public TrackerTest {
  protected:
    InstanceResult open(SessionHandle handle, std::string_view name, std::string_view instance = {}) {
        return tracker_.open_instance(handle, name, instance, clock_.now());
    }
    InstanceResult close(SessionHandle handle, std::string_view name, std::string_view instance = {}) {
        return tracker_.close_instance(handle, name, instance, clock_.now());
    }
};

TEST_F(Instances, NamesAreDistinctAndInstancesAreAllCounted) {
    const SessionHandle handle = begin(1);
    EXPECT_EQ(row(1).instances, 0U);
    EXPECT_EQ(open(handle, "Billing", "1"), InstanceResult::opened);
    EXPECT_EQ(open(handle, "Billing", "2"), InstanceResult::opened);
    EXPECT_EQ(open(handle, "Address", "3"), InstanceResult::opened);
    EXPECT_EQ(row(1).interactions, (Names{"Address", "Billing"}));
    EXPECT_EQ(row(1).instances, 3U);
    EXPECT_EQ(row(1).details.size(), 3U);
}

TEST_F(Instances, LaterRequestsRefreshAndAnotherNameRenames) {
    const SessionHandle handle = begin(1);
    open(handle, "Billing", "1");
    clock_.advance(20min);
    EXPECT_EQ(open(handle, "Billing", "1"), InstanceResult::refreshed);
    EXPECT_EQ(open(handle, "Address", "1"), InstanceResult::renamed);
    EXPECT_EQ(row(1).interactions, Names{"Address"});
    EXPECT_EQ(row(1).instances, 1U);
}

TEST_F(Instances, WithoutAnInstanceThereIsOnePerName) {
    const SessionHandle handle = begin(1);
    EXPECT_EQ(open(handle, "Billing"), InstanceResult::opened);
    EXPECT_EQ(open(handle, "Billing"), InstanceResult::refreshed);
    EXPECT_EQ(open(handle, "Address"), InstanceResult::opened);
    EXPECT_EQ(row(1).instances, 2U);
}

TEST_F(Instances, OneThatWasSeenMeanwhileIsNotClosed) {
    const SessionHandle handle = begin(1);
    open(handle, "Chat", "1");
    const auto close_unseen = [&](BootTime since) {
        return tracker_.close_unseen_instance(handle, "Chat", "1", since, clock_.now());
    };
    const BootTime ended = clock_.now().boot;
    clock_.advance(1s);
    open(handle, "Chat", "1");
    EXPECT_EQ(close_unseen(ended), InstanceResult::refreshed);
    EXPECT_EQ(row(1).instances, 1U);
    EXPECT_EQ(close_unseen(clock_.now().boot), InstanceResult::closed);
    EXPECT_EQ(close_unseen(clock_.now().boot), InstanceResult::unknown);
    end(1);
    EXPECT_EQ(close_unseen(clock_.now().boot), InstanceResult::gone);
}

TEST_F(Instances, TheyCloseByCommandAndByTimeout) {
    const SessionHandle handle = begin(1);
    open(handle, "Billing", "1");
    open(handle, "Address", "2");
    EXPECT_EQ(close(handle, "Billing", "1"), InstanceResult::closed);
    EXPECT_EQ(close(handle, "Billing", "1"), InstanceResult::unknown);
    EXPECT_EQ(row(1).interactions, Names{"Address"});
    clock_.advance(29min);
    tracker_.touch(handle, clock_.now());
    clock_.advance(2min);
    EXPECT_EQ(row(1).instances, 0U);
    tracker_.sweep(0, 100, clock_.now());
    EXPECT_EQ(row(1).instances, 0U);
    EXPECT_EQ(find(1).state, Found::State::live);
}

TEST_F(Instances, BeyondSixtyFourTheyAreCountedNotNamed) {
    const SessionHandle handle = begin(1);
    for (int i = 0; i < 64; ++i) {
        ASSERT_EQ(open(handle, "Flow " + std::to_string(i), std::to_string(i)), InstanceResult::opened);
    }
    EXPECT_EQ(open(handle, "One more", "64"), InstanceResult::counted_only);
    EXPECT_EQ(open(handle, "One more", "64"), InstanceResult::refreshed);
    EXPECT_EQ(row(1).instances, 65U);
    EXPECT_EQ(row(1).interactions.size(), 64U);
    EXPECT_EQ(close(handle, "One more", "64"), InstanceResult::closed);
    EXPECT_EQ(row(1).instances, 64U);
}

TEST_F(Instances, TheLongestChangeFitsTheUndoRecord) {
    const SessionHandle handle = begin(1, "alice");
    for (int i = 0; i < 256; ++i) {
        const std::string name = std::to_string(i) + std::string(128, 'n');
        open(handle, name, std::to_string(i));
    }
    EXPECT_EQ(row(1).instances, 256U);
    EXPECT_EQ(open(handle, "no room", "256"), InstanceResult::counted_only);
    EXPECT_EQ(row(1).instances, 256U);
    EXPECT_EQ(end(1), EndResult::ended);
}

TEST_F(Instances, AnEndedSessionOpensNothing) {
    const SessionHandle handle = begin(1);
    end(1);
    EXPECT_EQ(open(handle, "Billing", "1"), InstanceResult::gone);
    EXPECT_EQ(close(handle, "Billing", "1"), InstanceResult::gone);
}

}  // namespace
}  // namespace agent_sessions::testing
