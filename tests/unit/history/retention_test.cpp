#include "tracker/history/retention.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"
#include "tracker/history/schema.h"

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;

constexpr auto kDay = std::chrono::hours{24};

class Pruning : public ::testing::Test {
  protected:
    Pruning() {
        database_.execute(
            "INSERT INTO state (id, segment, epoch, last_sequence) VALUES (1, x'00', 1, 0); "
            "INSERT INTO account (id, name, time_zone, first_seen) VALUES (1, 'acme', '', 0)");
    }

    void add_session(std::int64_t number, std::optional<WallTime> ended, WallTime expires) {
        database_
            .prepare(
                "INSERT INTO session (key, account, started, began_at, began_sequence, ended_at, idle, "
                "absolute, "
                "instance, expires) VALUES (?, 1, 0, 0, 0, ?, 0, 0, 0, ?)")
            .with(SessionKey{1, static_cast<std::uint64_t>(number)}, ended, expires)
            .run();
    }
    void add_peak(WallTime at) {
        database_.prepare("INSERT OR IGNORE INTO peak VALUES (1, ?, 1, 0, 0, 0, 0)")
            .with(at.time_since_epoch().count() / kQuarterMs)
            .run();
    }
    void add_audit(std::int64_t number, WallTime at) {
        database_
            .prepare(
                "INSERT INTO audit (id, at, role, action, accounts, what, ended, result) "
                "VALUES (?, ?, 'admin', 'terminate', '', '', 0, 'done')")
            .with(number, at)
            .run();
    }
    bool prune_once() {
        WriteTransaction change(database_);
        const bool is_more = prune(database_, retention_, now_);
        change.commit();
        return is_more;
    }
    std::int64_t number(std::string_view sql) { return database_.integer(sql); }

    testing::TemporaryDirectory directory_;
    Connection database_ = open_for_writing(directory_.path() / "floor.db", 1s);
    WallTime now_{kDay * 20'000};
    Retention retention_{kDay * 90, kDay * 400, kDay * 300};
};

TEST_F(Pruning, SessionsGoByTheirEndAndTheLivingStay) {
    add_session(1, now_ - kDay * 91, now_ - kDay * 91);
    add_session(2, now_ - kDay * 89, now_ - kDay * 89);
    add_session(3, std::nullopt, now_ - kDay * 91);
    EXPECT_FALSE(prune_once());
    EXPECT_EQ(number("SELECT count(*) FROM session"), 2);
    EXPECT_EQ(number("SELECT pruned_until FROM state"), (now_ - kDay * 90).time_since_epoch().count());
}

TEST_F(Pruning, ACookieThatMayStillBeValidIsRemembered) {
    add_session(1, now_ - kDay * 91, now_ - 23h);
    add_session(2, now_ - kDay * 91, now_ - 25h);
    prune_once();
    EXPECT_EQ(number("SELECT count(*) FROM session"), 1);
}

TEST_F(Pruning, PeaksGoByTheirQuarterHour) {
    add_peak(now_ - kDay * 400 - 15min);
    add_peak(now_ - kDay * 400 + 15min);
    prune_once();
    EXPECT_EQ(number("SELECT count(*) FROM peak"), 1);
}

TEST_F(Pruning, AuditRowsGoByTheirInstant) {
    add_audit(1, now_ - kDay * 300 - 1ms);
    add_audit(2, now_ - kDay * 300);
    prune_once();
    EXPECT_EQ(number("SELECT id FROM audit"), 2);
}

TEST_F(Pruning, ABoundaryThatIsNotSettledStays) {
    database_.execute(
        "INSERT INTO not_before (id, account, boundary, at, pending) VALUES (1, 1, 1, 0, 0), "
        "(2, 1, 1, 0, 1)");
    prune_once();
    EXPECT_EQ(number("SELECT id FROM not_before"), 2);
}

TEST_F(Pruning, TakesSmallBites) {
    {
        WriteTransaction change(database_);
        for (int row = 0; row < 1200; ++row) {
            add_session(row, now_ - kDay * 91 - Millis{row}, WallTime{});
        }
        change.commit();
    }
    EXPECT_TRUE(prune_once());
    EXPECT_EQ(number("SELECT count(*) FROM session"), 700);
    EXPECT_EQ(number("SELECT min(ended_at) FROM session"),
              (now_ - kDay * 91 - Millis{699}).time_since_epoch().count())
        << "the oldest first";
    EXPECT_TRUE(prune_once());
    EXPECT_FALSE(prune_once());
    EXPECT_EQ(number("SELECT count(*) FROM session"), 0);
}

}  // namespace
}  // namespace agent_sessions::tracker::history
