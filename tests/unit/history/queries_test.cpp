#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/unit/history/history_database.h"
#include "tracker/history/audit_queries.h"
#include "tracker/history/session_queries.h"
#include "tracker/history/usage_queries.h"

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;

WallTime at(std::int64_t seconds) {
    return WallTime{std::chrono::seconds{seconds}};
}

constexpr std::int64_t kSpring = 1'772'323'200;  // 2026-03-01 00:00 UTC

class Queries : public ::testing::Test {
  protected:
    // Fills the database; the last hour is only in the segment yet.
    void fill() { database_.fill(history_, now_, recent_); }

    UsageQuestion usage_of(Accounts accounts, const std::string& zone = "Europe/Paris") const {
        UsageQuestion question;
        question.accounts = std::move(accounts);
        question.time_zone = zone;
        question.now = now_;
        for (const std::string account : {"*", "alpha", "beta"}) {
            for (const QuarterPeak& peak : history_.peaks(account, now_)) {
                if (peak.quarter >= recent_ - 2 &&  // some are in both
                    (account == "*" || question.accounts.all ||
                     std::count(question.accounts.names.begin(), question.accounts.names.end(), account) >
                         0)) {
                    question.recent[account].push_back(peak);
                }
            }
        }
        return question;
    }

    void expect_recount(const UsageAnswer& answer, const std::string& account, const std::string& zone) {
        const SyntheticFigures expected = history_.recount(account, zone, now_, kWindowDays);
        ASSERT_EQ(answer.days.size(), expected.days.size());
        for (std::size_t index = 0; index < expected.days.size(); ++index) {
            EXPECT_EQ(answer.days[index].max, expected.days[index].max) << expected.days[index].date;
            EXPECT_EQ(answer.days[index].max_at, expected.days[index].max_at) << expected.days[index].date;
            EXPECT_EQ(answer.days[index].refused, expected.days[index].refused) << expected.days[index].date;
            EXPECT_EQ(answer.days[index].complete, expected.days[index].complete)
                << expected.days[index].date;
        }
        EXPECT_EQ(answer.summary.daily_max, expected.daily_max);
        EXPECT_EQ(answer.summary.daily_average, expected.daily_average);
    }

    std::vector<const SyntheticSession*> sessions_that(
        const std::function<bool(const SyntheticSession&)>& accept) const {
        std::vector<const SyntheticSession*> sessions;
        for (const SyntheticSession& session : history_.sessions()) {
            if (session.began <= now_ && accept(session)) {
                sessions.push_back(&session);
            }
        }
        return sessions;
    }

    // All pages of few; checks that no session is on two of them.
    std::set<SessionKey> all_pages(Connection& connection, SessionQuestion question, std::size_t limit) {
        std::set<SessionKey> keys;
        question.limit = limit;
        std::optional<std::uint64_t> filtered;
        for (int pages = 0; pages < 1000; ++pages) {
            const SessionPage page = read_sessions(connection, question);
            EXPECT_EQ(page.filtered, filtered.value_or(page.filtered));
            filtered = page.filtered;
            for (const StoredSession& session : page.sessions) {
                EXPECT_TRUE(keys.insert(session.key).second) << "twice";
            }
            if (!page.next) {
                break;
            }
            EXPECT_EQ(page.sessions.size(), limit);
            question.after = page.next;
        }
        EXPECT_EQ(keys.size(), filtered);
        return keys;
    }

    void expect_keys(const std::set<SessionKey>& keys, const std::vector<const SyntheticSession*>& expected) {
        std::set<SessionKey> wanted;
        for (const SyntheticSession* session : expected) {
            wanted.insert(HistoryDatabase::key_of(*session));
        }
        EXPECT_FALSE(wanted.empty());
        EXPECT_EQ(keys, wanted);
    }

    SyntheticHistory history_{at(kSpring), 3};
    WallTime now_ = at(kSpring) + 24h * 38 + 17h + 40min;
    std::int64_t recent_ = quarter_of(now_) - 3;
    HistoryDatabase database_;
};

TEST_F(Queries, FiguresOfAnAccountAndOfAllEqualARecount) {
    fill();
    Connection connection = database_.reader();
    for (const char* zone : {"Europe/Paris", "America/St_Johns"}) {
        for (const char* account : {"alpha", "beta"}) {
            SCOPED_TRACE(account);
            expect_recount(read_usage(connection, usage_of({false, {account}}, zone)), account, zone);
        }
        expect_recount(read_usage(connection, usage_of({true, {}}, zone)), "*", zone);
    }
}

// alpha and beta are all there are, so their sum has to be what was counted as "*".
TEST_F(Queries, FiguresOfSomeAccountsAreCountedAgainFromTheSessions) {
    fill();
    Connection connection = database_.reader();
    expect_recount(read_usage(connection, usage_of({false, {"alpha", "beta"}})), "*", "Europe/Paris");
}

TEST_F(Queries, TheSumOfSomeAccountsIsUnknownWhereSessionsMayBeGone) {
    fill();
    const WallTime pruned = now_ - 24h * 5;
    database_.execute("UPDATE state SET pruned_until = " + std::to_string(pruned.time_since_epoch().count()));
    Connection connection = database_.reader();
    const UsageAnswer answer = read_usage(connection, usage_of({false, {"alpha", "beta"}}, "UTC"));
    EXPECT_EQ(answer.days[24].max, std::nullopt);
    EXPECT_FALSE(answer.days[24].complete);
    EXPECT_NE(answer.days[25].max, std::nullopt);
    const UsageAnswer one = read_usage(connection, usage_of({false, {"alpha"}}, "UTC"));
    EXPECT_NE(one.days[20].max, std::nullopt) << "quarter hours are kept longer";
}

TEST_F(Queries, TotalsAreSummedWhereEveryAccountWithSessionsHasOne) {
    fill();
    database_.execute("INSERT INTO license SELECT id, 0, 20 FROM account WHERE name = 'alpha'");
    Connection connection = database_.reader();
    UsageAnswer answer = read_usage(connection, usage_of({true, {}}, "UTC"));
    const UsageAnswer beta = read_usage(connection, usage_of({false, {"beta"}}, "UTC"));
    EXPECT_EQ(beta.days.back().total, std::nullopt);
    ASSERT_GT(beta.days[20].max.value_or(0), 0u);
    EXPECT_EQ(answer.days[20].total, std::nullopt) << "beta has sessions and no total";
    ASSERT_EQ(beta.days[4].max.value_or(0), 0u);
    EXPECT_EQ(answer.days[4].total, 20u);
    database_.execute("INSERT INTO license SELECT id, 0, 7 FROM account WHERE name = 'beta'");
    answer = read_usage(connection, usage_of({false, {"alpha", "beta"}}, "UTC"));
    EXPECT_EQ(answer.days[20].total, 27u);
}

TEST_F(Queries, ACurveEqualsACountOfEachMinute) {
    fill();
    Connection connection = database_.reader();
    const TimeZone zone("Europe/Paris");
    const Day day = zone.day_of(now_ - 24h * 10);  // the clocks went forward
    const CurveAnswer curve = read_curve(connection, usage_of({true, {}}), day);
    EXPECT_EQ(curve.step, 60s);
    ASSERT_EQ(curve.max.size(), 23u * 60);
    EXPECT_EQ(curve.start, zone.start_of(day));
    std::uint32_t highest = 0;
    for (std::size_t minute = 0; minute < curve.max.size(); ++minute) {
        const WallTime from = curve.start + 1min * minute;
        std::uint32_t expected = 0;
        std::vector<WallTime> instants{from};
        for (const SyntheticSession& session : history_.sessions()) {
            if (session.began >= from && session.began < from + 1min) {
                instants.push_back(session.began);
            }
        }
        for (const WallTime instant : instants) {
            std::uint32_t count = 0;
            for (const SyntheticSession& session : history_.sessions()) {
                count += session.began <= instant && session.ended > instant ? 1 : 0;
            }
            expected = std::max(expected, count);
        }
        ASSERT_EQ(curve.max[minute], expected) << minute;
        highest = std::max(highest, expected);
    }
    EXPECT_GT(highest, 3u);
}

TEST_F(Queries, ACurveHasNothingForTheFutureAndForOutages) {
    fill();
    Connection connection = database_.reader();
    const CurveAnswer today =
        read_curve(connection, usage_of({true, {}}, "UTC"), TimeZone("UTC").day_of(now_));
    ASSERT_EQ(today.max.size(), 24u * 60);
    EXPECT_NE(today.max[17 * 60 + 40], std::nullopt);
    EXPECT_EQ(today.max[17 * 60 + 41], std::nullopt);
    const CurveAnswer outage =
        read_curve(connection, usage_of({true, {}}, "UTC"), TimeZone("UTC").day_of(at(kSpring) + 24h * 33));
    EXPECT_NE(outage.max[10 * 60 + 29], std::nullopt);
    EXPECT_EQ(outage.max[10 * 60 + 30], std::nullopt);
    EXPECT_EQ(outage.max[14 * 60 + 44], std::nullopt);
    EXPECT_NE(outage.max[14 * 60 + 45], std::nullopt);
}

TEST_F(Queries, ACurveIsOfQuarterHoursWhereSessionsMayBeGone) {
    fill();
    database_.execute("UPDATE state SET pruned_until = " + std::to_string(now_.time_since_epoch().count()));
    Connection connection = database_.reader();
    const TimeZone zone("UTC");
    const Day day = zone.day_of(now_ - 24h * 2);
    const CurveAnswer curve = read_curve(connection, usage_of({false, {"alpha"}}, "UTC"), day);
    EXPECT_EQ(curve.step, 15min);
    ASSERT_EQ(curve.max.size(), 96u);
    const SyntheticFigures expected = history_.recount("alpha", "UTC", now_, 3);
    EXPECT_EQ(*std::max_element(curve.max.begin(), curve.max.end()), expected.days[0].max);
    const CurveAnswer sum = read_curve(connection, usage_of({false, {"alpha", "beta"}}, "UTC"), day);
    EXPECT_EQ(sum.max.front(), std::nullopt);
}

TEST_F(Queries, WhoWasOnAtAnInstant) {
    fill();
    Connection connection = database_.reader();
    SessionQuestion question;
    question.accounts.all = true;
    const auto expected =
        sessions_that([](const SyntheticSession& session) { return session.account == "alpha"; });
    ASSERT_GT(expected.size(), 50u);
    question.from = expected[50]->began;  // counted from its very begin
    expect_keys(all_pages(connection, question, 3), sessions_that([&](const SyntheticSession& session) {
                    return session.began <= question.from && session.ended > question.from;
                }));
    question.from = expected[50]->ended;  // and not any more at its end
    const auto gone = all_pages(connection, question, 100);
    EXPECT_EQ(gone.count(HistoryDatabase::key_of(*expected[50])), 0u);

    question.from = now_;
    question.accounts = {false, {"beta", "nobody"}};
    expect_keys(all_pages(connection, question, 2), sessions_that([&](const SyntheticSession& session) {
                    return session.account == "beta" && session.ended > now_;
                }));
    question.accounts = {false, {"nobody"}};
    EXPECT_EQ(read_sessions(connection, question).filtered, 0u);
    question.accounts = {false, {}};
    EXPECT_EQ(read_sessions(connection, question).filtered, 0u);
}

TEST_F(Queries, WhoWasOnBetweenTwoInstants) {
    fill();
    Connection connection = database_.reader();
    SessionQuestion question;
    question.which = SessionsThat::were_alive_between;
    question.accounts.all = true;
    question.from = now_ - 24h * 4;
    question.to = now_ - 24h * 3;
    const auto is_there = [&](const SyntheticSession& session) {
        return session.began < question.to && session.ended > question.from;
    };
    expect_keys(all_pages(connection, question, 7), sessions_that(is_there));
    question.agent = "agent3";
    expect_keys(all_pages(connection, question, 7), sessions_that([&](const SyntheticSession& session) {
                    return is_there(session) && session.agent == "agent3";
                }));
    question.agent = "";
    expect_keys(all_pages(connection, question, 7), sessions_that([&](const SyntheticSession& session) {
                    return is_there(session) && session.agent.empty();
                }));
}

TEST_F(Queries, ASessionOfNoTimeIsFoundInTheRangeThatHoldsIt) {
    fill();
    database_.execute(
        "INSERT INTO session (key, account, started, began_at, began_sequence, ended_at, ended_sequence, "
        "idle, "
        "absolute, instance, expires) SELECT x'00000000000000000000000000000001', id, 5000, 5000, 1, 5000, "
        "2, "
        "1, 1, 1, 1 FROM account WHERE name = 'alpha'");
    Connection connection = database_.reader();
    SessionQuestion question;
    question.which = SessionsThat::were_alive_between;
    question.accounts.all = true;
    question.from = at(5);
    question.to = at(6);
    EXPECT_EQ(read_sessions(connection, question).filtered, 1u);
    question.to = at(5);
    question.from = at(4);
    EXPECT_EQ(read_sessions(connection, question).filtered, 0u);
}

TEST_F(Queries, WhoWasInTheMaximumIsAsManyAsTheMaximum) {
    fill();
    Connection connection = database_.reader();
    for (const Accounts& accounts :
         {Accounts{true, {}}, Accounts{false, {"alpha"}}, Accounts{false, {"alpha", "beta"}}}) {
        const UsageAnswer usage = read_usage(connection, usage_of(accounts));
        for (const DayFigures& day : usage.days) {
            if (!day.max_at) {
                continue;
            }
            SessionQuestion question;
            question.which = SessionsThat::were_in_maximum;
            question.accounts = accounts;
            question.sequence = day.max_sequence;
            EXPECT_EQ(all_pages(connection, question, 20).size(), *day.max);
        }
    }
}

TEST_F(Queries, TheEndedComeWithTheLastEndFirst) {
    fill();
    database_.execute(
        "UPDATE session SET reason = 1, ended_by = 'ada', why = 'left', message = 'bye' "
        "WHERE agent = 'agent4' AND ended_at IS NOT NULL");
    Connection connection = database_.reader();
    SessionQuestion question;
    question.which = SessionsThat::ended_between;
    question.accounts.all = true;
    question.from = now_ - 24h * 8;
    question.to = now_;
    const auto ended = [&](const SyntheticSession& session) {
        return session.ended >= question.from && session.ended < question.to;
    };
    expect_keys(all_pages(connection, question, 9), sessions_that(ended));
    const SessionPage page = read_sessions(connection, question);
    EXPECT_TRUE(
        std::is_sorted(page.sessions.begin(), page.sessions.end(),
                       [](const auto& left, const auto& right) { return left.ended_at > right.ended_at; }));
    question.reason = EndReason::administrator;
    question.by = "ada";
    expect_keys(all_pages(connection, question, 4), sessions_that([&](const SyntheticSession& session) {
                    return ended(session) && session.agent == "agent4";
                }));
    EXPECT_EQ(read_sessions(connection, question).sessions.front().why, "left");
    EXPECT_EQ(read_sessions(connection, question).sessions.front().message, "bye");
    question.by = "eve";
    EXPECT_EQ(read_sessions(connection, question).filtered, 0u);
}

class Audit : public ::testing::Test {
  protected:
    Audit() {
        add(1000, "ada", "terminate", "alpha\n");
        add(2000, "ada", "terminate", "alpha\nbeta\n");
        add(2000, "", "erase", "*\n");
        add(3000, "eve", "terminate", "beta\n");
        add(4000, "eve", "terminate", "");
        add(5000, "eve", "terminate", "alphabet\n");
    }

    void add(int when, const std::string& user, const std::string& action, const std::string& accounts) {
        Connection connection = database_.writer();
        connection
            .prepare(
                "INSERT INTO audit (at, user, role, action, accounts, what, ended, result) "
                "VALUES (?, ?, 'admin', ?, ?, 'something', 1, 'done')")
            .with(when, user.empty() ? std::optional<std::string>() : std::optional(user), action, accounts)
            .run();
    }

    AuditQuestion question(Accounts scope) const {
        AuditQuestion question;
        question.scope = std::move(scope);
        question.to = at(100);
        return question;
    }

    std::vector<std::int64_t> ids(const AuditQuestion& question) {
        Connection connection = database_.reader();
        std::vector<std::int64_t> ids;
        for (const AuditEntry& entry : read_audit(connection, question).entries) {
            ids.push_back(entry.id);
        }
        return ids;
    }

    using Ids = std::vector<std::int64_t>;
    HistoryDatabase database_;
};

TEST_F(Audit, ARowIsForThoseAloneWhoSeeAllOfItsAccounts) {
    EXPECT_EQ(ids(question({true, {}})), (Ids{6, 5, 4, 3, 2, 1}));
    EXPECT_EQ(ids(question({false, {"alpha"}})), (Ids{1}));
    EXPECT_EQ(ids(question({false, {"alpha", "beta"}})), (Ids{4, 2, 1}));
    EXPECT_EQ(ids(question({false, {"*"}})), (Ids{}));
    EXPECT_EQ(ids(question({false, {}})), (Ids{}));
}

TEST_F(Audit, IsFilteredByAccountUserActionAndTime) {
    AuditQuestion asked = question({true, {}});
    asked.account = "alpha";
    EXPECT_EQ(ids(asked), (Ids{3, 2, 1}));
    asked.action = "terminate";
    EXPECT_EQ(ids(asked), (Ids{2, 1}));
    asked.from = at(2);
    EXPECT_EQ(ids(asked), (Ids{2}));
    asked = question({true, {}});
    asked.user = "";
    EXPECT_EQ(ids(asked), (Ids{3}));
    asked.user = "eve";
    asked.to = at(5);
    EXPECT_EQ(ids(asked), (Ids{5, 4}));
}

TEST_F(Audit, PagesGoOnBehindAPlace) {
    AuditQuestion asked = question({true, {}});
    asked.limit = 2;
    Connection connection = database_.reader();
    Ids all;
    for (int pages = 0; pages < 9; ++pages) {
        const AuditPage page = read_audit(connection, asked);
        EXPECT_EQ(page.filtered, 6u);
        for (const AuditEntry& entry : page.entries) {
            all.push_back(entry.id);
        }
        if (!page.next) {
            break;
        }
        asked.after = page.next;
    }
    EXPECT_EQ(all, (Ids{6, 5, 4, 3, 2, 1}));
}

}  // namespace
}  // namespace agent_sessions::tracker::history
