// Where clients are: IPv4 takes no room in the pool of texts, and everything reads as it was told.
#include "tests/unit/tracker/tracker_test.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;

class Addresses : public TrackerTest {
  protected:
    std::uint64_t free_blocks() { return tracker_.figures().free_blocks; }

    void begin_at(std::uint64_t number, std::string_view address) {
        BeginRequest begin = request(number);
        begin.address = address;
        ASSERT_EQ(tracker_.begin(begin, clock_.now()).result, BeginResult::begun);
    }
};

TEST_F(Addresses, ReadAsTheyWereTold) {
    const std::string addresses[] = {"",
                                     "0.0.0.0",
                                     "192.0.2.7",
                                     "255.255.255.255",
                                     "192.0.2.007",
                                     "192.0.2",
                                     "192.0.2.256",
                                     " 192.0.2.7",
                                     "192.0.2.7 ",
                                     "2001:db8::1",
                                     "2001:db8:1111:2222:3333:4444:5555:6666",
                                     "unix:",
                                     "a host behind a proxy"};
    std::uint64_t number = 0;
    for (const std::string& address : addresses) {
        begin_at(++number, address);
        EXPECT_EQ(row(number).address, address);
    }
}

TEST_F(Addresses, Ipv4TakesNoTextAndNothingElseGoesWithoutOne) {
    const std::uint64_t before = free_blocks();
    begin_at(1, "192.0.2.7");
    EXPECT_EQ(free_blocks(), before);
    begin_at(2, "2001:db8::1");
    EXPECT_EQ(free_blocks(), before - 1);
}

TEST_F(Addresses, AreForgottenWithTheEnd) {
    begin_at(1, "192.0.2.7");
    begin_at(2, "2001:db8::1");
    const std::uint64_t before = free_blocks();
    end(1, EndReason::logout);
    end(2, EndReason::logout);
    EXPECT_GT(free_blocks(), before - 2) << "the admin's words are shared";
    for (const std::uint64_t number : {1U, 2U}) {
        const memory::ColdSlot& cold = segment_.layout().cold(find(number).handle.slot);
        EXPECT_EQ(cold.living.address, 0U);
        EXPECT_EQ(cold.has_ipv4, 0U);
    }
}

TEST_F(Addresses, AreErasedWithTheName) {
    BeginRequest begin = request(1, "alice");
    begin.address = "192.0.2.7";
    tracker_.begin(begin, clock_.now());
    ErasureCursor cursor;
    tracker_.erase_agent(cursor, {"acme", "alice", "somebody"}, 1'000'000);
    EXPECT_EQ(row(1).agent, "somebody");
    EXPECT_EQ(row(1).address, "");
}

}  // namespace
}  // namespace agent_sessions::testing
