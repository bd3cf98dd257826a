// When a cookie counts, what an answer leaves of a plan, and for how long a fresh cookie may begin a session.
#include <gtest/gtest.h>

#include "tests/unit/gateway/decision_facts.h"

namespace agent_sessions::gateway {
namespace {

TEST(CookieStateOf, JoinsParserAndSignature) {
    using Found = CookieValue::Status;
    using Signed = Verified::Status;
    for (const Signed verified : {Signed::genuine, Signed::forged, Signed::malformed, Signed::unknown_key,
                                  Signed::failed, Signed::keyless}) {
        EXPECT_EQ(cookie_state(Found::absent, verified), CookieState::absent);
        EXPECT_EQ(cookie_state(Found::conflicting, verified), CookieState::conflicting);
        EXPECT_EQ(cookie_state(Found::malformed, verified), CookieState::unusable);
    }
    EXPECT_EQ(cookie_state(Found::found, Signed::genuine), CookieState::genuine);
    EXPECT_EQ(cookie_state(Found::found, Signed::forged), CookieState::unusable);
    EXPECT_EQ(cookie_state(Found::found, Signed::malformed), CookieState::unusable);
    EXPECT_EQ(cookie_state(Found::found, Signed::unknown_key), CookieState::unusable);
    EXPECT_EQ(cookie_state(Found::found, Signed::failed), CookieState::undecided);
    EXPECT_EQ(cookie_state(Found::found, Signed::keyless), CookieState::unjudged);
}

TEST(Settle, NothingBeginsWhereItMustNot) {
    for (const Action planned : {Action::begin_fresh, Action::begin_next, Action::issue_cookie}) {
        EXPECT_EQ(settle(planned, {200, true}), planned);
        EXPECT_EQ(settle(planned, {302, true}), planned);
        EXPECT_EQ(settle(planned, {404, true}), planned);
        EXPECT_EQ(settle(planned, {500, true}), planned);
        EXPECT_EQ(settle(planned, {101, true}), planned);
        EXPECT_EQ(settle(planned, {200, false}), Action::pass_untracked);
        for (const int status : {401, 403, 407, 429}) {
            EXPECT_EQ(settle(planned, {status, true}), Action::pass_untracked) << status;
        }
        EXPECT_EQ(settle(planned, {200, true, true}), Action::pass_untracked) << "the page of a refusal";
    }
    EXPECT_EQ(settle(Action::begin_fresh, {304, true}), Action::begin_fresh);
    EXPECT_EQ(settle(Action::begin_next, {304, true}), Action::pass_untracked);
    EXPECT_EQ(settle(Action::issue_cookie, {304, true}), Action::pass_untracked);
}

TEST(Settle, LeavesEverythingElse) {
    for (const Action planned : {Action::pass_live, Action::pass_live_quiet, Action::pass_untracked,
                                 Action::refuse_required, Action::refuse_conflict, Action::tell_ended,
                                 Action::refuse_ended, Action::reactivate_by_mark, Action::drop_mark}) {
        for (const int status : {200, 304, 401, 403, 407, 429}) {
            EXPECT_EQ(settle(planned, {status, false}), planned);
        }
    }
}

TEST(Settle, AUsedReactivationStillGivesACookie) {
    const Action planned = Action::reactivate_by_reload;
    EXPECT_EQ(settle(planned, {200, true}), planned);
    EXPECT_EQ(settle(planned, {302, true}), planned);
    EXPECT_EQ(settle(planned, {200, false}), Action::issue_cookie);
    for (const int status : {401, 403, 407, 429}) {
        EXPECT_EQ(settle(planned, {status, true}), Action::issue_cookie) << status;
    }
    EXPECT_EQ(settle(planned, {200, true, true}), Action::issue_cookie);
    EXPECT_EQ(settle(planned, {304, true}), Action::pass_untracked);
    EXPECT_EQ(settle(planned, {304, false}), Action::pass_untracked);
}

TEST(MayBeginFresh, UpToTheIdleTimeout) {
    const WallTime old_memory = kNow - 24h;
    EXPECT_TRUE(may_begin_fresh(kNow, kNow, old_memory, kLifetime));
    EXPECT_TRUE(may_begin_fresh(kNow - 30min, kNow, old_memory, kLifetime));
    EXPECT_FALSE(may_begin_fresh(kNow - 30min - 1ms, kNow, old_memory, kLifetime));
    EXPECT_FALSE(may_begin_fresh(WallTime{}, kNow, old_memory, kLifetime));
}

TEST(MayBeginFresh, WithAClockThatWasSetBack) {
    const WallTime old_memory = kNow - 24h;
    EXPECT_TRUE(may_begin_fresh(kNow + 30min, kNow, old_memory, kLifetime));
    EXPECT_FALSE(may_begin_fresh(kNow + 30min + 1ms, kNow, old_memory, kLifetime));
    EXPECT_FALSE(may_begin_fresh(WallTime(Millis((1LL << 48) - 1)), kNow, old_memory, kLifetime));
}

TEST(MayBeginFresh, TakenUpAgainAfterTheMemoryWasLost) {
    const WallTime lost = kNow - 10min;
    EXPECT_TRUE(may_begin_fresh(lost - 1h, kNow, lost, kLifetime));
    EXPECT_TRUE(may_begin_fresh(kNow - 12h + 1ms, kNow, lost, kLifetime));
    EXPECT_FALSE(may_begin_fresh(kNow - 12h, kNow, lost, kLifetime)) << "its absolute time is over";
    EXPECT_FALSE(may_begin_fresh(kNow - 1h, kNow, kNow - 30min, kLifetime)) << "the loss is too long ago";
    EXPECT_TRUE(may_begin_fresh(kNow - 1h, kNow, kNow - 30min + 1ms, kLifetime));
    EXPECT_FALSE(may_begin_fresh(kNow - 1h, kNow, kNow - 1h, kLifetime)) << "issued by this memory";
}

TEST(MayBeginFresh, NeverBeyondTheAbsoluteTimeout) {
    const Lifetime short_lived{30min, 10min, 30min};
    EXPECT_TRUE(may_begin_fresh(kNow - 10min + 1ms, kNow, kNow - 24h, short_lived));
    EXPECT_FALSE(may_begin_fresh(kNow - 10min, kNow, kNow - 24h, short_lived));
}

}  // namespace
}  // namespace agent_sessions::gateway
