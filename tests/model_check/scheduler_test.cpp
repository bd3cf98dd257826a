// Whether the search finds what there is to find: models that are wrong, each in a way of its own.
#include <gtest/gtest.h>

#include "tests/model_check/small_table.h"

namespace agent_sessions::model_check {
namespace {

using tracker::memory::Shared;

class Scheduler : public ::testing::Test {
  protected:
    SmallTable table_;
    Shared<std::uint64_t>& one_ = table_.word(0);
    Shared<std::uint64_t>& other_ = table_.word(1);
};

TEST_F(Scheduler, FindsALostUpdate) {
    Model model;
    const auto increment = [this] { one_.store(one_.load() + 1); };
    model.processes = {increment, increment};
    model.judge = [this] { return one_.load() == 2 ? "" : "an update was lost"; };
    const Outcome outcome = explore(model, 1000);
    EXPECT_NE(outcome.fault.find("an update was lost"), std::string::npos);
    EXPECT_NE(outcome.fault.find("process 1 writes"), std::string::npos) << "it tells the way there";
}

TEST_F(Scheduler, TriesEveryOrderOnceWhereNothingIsWrong) {
    Model model;
    const auto increment = [this] { one_.fetch_add(1); };
    model.processes = {increment, increment, increment};
    std::uint64_t judged = 0;
    model.judge = [&] {
        ++judged;
        return one_.load() == 3 ? "" : "an update was lost";
    };
    const Outcome outcome = explore(model, 1000);
    EXPECT_TRUE(outcome.is_complete);
    EXPECT_EQ(outcome.fault, "");
    // 3! orders, and the runs in which the words in use were learned.
    EXPECT_GE(judged, 6U);
    EXPECT_LE(judged, 9U);
}

TEST_F(Scheduler, LeavesOrdersOutThatMakeNoDifference) {
    Model model;
    model.processes = {[this] { one_.store(one_.load() + 1); }, [this] { other_.store(other_.load() + 1); }};
    model.judge = [] { return ""; };
    const Outcome outcome = explore(model, 1000);
    EXPECT_TRUE(outcome.is_complete);
    EXPECT_LE(outcome.runs, 2U);
}

TEST_F(Scheduler, FindsAWordThatIsReadBetweenTwoWrites) {
    Model model;
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    model.processes = {[this] {
                           one_.store(1);
                           other_.store(1);
                       },
                       [&] {
                           second = other_.load();
                           first = one_.load();
                       },
                       [&] {
                           first += 0;
                           one_.load();
                       }};
    model.judge = [&] { return second <= first ? "" : "the later one without the earlier"; };
    EXPECT_EQ(explore(model, 1000).fault, "");
    model.processes[1] = [&] {
        first = one_.load();
        second = other_.load();
    };
    EXPECT_NE(explore(model, 1000).fault, "");
}

TEST_F(Scheduler, KillsTheVictimBeforeEachOfItsWrites) {
    Model model;
    model.victim = 0;
    model.processes = {[this] {
        one_.store(1);
        one_.store(2);
        one_.store(3);
    }};
    std::uint32_t seen = 0;
    model.judge = [&] {
        seen |= 1U << one_.load();
        return "";
    };
    EXPECT_TRUE(explore(model, 1000).is_complete);
    EXPECT_EQ(seen, 0b1111U);
}

TEST_F(Scheduler, TellsWhenNobodyCanGoOn) {
    Model model;
    // Two locks, taken in either order.
    pthread_mutex_t& first = table_.layout().lock;
    model.processes = {[&] {
        pthread_mutex_lock(&first);
        pthread_mutex_lock(&first);
    }};
    model.judge = [] { return ""; };
    EXPECT_NE(explore(model, 1000).fault.find("nobody can go on"), std::string::npos);
}

TEST_F(Scheduler, SaysWhereItDidNotTryAll) {
    Model model;
    const auto increment = [this] {
        one_.fetch_add(1);
        one_.fetch_add(1);
    };
    model.processes = {increment, increment};
    model.judge = [] { return ""; };
    EXPECT_FALSE(explore(model, 3).is_complete);
}

}  // namespace
}  // namespace agent_sessions::model_check
