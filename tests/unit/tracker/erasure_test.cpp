#include "tracker/memory/erasure.h"

#include <gtest/gtest.h>

#include "tests/unit/tracker/tracker_test.h"
#include "tracker/history_feed.h"

namespace agent_sessions::tracker {
namespace {

using namespace std::chrono_literals;

class Erasing : public agent_sessions::testing::TrackerTest {
  protected:
    void erase(std::string_view agent, std::string_view account = "*") {
        feed_.erase_agent(account, agent, "erased-1", clock_.now());
    }
    // Whether the bytes stand anywhere in the segment.
    bool is_in_memory(std::string_view bytes) {
        const std::string_view memory(reinterpret_cast<const char*>(&segment_.layout()),
                                      segment_.layout().geometry.total_bytes);
        return memory.find(bytes) != std::string_view::npos;
    }

    HistoryFeed feed_{tracker_};
};

TEST_F(Erasing, ALiveSessionLosesNameAddressAndBrowserAndGoesOn) {
    BeginRequest alice = request(1, "alice");
    alice.address = "192.0.2.1";
    alice.user_agent = "Firefox";
    tracker_.begin(alice, clock_.now());
    erase("alice");
    EXPECT_EQ(row(1).agent, "erased-1");
    EXPECT_EQ(row(1).address, "");
    EXPECT_EQ(row(1).user_agent, "");
    EXPECT_EQ(current(), 1u);
    EXPECT_EQ(tracker_.account_usage("acme")->agents, 1u);
}

TEST_F(Erasing, AnEndedSessionLosesItsName) {
    begin(1, "alice");
    end(1);
    erase("alice");
    EXPECT_EQ(tracker_.ended_facts(find(1).handle)->agent, "erased-1");
}

TEST_F(Erasing, EventsLoseTheName) {
    begin(1, "alice");
    const std::uint64_t begun = tracker_.latest_sequence();
    erase("alice");
    Event event;
    ASSERT_EQ(feed_.read_event(begun, event), EventRead::read);
    EXPECT_EQ(event.text, "erased-1");
}

TEST_F(Erasing, NoByteOfTheNameStays) {
    const std::string name = "Anneliese Unverwechselbar, whose name takes more than one block of text";
    begin(1, name);
    begin(2, name);
    end(2);
    erase(name);
    EXPECT_FALSE(is_in_memory("Unverwechselbar"));
    EXPECT_FALSE(is_in_memory("more than one block"));
}

TEST_F(Erasing, OthersKeepTheirNames) {
    begin(1, "alice", "acme");
    begin(2, "alice", "globex");
    begin(3, "bob", "acme");
    erase("alice", "acme");
    EXPECT_EQ(row(1).agent, "erased-1");
    EXPECT_EQ(row(2).agent, "alice");
    EXPECT_EQ(row(3).agent, "bob");
}

TEST_F(Erasing, TheApplicationMayNameTheAgentAnew) {
    const SessionHandle handle = begin(1, "alice");
    erase("alice");
    EXPECT_EQ(tracker_.identify(handle, "alice", clock_.now()), IdentifyResult::named);
    EXPECT_EQ(row(1).agent, "alice");
}

}  // namespace
}  // namespace agent_sessions::tracker
