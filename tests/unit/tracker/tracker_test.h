// What the tracker's unit tests share: a small table, a clock, and short ways to do the usual things.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/support/memory_segment.h"

namespace agent_sessions::testing {

class TrackerTest : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(tracker_.validate(), std::vector<std::string>{}); }

    tracker::SessionKey key(std::uint64_t number) const {
        return {number * 0x9e3779b97f4a7c15U, number * 0xc2b2ae3d27d4eb4fU};
    }

    tracker::BeginRequest request(std::uint64_t number, std::string_view agent = {},
                                  std::string_view account = "acme") const {
        tracker::BeginRequest begin;
        begin.key = key(number);
        begin.started = clock_.now().wall;
        begin.account = account;
        begin.agent = agent;
        begin.confirmed = true;
        return begin;
    }

    tracker::SessionHandle begin(std::uint64_t number, std::string_view agent = {},
                                 std::string_view account = "acme") {
        const tracker::Begun begun = tracker_.begin(request(number, agent, account), clock_.now());
        EXPECT_EQ(begun.result, tracker::BeginResult::begun);
        return begun.handle;
    }

    tracker::EndResult end(std::uint64_t number,
                           tracker::EndReason reason = tracker::EndReason::administrator) {
        return tracker_.end(key(number), {reason, "root", "bye"}, clock_.now());
    }

    tracker::Found find(std::uint64_t number) { return tracker_.find(key(number), clock_.now()); }

    tracker::Row row(std::uint64_t number) {
        tracker::Row row;
        EXPECT_TRUE(tracker_.read_row(key(number), clock_.now(), row, true));
        return row;
    }

    std::uint32_t current(std::string_view account = "acme") {
        const auto usage = tracker_.account_usage(account);
        return usage ? usage->current : 0;
    }

    MemorySegment segment_;
    tracker::Tracker tracker_ = segment_.tracker();
    FakeClock clock_;
};

}  // namespace agent_sessions::testing
