// What becomes of a request without a session, or with one that lives, ran out or is unknown.
#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/gateway/decision_facts.h"

namespace agent_sessions::gateway {
namespace {

constexpr EndReason kRunOut[] = {EndReason::idle, EndReason::absolute};
struct Row {
    Classified request;
    bool activity;
    bool require;
    Action expected;
};

TEST(Decision, WithoutAUsableCookie) {
    const Row rows[] = {
        {kNavigation, true, false, Action::issue_cookie},
        {kNavigation, false, false, Action::issue_cookie},
        {kNavigation, true, true, Action::issue_cookie},
        {kNavigationWithoutMetadata, true, true, Action::issue_cookie},
        {kScript, true, false, Action::pass_untracked},
        {kScript, false, false, Action::pass_untracked},
        {kScript, true, true, Action::refuse_required},
        {kScript, false, true, Action::refuse_required},
        {kPrefetch, true, false, Action::pass_untracked},
        {kPrefetch, true, true, Action::refuse_required},
        {kCrossSitePost, true, false, Action::pass_untracked},
        {kCrossSitePost, true, true, Action::pass_untracked},
        {kCrossSiteScriptPost, true, true, Action::pass_untracked},
        {kPreflight, true, false, Action::pass_untracked},
        {kPreflight, true, true, Action::pass_untracked},
    };
    for (const Row& row : rows) {
        RequestFacts facts = facts_of(row.request);
        facts.activity = row.activity;
        facts.require = row.require;
        for (const CookieState cookie : {CookieState::absent, CookieState::unusable}) {
            facts.cookie = cookie;
            EXPECT_EQ(decide(facts), row.expected) << (&row - rows);
        }
        // A session that logged out is no session, and nothing is told of it.
        RequestFacts logged_out = ended(row.request, EndReason::logout);
        logged_out.activity = row.activity;
        logged_out.require = row.require;
        EXPECT_EQ(decide(logged_out), row.expected) << (&row - rows);
    }
}

TEST(Decision, AStrictCookieThatStayedAtHomeIsNotPushedOut) {
    constexpr Classified kFromAnotherSite{RequestKind::navigation, true, true, true, true};
    RequestFacts facts = facts_of(kFromAnotherSite);
    facts.require = true;
    EXPECT_EQ(decide(facts), Action::issue_cookie) << "a lax one comes along";
    facts.strict = true;
    EXPECT_EQ(decide(facts), Action::pass_untracked);
    facts.request = kNavigation;
    EXPECT_EQ(decide(facts), Action::issue_cookie);
    RequestFacts came = genuine(kFromAnotherSite, State::live);
    came.strict = true;
    EXPECT_EQ(decide(came), Action::pass_live);
    came = ended(kFromAnotherSite, EndReason::logout);
    came.strict = true;
    EXPECT_EQ(decide(came), Action::issue_cookie) << "it came, so there is nothing to push out";
}

TEST(Decision, RunOut) {
    const Row rows[] = {
        {kNavigation, true, false, Action::begin_next},
        {kNavigation, false, false, Action::begin_next},
        {kNavigationWithoutMetadata, true, false, Action::begin_next},
        {kScript, true, false, Action::begin_next},
        {kScript, true, true, Action::begin_next},
        {kScript, false, false, Action::pass_untracked},
        {kScript, false, true, Action::refuse_required},
        {kPrefetch, true, false, Action::pass_untracked},
        {kPrefetch, true, true, Action::refuse_required},
        {kCrossSitePost, true, false, Action::pass_untracked},
        {kCrossSitePost, true, true, Action::pass_untracked},
        {kPreflight, true, true, Action::pass_untracked},
    };
    for (const Row& row : rows) {
        std::vector<RequestFacts> all;
        for (const EndReason reason : kRunOut) {
            all.push_back(ended(row.request, reason));
        }
        all.push_back(unknown(row.request, 31min));
        all.push_back(unknown(row.request, 13h));
        for (RequestFacts& facts : all) {
            facts.activity = row.activity;
            facts.require = row.require;
            EXPECT_EQ(decide(facts), row.expected) << (&row - rows);
        }
    }
}

TEST(Decision, FreshCookieThatCameBack) {
    const Row rows[] = {
        {kNavigation, true, false, Action::begin_fresh},
        {kNavigation, false, true, Action::begin_fresh},
        {kScript, true, false, Action::begin_fresh},
        {kScript, false, false, Action::begin_fresh},
        {kScript, true, true, Action::begin_fresh},
        {kPrefetch, true, true, Action::pass_untracked},
        {kCrossSitePost, true, true, Action::pass_untracked},
        {kPreflight, true, true, Action::pass_untracked},
    };
    for (const Row& row : rows) {
        RequestFacts facts = unknown(row.request, 10min);
        facts.activity = row.activity;
        facts.require = row.require;
        EXPECT_EQ(decide(facts), row.expected) << (&row - rows);
    }
}

TEST(Decision, LiveAlwaysPasses) {
    for (const Classified& request : kEveryRequest) {
        for (const bool require : {false, true}) {
            RequestFacts facts = genuine(request, State::live);
            facts.require = require;
            EXPECT_EQ(decide(facts), Action::pass_live);
            facts.activity = false;
            EXPECT_EQ(decide(facts), Action::pass_live_quiet);
        }
    }
    EXPECT_EQ(decide(genuine(kNavigation, State::live, EndReason::none, 11h)), Action::pass_live);
}

TEST(Decision, WhatIsNotKnownNeverRefuses) {
    for (const Classified& request : kEveryRequest) {
        for (const bool require : {false, true}) {
            RequestFacts facts = genuine(request, State::busy);
            facts.require = require;
            EXPECT_EQ(decide(facts), Action::pass_untracked);
            facts = facts_of(request);
            facts.cookie = CookieState::undecided;
            facts.require = require;
            EXPECT_EQ(decide(facts), Action::pass_untracked);
        }
    }
}

TEST(Decision, WhatIsNotKnownIsRefusedWhereTheDirectiveSaysSo) {
    for (const Classified& request : kEveryRequest) {
        RequestFacts facts = genuine(request, State::busy);
        facts.refuse_untracked = true;
        EXPECT_EQ(decide(facts), Action::refuse_untracked);
        facts = facts_of(request);
        facts.cookie = CookieState::undecided;
        facts.refuse_untracked = true;
        EXPECT_EQ(decide(facts), Action::refuse_untracked);
    }
}

TEST(Decision, WhereNothingCanBeginTheDirectiveRefusesWhatWouldBegin) {
    const auto decided = [](RequestFacts facts) {
        facts.refuse_untracked = true;
        facts.obstructed = true;
        return decide(facts);
    };
    EXPECT_EQ(decided(facts_of(kNavigation)), Action::refuse_untracked);
    EXPECT_EQ(decided(genuine(kNavigation, State::unknown)), Action::refuse_untracked);
    EXPECT_EQ(decided(ended(kNavigation, EndReason::idle)), Action::refuse_untracked);
    RequestFacts reload = ended(kNavigation, EndReason::administrator);
    reload.message_shown = true;
    EXPECT_EQ(decided(reload), Action::refuse_untracked);
    // Nothing begins with these, so that they go on as ever.
    EXPECT_EQ(decided(facts_of(kScript)), Action::pass_untracked);
    EXPECT_EQ(decided(facts_of(kPreflight)), Action::pass_untracked);
    EXPECT_EQ(decided(facts_of(kCrossSitePost)), Action::pass_untracked);
    EXPECT_EQ(decided(genuine(kNavigation, State::live)), Action::pass_live);
    EXPECT_EQ(decided(ended(kScript, EndReason::administrator)), Action::refuse_ended);
}

}  // namespace
}  // namespace agent_sessions::gateway
