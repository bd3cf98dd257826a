#include "tracker/history/peak_writer.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"
#include "tracker/history/schema.h"

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;

class Peaks : public ::testing::Test {
  protected:
    static WallTime at(std::int64_t seconds) { return WallTime{std::chrono::seconds{seconds}}; }
    static QuarterPeak peak(std::int64_t quarter, std::uint32_t count, std::uint32_t refused = 0) {
        return {quarter, count, at(quarter * 900 + count), count, count / 2, refused};
    }
    static HistoryFeed::AccountState account(std::optional<std::uint32_t> total,
                                             const std::string& zone = "UTC",
                                             std::optional<QuarterPeak> running = std::nullopt) {
        return {"acme", zone, total, running};
    }
    std::string row(std::int64_t quarter) {
        Statement query = database_.prepare(
            "SELECT peak || ' at ' || (peak_at / 1000) || ' #' || peak_sequence || ' of ' || agents || ' - ' "
            "|| refused "
            "FROM peak WHERE quarter = ?");
        return query.with(quarter).step() ? query.text(0) : "-";
    }
    std::int64_t number(std::string_view sql) { return database_.integer(sql); }

    testing::TemporaryDirectory directory_;
    Connection database_ = open_for_writing(directory_.path() / "floor.db", 1s);
    AccountIds ids_{database_};
    PeakWriter writer_{database_, ids_};
};

TEST_F(Peaks, OnlyEverRise) {
    writer_.write("acme", peak(10, 5), at(9000));
    writer_.write("acme", peak(10, 3), at(9001));
    EXPECT_EQ(row(10), "5 at 9005 #5 of 2 - 0");
    writer_.write("acme", peak(10, 8), at(9002));
    EXPECT_EQ(row(10), "8 at 9008 #8 of 4 - 0");
}

TEST_F(Peaks, WrittenTwiceChangeNothing) {
    writer_.write("acme", peak(10, 5, 2), at(9000));
    writer_.write("acme", peak(10, 5, 2), at(9000));
    EXPECT_EQ(row(10), "5 at 9005 #5 of 2 - 2");
    EXPECT_EQ(number("SELECT count(*) FROM peak"), 1);
}

TEST_F(Peaks, RefusalsAreKeptWhereTheMaximumIsNotNew) {
    writer_.write("acme", peak(10, 5, 1), at(9000));
    writer_.write("acme", peak(10, 5, 7), at(9000));
    EXPECT_EQ(row(10), "5 at 9005 #5 of 2 - 7");
}

TEST_F(Peaks, ALicenceIsWrittenWhenItChanges) {
    writer_.write_changed({account(10)}, at(100));
    writer_.write_changed({account(10)}, at(200));
    EXPECT_EQ(number("SELECT count(*) FROM license"), 1);
    writer_.write_changed({account(20)}, at(300));
    writer_.write_changed({account(std::nullopt)}, at(400));
    EXPECT_EQ(number("SELECT count(*) FROM license"), 3);
    EXPECT_EQ(number("SELECT total FROM license WHERE since = 300000"), 20);
    EXPECT_EQ(number("SELECT total IS NULL FROM license WHERE since = 400000"), 1);
}

TEST_F(Peaks, AnotherWriterDoesNotWriteTheSameLicenceAgain) {
    writer_.write_changed({account(10)}, at(100));
    PeakWriter next(database_, ids_);
    next.write_changed({account(10)}, at(200));
    EXPECT_EQ(number("SELECT count(*) FROM license"), 1);
}

TEST_F(Peaks, ATimeZoneIsTheLatestOne) {
    writer_.write_changed({account(10, "UTC")}, at(100));
    writer_.write_changed({account(10, "Asia/Kathmandu")}, at(200));
    EXPECT_EQ(number("SELECT time_zone = 'Asia/Kathmandu' FROM account"), 1);
}

TEST_F(Peaks, DifferWhereAnythingIsNew) {
    const std::vector before{account(10, "UTC", peak(10, 5))};
    writer_.write_changed(before, at(100));
    EXPECT_FALSE(writer_.differs(before));
    EXPECT_TRUE(writer_.differs({account(11, "UTC", peak(10, 5))}));
    EXPECT_TRUE(writer_.differs({account(10, "", peak(10, 5))}));
    EXPECT_TRUE(writer_.differs({account(10, "UTC", peak(10, 6))}));
    EXPECT_TRUE(writer_.differs({account(10, "UTC", peak(11, 5))}));
    EXPECT_TRUE(writer_.differs({account(10, "UTC", peak(10, 5, 1))}));
    EXPECT_TRUE(writer_.differs({}));
}

TEST_F(Peaks, AfterARollbackEverythingIsWrittenAgain) {
    const std::vector states{account(10, "UTC", peak(10, 5))};
    {
        const WriteTransaction lost(database_);
        writer_.write_changed(states, at(100));
    }
    writer_.forget();
    ids_.forget();
    EXPECT_TRUE(writer_.differs(states));
    writer_.write_changed(states, at(100));
    EXPECT_EQ(row(10), "5 at 9005 #5 of 2 - 0");
}

}  // namespace
}  // namespace agent_sessions::tracker::history
