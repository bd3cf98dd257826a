// What becomes of a request whose session was closed: the message, and the ways back.
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/gateway/decision_facts.h"

namespace agent_sessions::gateway {
namespace {

constexpr EndReason kTold[] = {EndReason::administrator, EndReason::replaced, EndReason::limit,
                               EndReason::none};

TEST(Decision, WhatMayBeEndedIsRefusedToEverything) {
    for (const Classified& request : kEveryRequest) {
        for (const bool with_mark : kFlags) {
            RequestFacts facts = facts_of(request);
            facts.cookie = CookieState::unjudged;
            facts.carries_mark = with_mark;
            EXPECT_EQ(decide(facts), Action::refuse_unjudged);
        }
    }
}

TEST(Decision, ToldEndedIsRefusedToEverything) {
    for (const EndReason reason : kTold) {
        for (const bool require : kFlags) {
            for (const bool activity : kFlags) {
                const auto decided = [&](const Classified& request) {
                    RequestFacts facts = ended(request, reason);
                    facts.require = require;
                    facts.activity = activity;
                    return decide(facts);
                };
                EXPECT_EQ(decided(kNavigation), Action::tell_ended);
                EXPECT_EQ(decided(kNavigationByItself), Action::tell_ended);
                EXPECT_EQ(decided(kNavigationWithoutMetadata), Action::tell_ended);
                EXPECT_EQ(decided(kCrossSitePost), Action::tell_ended);
                EXPECT_EQ(decided(kScript), Action::refuse_ended);
                EXPECT_EQ(decided(kPrefetch), Action::refuse_ended);
                EXPECT_EQ(decided(kCrossSiteScriptPost), Action::refuse_ended);
                EXPECT_EQ(decided(kPreflight), Action::refuse_ended);
            }
        }
    }
}

TEST(Decision, TheMarkReactivatesAnyGet) {
    for (const Classified& request :
         {kNavigation, kNavigationByItself, kNavigationWithoutMetadata, kScript}) {
        RequestFacts facts = ended(request, EndReason::administrator);
        facts.carries_mark = true;
        facts.mark_valid = true;
        EXPECT_EQ(decide(facts), Action::reactivate_by_mark);
    }
}

TEST(Decision, TheMarkReactivatesNothingElse) {
    for (const Method method : {Method::post, Method::head, Method::options, Method::other}) {
        for (const Classified& request : {kNavigation, kNavigationWithoutMetadata}) {
            RequestFacts facts = ended(request, EndReason::administrator);
            facts.method = method;
            facts.carries_mark = true;
            facts.mark_valid = true;
            facts.message_shown = true;
            EXPECT_EQ(decide(facts), method == Method::post ? Action::tell_ended : Action::refuse_ended);
        }
    }
    RequestFacts facts = ended(kPrefetch, EndReason::administrator);
    facts.carries_mark = true;
    facts.mark_valid = true;
    facts.message_shown = true;
    EXPECT_EQ(decide(facts), Action::refuse_ended);
}

TEST(Decision, AVoidMarkTellsAgain) {
    RequestFacts facts = ended(kNavigationByItself, EndReason::administrator);
    facts.carries_mark = true;
    EXPECT_EQ(decide(facts), Action::tell_ended);
    facts.request = kScript;
    EXPECT_EQ(decide(facts), Action::refuse_ended);
}

TEST(Decision, TheReloadOfAMessageReactivates) {
    for (const EndReason reason : kTold) {
        RequestFacts facts = ended(kNavigation, reason);
        facts.message_shown = true;
        EXPECT_EQ(decide(facts), Action::reactivate_by_reload);
        facts.request = kNavigationWithoutMetadata;
        EXPECT_EQ(decide(facts), Action::reactivate_by_reload);
    }
}

TEST(Decision, TheReloadOfAMessageWithAVoidMarkLosesTheMark) {
    RequestFacts facts = ended(kNavigation, EndReason::administrator);
    facts.message_shown = true;
    facts.carries_mark = true;
    EXPECT_EQ(decide(facts), Action::reactivate_by_mark);
}

TEST(Decision, APageThatReloadsItselfDoesNot) {
    RequestFacts facts = ended(kNavigationByItself, EndReason::administrator);
    facts.message_shown = true;
    EXPECT_EQ(decide(facts), Action::tell_ended);
}

TEST(Decision, NorDoesAnotherUrlOrAnotherMethodOrAPoll) {
    RequestFacts facts = ended(kNavigation, EndReason::administrator);
    EXPECT_EQ(decide(facts), Action::tell_ended);
    facts.message_shown = true;
    facts.method = Method::post;
    EXPECT_EQ(decide(facts), Action::tell_ended);
    facts.method = Method::head;
    EXPECT_EQ(decide(facts), Action::refuse_ended) << "and shows nobody the message";
    facts = ended(kScript, EndReason::administrator);
    facts.message_shown = true;
    facts.request.user_activated = true;
    EXPECT_EQ(decide(facts), Action::refuse_ended);
}

TEST(Decision, ConflictingCookiesAreRefusedToEverything) {
    for (const Classified& request : kEveryRequest) {
        RequestFacts facts = facts_of(request);
        facts.cookie = CookieState::conflicting;
        EXPECT_EQ(decide(facts), Action::refuse_conflict);
        facts.carries_mark = true;
        facts.mark_valid = true;
        EXPECT_EQ(decide(facts), Action::refuse_conflict);
    }
}

TEST(Decision, AMarkWithNothingToReactivateIsTakenOffTheUrl) {
    const std::function<RequestFacts(const Classified&)> standings[] = {
        facts_of,
        [](const Classified& request) { return genuine(request, State::live); },
        [](const Classified& request) { return genuine(request, State::busy); },
        [](const Classified& request) { return unknown(request, 1min); },
        [](const Classified& request) { return ended(request, EndReason::idle); },
        [](const Classified& request) { return ended(request, EndReason::logout); },
    };
    for (const auto& standing : standings) {
        for (const Classified& request : {kNavigation, kScript}) {
            RequestFacts facts = standing(request);
            facts.carries_mark = true;
            facts.mark_valid = true;
            EXPECT_EQ(decide(facts), Action::drop_mark);
            facts.method = Method::post;
            EXPECT_NE(decide(facts), Action::drop_mark);
        }
        RequestFacts facts = standing(kPrefetch);
        facts.carries_mark = true;
        EXPECT_NE(decide(facts), Action::drop_mark);
    }
}

}  // namespace
}  // namespace agent_sessions::gateway
