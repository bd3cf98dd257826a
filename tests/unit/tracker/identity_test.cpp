#include "tests/unit/tracker/tracker_test.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;
using namespace std::chrono_literals;

class Identity : public TrackerTest {};

TEST_F(Identity, AGuestWhoLogsInKeepsRowAndStart) {
    const SessionHandle handle = begin(1);
    const WallTime started = row(1).started;
    EXPECT_FALSE(row(1).identified);
    clock_.advance(1min);
    EXPECT_EQ(tracker_.identify(handle, "alice", clock_.now()), IdentifyResult::named);
    EXPECT_EQ(row(1).agent, "alice");
    EXPECT_EQ(row(1).started, started);
    EXPECT_EQ(row(1).handle, handle);
    EXPECT_EQ(current(), 1U);
}

// A name of any bytes was stored as it came and shown with U+FFFD, so nobody could end or search it by name.
TEST_F(Identity, ANameThatIsNotUtf8IsKeptAsItIsShown) {
    const SessionHandle handle = begin(1, "Ren\xe9 \xe2\x82 x");
    EXPECT_EQ(row(1).agent, "Ren\xef\xbf\xbd \xef\xbf\xbd x");
    EXPECT_EQ(find(1).agent_hash, tracker_.hash_name("Ren\xe9 \xe2\x82 x"))
        << "no further look for the same bytes";
    EXPECT_EQ(tracker_.identify(handle, "Ren\xe9 \xe2\x82 x", clock_.now()), IdentifyResult::unchanged);
    const SessionHandle guest = begin(2);
    EXPECT_EQ(tracker_.identify(guest, "\xff", clock_.now()), IdentifyResult::named);
    EXPECT_EQ(row(2).agent, "\xef\xbf\xbd");
    tracker_.relabel(guest,
                     "t\xc3\xa9"
                     "am \xc3",
                     clock_.now());
    tracker_.open_instance(guest, "\xf0\x9f\x98\x80 \xf5", "1", clock_.now());
    EXPECT_EQ(row(2).label,
              "t\xc3\xa9"
              "am \xef\xbf\xbd");
    EXPECT_EQ(row(2).interactions, std::vector<std::string>{"\xf0\x9f\x98\x80 \xef\xbf\xbd"});
    RowCursor cursor;
    const std::string_view shown = "Ren\xef\xbf\xbd \xef\xbf\xbd x";
    EXPECT_EQ(
        tracker_.end_all(cursor, 10'000, {std::nullopt, shown, tracker_.latest_sequence()}, {}, clock_.now()),
        1U);
}

TEST_F(Identity, ALongNameThatIsNotUtf8IsCutBetweenCharacters) {
    begin(1, std::string(600, '\xff'));
    const std::string kept = row(1).agent;
    EXPECT_EQ(kept.size(), kMaxAgentBytes / 3 * 3);
    EXPECT_EQ(kept.substr(kept.size() - 3), "\xef\xbf\xbd");
}

TEST_F(Identity, ARealUserCalledGuestIsIdentified) {
    const SessionHandle handle = begin(1);
    tracker_.identify(handle, "Guest", clock_.now());
    EXPECT_TRUE(row(1).identified);
    EXPECT_EQ(row(1).agent, "Guest");
}

TEST_F(Identity, AnotherNameOnTheSameCookieChangesNothingAndIsReported) {
    const SessionHandle handle = begin(1, "alice");
    EXPECT_EQ(tracker_.identify(handle, "alice", clock_.now()), IdentifyResult::unchanged);
    EXPECT_EQ(tracker_.identify(handle, "bob", clock_.now()), IdentifyResult::different);
    EXPECT_EQ(row(1).agent, "alice");
}

TEST_F(Identity, TheNextSessionOfTheBrowserTakesTheNameOverUntilTheApplicationSaysOtherwise) {
    begin(1, "alice");
    end(1);
    BeginRequest next = request(2);
    next.predecessor = key(1);
    const Begun begun = tracker_.begin(next, clock_.now());
    EXPECT_EQ(row(2).agent, "alice");
    EXPECT_EQ(tracker_.identify(begun.handle, "bob", clock_.now()), IdentifyResult::named);
    EXPECT_EQ(row(2).agent, "bob");
    EXPECT_EQ(tracker_.identify(begun.handle, "carol", clock_.now()), IdentifyResult::different);
}

TEST_F(Identity, ATakenOverNameThatTheApplicationConfirmsIsTold) {
    begin(1, "alice");
    end(1, EndReason::idle);
    BeginRequest next = request(2);
    next.predecessor = key(1);
    const Begun begun = tracker_.begin(next, clock_.now());
    EXPECT_EQ(tracker_.identify(begun.handle, "alice", clock_.now()), IdentifyResult::named);
    EXPECT_EQ(tracker_.identify(begun.handle, "bob", clock_.now()), IdentifyResult::different);
}

TEST_F(Identity, NoNameIsTakenOverAfterALogoutNorFromALiveSessionNorAcrossAccounts) {
    begin(1, "alice");
    end(1, EndReason::logout);
    BeginRequest after_logout = request(2);
    after_logout.predecessor = key(1);
    tracker_.begin(after_logout, clock_.now());
    EXPECT_FALSE(row(2).identified);

    begin(3, "bob");
    BeginRequest beside_live = request(4);
    beside_live.predecessor = key(3);
    tracker_.begin(beside_live, clock_.now());
    EXPECT_FALSE(row(4).identified);

    begin(5, "carol");
    end(5);
    BeginRequest elsewhere = request(6, {}, "globex");
    elsewhere.predecessor = key(5);
    tracker_.begin(elsewhere, clock_.now());
    EXPECT_FALSE(row(6).identified);
}

TEST_F(Identity, AgentsAreCountedByNamePerAccount) {
    begin(1, "alice");
    begin(2, "alice");
    begin(3, "bob");
    begin(4);
    begin(5, "alice", "globex");
    EXPECT_EQ(tracker_.account_usage("acme")->agents, 2U);
    EXPECT_EQ(tracker_.account_usage("globex")->agents, 1U);
    EXPECT_EQ(tracker_.overall_usage().agents, 3U);
    EXPECT_EQ(row(1).agent_sessions, 2U);
    end(1);
    EXPECT_EQ(tracker_.account_usage("acme")->agents, 2U);
    end(2);
    EXPECT_EQ(tracker_.account_usage("acme")->agents, 1U);
}

TEST_F(Identity, NamesAreCutAtACharacter) {
    const std::string name = std::string(127, 'a') + "é";
    begin(1, name);
    EXPECT_EQ(row(1).agent, std::string(127, 'a'));
    begin(2, std::string(126, 'b') + "é" + "x");
    EXPECT_EQ(row(2).agent, std::string(126, 'b') + "é");
    begin(3, std::string(200, '\x80'));
    EXPECT_EQ(row(3).agent, "\xef\xbf\xbd");
}

TEST_F(Identity, AllDetailsComeBackAsTheyWere) {
    BeginRequest full = request(1, "renée");
    const std::string agent(256, 'u');
    full.label = "team 7";
    full.address = "2001:db8::1234:5678";
    full.user_agent = agent;
    full.time_zone = "Europe/Paris";
    tracker_.begin(full, clock_.now());
    EXPECT_EQ(row(1).label, "team 7");
    EXPECT_EQ(row(1).address, "2001:db8::1234:5678");
    EXPECT_EQ(row(1).user_agent, agent);
    EXPECT_EQ(tracker_.account_usage("acme")->time_zone, "Europe/Paris");
}

TEST_F(Identity, ALabelCanChange) {
    const SessionHandle handle = begin(1);
    EXPECT_TRUE(tracker_.relabel(handle, "night", clock_.now()));
    EXPECT_EQ(row(1).label, "night");
    EXPECT_EQ(find(1).label_hash, tracker_.hash_name("night"));
    EXPECT_TRUE(tracker_.relabel(handle, "", clock_.now()));
    EXPECT_EQ(row(1).label, "");
}

TEST_F(Identity, AnEmptyPoolDropsDetailsAndCountsThemNeverTheSession) {
    std::uint64_t number = 0;
    while (tracker_.figures().dropped_details == 0 && number < kMinCapacity) {
        ++number;
        const std::string agent = "agent-" + std::to_string(number) + std::string(110, 'x');
        BeginRequest wide = request(number, agent);
        const std::string user_agent = std::to_string(number) + std::string(250, 'u');
        wide.user_agent = user_agent;
        ASSERT_EQ(tracker_.begin(wide, clock_.now()).result, BeginResult::begun);
    }
    EXPECT_GT(tracker_.figures().dropped_details, 0U);
    EXPECT_EQ(current(), number);
    EXPECT_EQ(find(number).state, Found::State::live);
}

}  // namespace
}  // namespace agent_sessions::testing
