#include "tracker/history/act_writer.h"

#include <gtest/gtest.h>

#include "tests/unit/history/followed_history.h"

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;

class Acts : public FollowedHistory {
  protected:
    ActTicket terminate(std::string_view what, std::string_view reason = {},
                        std::string_view accounts = "acme\n") {
        ActRequest request;
        request.accounts = accounts;
        request.what = what;
        request.reason = reason;
        request.address = "192.0.2.7";
        request.ended = 1;
        return act(request);
    }
};

TEST_F(Acts, AreWrittenWithAllThatIsKnownOfThem) {
    terminate("a ref", "too long on hold");
    follow();
    EXPECT_EQ(text("SELECT user FROM audit"), "root");
    EXPECT_EQ(text("SELECT role FROM audit"), "admin");
    EXPECT_EQ(text("SELECT address FROM audit"), "192.0.2.7");
    EXPECT_EQ(text("SELECT action FROM audit"), "terminate");
    EXPECT_EQ(text("SELECT accounts FROM audit"), "acme\n");
    EXPECT_EQ(text("SELECT what FROM audit"), "a ref");
    EXPECT_EQ(text("SELECT reason FROM audit"), "too long on hold");
    EXPECT_EQ(text("SELECT message FROM audit"), "-");
    EXPECT_EQ(text("SELECT result FROM audit"), "done");
    EXPECT_EQ(number("SELECT ended FROM audit"), 1);
    EXPECT_EQ(number("SELECT at FROM audit"), clock_.now().wall.time_since_epoch().count());
}

TEST_F(Acts, WrittenTwiceAreThereOnce) {
    terminate("a ref");
    follow();
    segment_.layout().history.saved_acts.store(segment_.layout().totals.next_act - 1);
    EXPECT_EQ(follow(), Outcome::wrote);
    EXPECT_EQ(number("SELECT count(*) FROM audit"), 1);
}

TEST_F(Acts, RefusedOnesAreToldApartAndHaveNoBoundary) {
    ActRequest refused;
    refused.refused = true;
    refused.sweeping = true;
    refused.what = "all";
    act(refused);
    follow();
    EXPECT_EQ(text("SELECT result FROM audit"), "refused");
    EXPECT_EQ(number("SELECT count(*) FROM not_before"), 0);
}

TEST_F(Acts, FinishedAfterTheyWereWrittenStillTellHowMany) {
    const ActTicket ticket = sweep("*");
    follow();
    EXPECT_EQ(number("SELECT ended FROM audit"), 0);
    EXPECT_EQ(number("SELECT pending FROM not_before"), 1);
    tracker_.finish_act(ticket, 17, clock_.now());
    follow();
    EXPECT_EQ(number("SELECT ended FROM audit"), 17);
    EXPECT_EQ(number("SELECT pending FROM not_before"), 0);
}

// The audit said for ever that it had ended nobody.
TEST_F(Acts, FinishedInEventsThatTheRingRanOverStillTellHowMany) {
    const SessionHandle handle = begin(1, "alice");
    const ActTicket written = sweep("*");
    follow();
    tracker_.finish_act(written, 17, clock_.now());
    const ActTicket goes_on = sweep("acme");
    overrun(handle);
    follow();
    EXPECT_EQ(number("SELECT ended FROM audit WHERE id = " + std::to_string(written.number)), 17);
    EXPECT_EQ(number("SELECT pending FROM not_before WHERE id = " + std::to_string(written.number)), 0);
    EXPECT_EQ(number("SELECT pending FROM not_before WHERE id = " + std::to_string(goes_on.number)), 1)
        << "it is not over";
}

TEST_F(Acts, AnErasureTakesNameAddressAndBrowserAndLeavesTheCounts) {
    BeginRequest alice = request(1, "alice");
    alice.address = "192.0.2.1";
    alice.user_agent = "Firefox";
    tracker_.begin(alice, clock_.now());
    begin(2, "bob");
    clock_.advance(1s);
    follow();
    erase("alice");
    follow();
    EXPECT_EQ(text("SELECT agent FROM session WHERE agent <> 'bob'"), "erased-1");
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE address IS NULL AND user_agent IS NULL"), 2);
    EXPECT_EQ(number("SELECT peak FROM peak JOIN account ON id = account WHERE name = '*'"), 2);
    EXPECT_EQ(number("SELECT agents FROM peak JOIN account ON id = account WHERE name = '*'"), 2);
    EXPECT_EQ(text("SELECT agent FROM audit WHERE action = 'erase'"), "erased-1");
}

TEST_F(Acts, AnErasureInOneAccountLeavesTheNamesakeOfAnother) {
    begin(1, "alice", "acme");
    begin(2, "alice", "globex");
    follow();
    erase("alice", "acme");
    follow();
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE agent = 'alice'"), 1);
    EXPECT_EQ(row(2).agent, "alice");
    EXPECT_EQ(row(1).agent, "erased-1");
}

// An admin could make the audit tell something else of acts, by a "name" that is a ref or a word of ours.
TEST_F(Acts, AnErasureLeavesRefsAndTheModulesWordsAlone) {
    const std::string ref(32, '7');
    const std::pair<std::string_view, std::string_view> names[] = {
        {ref, ref}, {"all", "all"}, {"search", "search \"bob\""}, {"Guest", "agent Guest, label none"}};
    for (const auto& [name, what] : names) {
        terminate(what);
        follow();
        erase(name);
        follow();
        EXPECT_EQ(number("SELECT count(*) FROM audit WHERE what = '" + std::string(what) + "'"), 1) << name;
    }
}

TEST_F(Acts, AnErasureFindsASearchForTheNameInAnyCase) {
    terminate("search \"\u00e9lodie martin\"");
    follow();
    erase("\u00c9lodie Martin");
    follow();
    EXPECT_EQ(text("SELECT what FROM audit WHERE action = 'terminate'"), "search \"erased-1\"");
}

// An admin of one account could change what the audit tells of acts that only others may see.
TEST_F(Acts, AnErasureInOneAccountLeavesTheWordsOfActsOnAllOfThem) {
    terminate("search \"alice\"", "sat with alice", kAllAccountsLine);
    follow();
    erase("alice", "acme");
    follow();
    EXPECT_EQ(text("SELECT what FROM audit WHERE action = 'terminate'"), "search \"alice\"");
    EXPECT_EQ(text("SELECT reason FROM audit WHERE action = 'terminate'"), "sat with alice");
    erase("alice");
    follow();
    EXPECT_EQ(text("SELECT what FROM audit WHERE action = 'terminate'"), "search \"erased-1\"");
    EXPECT_EQ(text("SELECT reason FROM audit WHERE action = 'terminate'"), "sat with erased-1");
}

TEST_F(Acts, AnErasureInOneAccountTakesTheNameOutOfActsOnAllSessionsOfThatAgent) {
    sweep("*", "alice");
    follow();
    erase("alice", "acme");
    follow();
    EXPECT_EQ(text("SELECT agent FROM audit WHERE action = 'terminate'"), "erased-1");
}

TEST_F(Acts, AnErasureInAnAccountThatIsNotKnownYetErasesNobodyElse) {
    begin(1, "alice", "acme");
    follow();
    erase("alice", "a new one");
    follow();
    EXPECT_EQ(row(1).agent, "alice");
    EXPECT_EQ(text("SELECT agent FROM session"), "alice");
}

}  // namespace
}  // namespace agent_sessions::tracker::history
