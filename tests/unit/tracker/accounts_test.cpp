#include "tests/unit/tracker/tracker_test.h"

namespace agent_sessions::testing {
namespace {

using namespace tracker;

class Accounts : public TrackerTest {};

TEST_F(Accounts, EachIsCountedForItselfAndAllForTheStar) {
    begin(1, "alice", "acme");
    begin(2, "bob", "globex");
    begin(3, "carol", "globex");
    EXPECT_EQ(current("acme"), 1U);
    EXPECT_EQ(current("globex"), 2U);
    EXPECT_EQ(tracker_.overall_usage().current, 3U);
    EXPECT_EQ(tracker_.accounts().size(), 2U);
}

TEST_F(Accounts, LicencesAreThoseOfTheLatestConfiguration) {
    begin(1, {}, "initech");
    const License first[] = {{"acme", 25, "Europe/Paris"}, {"*", 7, {}}};
    EXPECT_TRUE(tracker_.set_licenses(first));
    EXPECT_EQ(tracker_.account_usage("acme")->total, 25U);
    EXPECT_EQ(tracker_.account_usage("acme")->time_zone, "Europe/Paris");
    EXPECT_EQ(tracker_.account_usage("initech")->total, 7U);
    begin(2, {}, "later");
    EXPECT_EQ(tracker_.account_usage("later")->total, 7U);
    EXPECT_EQ(tracker_.overall_usage().total, 39U);

    const License second[] = {{"globex", 3, {}}};
    EXPECT_TRUE(tracker_.set_licenses(second));
    EXPECT_EQ(tracker_.account_usage("acme")->total, std::nullopt);
    EXPECT_EQ(tracker_.account_usage("globex")->total, 3U);
    EXPECT_EQ(tracker_.overall_usage().total, std::nullopt);
}

TEST_F(Accounts, WhatStandsInTheWayOfABeginIsTold) {
    EXPECT_EQ(tracker_.obstacle("acme"), std::nullopt);
    const auto account = [](std::uint64_t number) { return "account " + std::to_string(number); };
    std::uint64_t number = 1;
    while (!tracker_.obstacle(account(number))) {
        ASSERT_EQ(tracker_.begin(request(number, {}, account(number)), clock_.now()).result,
                  BeginResult::begun);
        ++number;
    }
    EXPECT_EQ(tracker_.obstacle(account(number)), Untracked::accounts_full);
    EXPECT_EQ(tracker_.begin(request(number, {}, account(number)), clock_.now()).result,
              BeginResult::accounts_full);
    EXPECT_EQ(tracker_.obstacle(account(1)), std::nullopt) << "one that is known already";
    while (!tracker_.obstacle(account(1))) {
        begin(++number, {}, account(1));
    }
    EXPECT_EQ(tracker_.obstacle(account(1)), Untracked::table_full);
    EXPECT_EQ(tracker_.begin(request(number + 1, {}, account(1)), clock_.now()).result,
              BeginResult::table_full);
}

TEST_F(Accounts, ATotalBelowCurrentEndsNobody) {
    begin(1);
    begin(2);
    const License one[] = {{"acme", 1, {}}};
    tracker_.set_licenses(one);
    EXPECT_EQ(current(), 2U);
    EXPECT_EQ(find(1).state, Found::State::live);
}

TEST_F(Accounts, TheZoneOfTheLicenceOutranksTheOneAtABegin) {
    const License line[] = {{"acme", 1, "Europe/Paris"}};
    tracker_.set_licenses(line);
    BeginRequest elsewhere = request(1);
    elsewhere.time_zone = "Asia/Kathmandu";
    tracker_.begin(elsewhere, clock_.now());
    EXPECT_EQ(tracker_.account_usage("acme")->time_zone, "Europe/Paris");
    BeginRequest unlicensed = request(2, {}, "globex");
    unlicensed.time_zone = "Asia/Kathmandu";
    tracker_.begin(unlicensed, clock_.now());
    EXPECT_EQ(tracker_.account_usage("globex")->time_zone, "Asia/Kathmandu");
}

// An account that came after the start had the licences of the line "*", and its zone only after a reload.
TEST_F(Accounts, TheZoneOfTheLineForAllOthersHoldsForAccountsThatComeLater) {
    const License lines[] = {{"*", 20, "Europe/Paris"}, {"globex", 3, {}}};
    tracker_.set_licenses(lines);
    EXPECT_EQ(tracker_.unseen_account().total, 20U);
    EXPECT_EQ(tracker_.unseen_account().time_zone, "Europe/Paris");
    BeginRequest elsewhere = request(1);
    elsewhere.time_zone = "Asia/Kathmandu";
    tracker_.begin(elsewhere, clock_.now());
    EXPECT_EQ(tracker_.account_usage("acme")->total, 20U);
    EXPECT_EQ(tracker_.account_usage("acme")->time_zone, "Europe/Paris");
    elsewhere.key = key(2);
    elsewhere.account = "globex";
    tracker_.begin(elsewhere, clock_.now());
    EXPECT_EQ(tracker_.account_usage("globex")->time_zone, "Asia/Kathmandu") << "its own line names none";
    tracker_.set_licenses({});
    EXPECT_EQ(tracker_.unseen_account().total, std::nullopt);
    EXPECT_EQ(tracker_.unseen_account().time_zone, "");
    elsewhere.key = key(3);
    elsewhere.account = "initech";
    tracker_.begin(elsewhere, clock_.now());
    EXPECT_EQ(tracker_.account_usage("initech")->time_zone, "Asia/Kathmandu");
}

TEST_F(Accounts, NobodyIsOfTheAccountThatIsAllOfThem) {
    begin(1, "alice", "*");
    EXPECT_EQ(current("default"), 1U);
    EXPECT_EQ(tracker_.overall_usage().current, 1U);
    EXPECT_EQ(tracker_.accounts().size(), 1U);
}

TEST_F(Accounts, LongNamesThatShareABeginningStayApart) {
    const std::string first = std::string(100, 'a') + "1";
    const std::string second = std::string(100, 'a') + "2";
    begin(1, {}, first);
    begin(2, {}, second);
    EXPECT_EQ(current(first), 1U);
    EXPECT_EQ(current(second), 1U);
    EXPECT_EQ(tracker_.accounts().size(), 2U);
}

TEST_F(Accounts, UntrackedRequestsAreCountedButMakeNoAccount) {
    begin(1);
    tracker_.note_untracked("acme", Untracked::no_cookie);
    tracker_.note_untracked("stranger", Untracked::busy);
    EXPECT_EQ(tracker_.account_usage("acme")->untracked, 1U);
    EXPECT_EQ(tracker_.overall_usage().untracked, 2U);
    EXPECT_FALSE(tracker_.account_usage("stranger"));
    EXPECT_EQ(tracker_.figures().untracked[static_cast<std::size_t>(Untracked::busy)], 1U);
}

TEST_F(Accounts, WhenTheyAreFullTheSessionIsRefusedAndNothingIsLeftBehind) {
    std::uint64_t number = 0;
    Begun begun{BeginResult::begun, {}};
    while (begun.result == BeginResult::begun) {
        ++number;
        begun = tracker_.begin(request(number, "agent", "account " + std::to_string(number)), clock_.now());
    }
    EXPECT_EQ(begun.result, BeginResult::accounts_full);
    EXPECT_EQ(tracker_.overall_usage().current, number - 1);
    EXPECT_EQ(find(number).state, Found::State::unknown);
}

}  // namespace
}  // namespace agent_sessions::testing
