// What becomes of a request where the application's own cookie is adopted.
#include <gtest/gtest.h>

#include "tests/unit/gateway/decision_facts.h"

namespace agent_sessions::gateway {
namespace {

RequestFacts adopted_facts(const Classified& request, State found, EndReason reason = EndReason::none) {
    RequestFacts facts = facts_of(request);
    facts.adopts = true;
    facts.cookie = CookieState::adopted;
    facts.found = found;
    facts.reason = reason;
    return facts;
}

TEST(AdoptedDecision, WithoutACookieTheApplicationMaySetIt) {
    for (const Classified& request : {kNavigation, kScript, kPrefetch, kCrossSitePost, kPreflight}) {
        RequestFacts facts = facts_of(request);
        facts.adopts = true;
        EXPECT_EQ(decide(facts), Action::await_cookie);
    }
    RequestFacts facts = facts_of(kScript);
    facts.adopts = true;
    facts.require = true;
    EXPECT_EQ(decide(facts), Action::refuse_required);
}

TEST(AdoptedDecision, AStrangerBeginsWhenItComesAgain) {
    for (const Classified& request : {kNavigation, kScript, kPrefetch, kCrossSitePost}) {
        RequestFacts facts = adopted_facts(request, State::unknown);
        EXPECT_EQ(decide(facts), Action::probe);
        facts.on_probation = true;
        const bool begins =
            request.kind == RequestKind::navigation || request.kind == RequestKind::script_call;
        EXPECT_EQ(decide(facts), begins ? Action::begin_adopted : Action::probe);
    }
}

TEST(AdoptedDecision, AClosedOneIsRefusedAndOneThatRanOutGoesOn) {
    EXPECT_EQ(decide(adopted_facts(kScript, State::ended, EndReason::administrator)), Action::refuse_ended);
    EXPECT_EQ(decide(adopted_facts(kNavigation, State::ended, EndReason::limit)), Action::tell_ended);
    EXPECT_EQ(decide(adopted_facts(kNavigation, State::ended, EndReason::idle)), Action::begin_adopted);
    EXPECT_EQ(decide(adopted_facts(kNavigation, State::ended, EndReason::logout)), Action::probe);
    EXPECT_EQ(decide(adopted_facts(kScript, State::live)), Action::pass_live);
}

}  // namespace
}  // namespace agent_sessions::gateway
