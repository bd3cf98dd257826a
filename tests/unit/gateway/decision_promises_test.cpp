// Every combination of every fact, against the sentences that must always hold.
#include <gtest/gtest.h>

#include "tests/unit/gateway/decision_facts.h"

namespace agent_sessions::gateway {
namespace {

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

}  // namespace
}  // namespace agent_sessions::gateway
