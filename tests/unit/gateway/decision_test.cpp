#include "ngx_module/gateway/decision.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <ostream>
#include <string_view>
#include <vector>

namespace agent_sessions::gateway {

static std::ostream& operator<<(std::ostream& stream, Action action) {
    constexpr std::string_view kNames[] = {
        "pass_live",       "pass_live_quiet",      "pass_untracked",   "begin_fresh",     "begin_next",
        "issue_cookie",    "reactivate_by_reload", "await_cookie",     "probe",           "begin_adopted",
        "refuse_required", "refuse_conflict",      "refuse_untracked", "refuse_unjudged", "tell_ended",
        "refuse_ended",    "reactivate_by_mark",   "drop_mark"};
    return stream << kNames[static_cast<std::size_t>(action)];
}

namespace {

using namespace std::chrono_literals;
using tracker::EndReason;
using tracker::Lifetime;
using tracker::Millis;
using tracker::WallTime;
using State = tracker::Found::State;

constexpr WallTime kNow{Millis(1'800'000'000'000)};
constexpr Lifetime kLifetime{30min, 12h, 30min};

constexpr Classified kNavigation{RequestKind::navigation, true, true, true};
constexpr Classified kNavigationByItself{RequestKind::navigation, true, true, false};
constexpr Classified kNavigationWithoutMetadata{RequestKind::navigation, true, false, false};
constexpr Classified kScript{RequestKind::script_call, false, true, false};
constexpr Classified kPrefetch{RequestKind::prefetch, true, true, false};
constexpr Classified kCrossSitePost{RequestKind::cross_site_post, true, true, true};
constexpr Classified kCrossSiteScriptPost{RequestKind::cross_site_post, false, true, false};
constexpr Classified kPreflight{RequestKind::preflight, false, true, false};

RequestFacts facts_of(const Classified& request) {
    RequestFacts facts;
    facts.now = kNow;
    facts.memory_created = kNow - 24h;
    facts.lifetime = kLifetime;
    facts.request = request;
    switch (request.kind) {
        case RequestKind::cross_site_post:
            facts.method = Method::post;
            break;
        case RequestKind::preflight:
            facts.method = Method::options;
            break;
        default:
            facts.method = Method::get;
    }
    return facts;
}

RequestFacts genuine(const Classified& request, State found, EndReason reason = EndReason::none,
                     Millis age = 1min) {
    RequestFacts facts = facts_of(request);
    facts.cookie = CookieState::genuine;
    facts.found = found;
    facts.reason = reason;
    facts.issued = kNow - age;
    return facts;
}

RequestFacts ended(const Classified& request, EndReason reason) {
    return genuine(request, State::ended, reason);
}

RequestFacts unknown(const Classified& request, Millis age) {
    return genuine(request, State::unknown, EndReason::none, age);
}

constexpr EndReason kTold[] = {EndReason::administrator, EndReason::replaced, EndReason::limit,
                               EndReason::none};
constexpr EndReason kRunOut[] = {EndReason::idle, EndReason::absolute};
const Classified kEveryRequest[] = {kNavigation, kNavigationByItself, kNavigationWithoutMetadata, kScript,
                                    kPrefetch,   kCrossSitePost,      kCrossSiteScriptPost,       kPreflight};

constexpr bool kFlags[] = {false, true};

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

// Takes the next digit of a number that counts combinations.
template <typename Value, std::size_t Count>
Value pick(const Value (&values)[Count], std::size_t& combination) {
    const Value value = values[combination % Count];
    combination /= Count;
    return value;
}

constexpr CookieState kCookies[] = {CookieState::absent,    CookieState::conflicting, CookieState::unusable,
                                    CookieState::undecided, CookieState::unjudged,    CookieState::genuine};
constexpr State kStates[] = {State::unknown, State::live, State::ended, State::busy};
constexpr EndReason kReasons[] = {EndReason::none,  EndReason::administrator, EndReason::replaced,
                                  EndReason::limit, EndReason::idle,          EndReason::absolute,
                                  EndReason::logout};
constexpr Millis kAges[] = {Millis(-2h), Millis(0), Millis(30min), Millis(30min) + 1ms, Millis(12h)};
constexpr Method kMethods[] = {Method::get, Method::head, Method::post, Method::options, Method::other};

void expect_promises(const RequestFacts& facts, Action action) {
    const bool is_genuine = facts.cookie == CookieState::genuine;
    const bool is_ended = is_genuine && facts.found == State::ended;
    const bool told = is_ended && !tracker::is_run_out(facts.reason) && facts.reason != EndReason::logout;
    const bool tells = action == Action::tell_ended || action == Action::refuse_ended;
    const bool reactivates = action == Action::reactivate_by_mark || action == Action::reactivate_by_reload;
    const bool begins_now = action == Action::begin_fresh || action == Action::begin_next;
    const bool passes_live = action == Action::pass_live || action == Action::pass_live_quiet;
    const RequestKind kind = facts.request.kind;

    const bool undecided =
        facts.cookie == CookieState::undecided || (is_genuine && facts.found == State::busy);

    ASSERT_EQ(tells || reactivates || (told && action == Action::refuse_untracked), told);
    ASSERT_TRUE(action != Action::refuse_untracked || facts.refuse_untracked);
    ASSERT_TRUE(action != Action::refuse_untracked || facts.obstructed || undecided);
    ASSERT_TRUE(!begins(action) || !facts.refuse_untracked || !facts.obstructed);
    ASSERT_TRUE(!told || answers_itself(action) || action == Action::reactivate_by_reload);
    ASSERT_TRUE(!reactivates || facts.method == Method::get);
    ASSERT_TRUE(!reactivates || facts.mark_valid || facts.message_shown);
    ASSERT_TRUE(!reactivates || sets_cookie(action));
    ASSERT_TRUE(!begins_now || kind == RequestKind::navigation || kind == RequestKind::script_call);
    ASSERT_TRUE(!begins_now || is_genuine);
    ASSERT_TRUE(action != Action::issue_cookie || kind == RequestKind::navigation);
    ASSERT_TRUE(action != Action::begin_fresh || facts.found == State::unknown);
    ASSERT_TRUE(action != Action::refuse_required || facts.require);
    ASSERT_EQ(action == Action::refuse_conflict, facts.cookie == CookieState::conflicting);
    ASSERT_EQ(action == Action::refuse_unjudged, facts.cookie == CookieState::unjudged);
    ASSERT_TRUE(!passes_live || (is_genuine && facts.found == State::live));
    ASSERT_TRUE(action != Action::pass_live || facts.activity);
}

// Every combination of every fact, against the sentences that must always hold.
TEST(Decision, HoldsItsPromisesForEveryCombination) {
    constexpr std::size_t kCombinations = 6UL * 4 * 7 * 5 * 8 * 5 * 128;
    for (std::size_t combination = 0; combination < kCombinations; ++combination) {
        std::size_t rest = combination;
        RequestFacts facts = facts_of(pick(kEveryRequest, rest));
        facts.cookie = pick(kCookies, rest);
        facts.found = pick(kStates, rest);
        facts.reason = pick(kReasons, rest);
        facts.issued = kNow - pick(kAges, rest);
        facts.method = pick(kMethods, rest);
        facts.activity = pick(kFlags, rest);
        facts.require = pick(kFlags, rest);
        facts.carries_mark = pick(kFlags, rest);
        facts.mark_valid = pick(kFlags, rest);
        facts.message_shown = pick(kFlags, rest);
        facts.refuse_untracked = pick(kFlags, rest);
        facts.obstructed = pick(kFlags, rest);
        ASSERT_EQ(rest, 0U);
        expect_promises(facts, decide(facts));
        ASSERT_FALSE(HasFatalFailure()) << "combination " << combination;
    }
}

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
