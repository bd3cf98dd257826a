// Rows that somebody changed by hand, or a failing disk: whatever stands there, the segment that loads them
// stays sound.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/support/memory_segment.h"
#include "tests/support/temporary_directory.h"
#include "tracker/history/loader.h"
#include "tracker/history/schema.h"

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;
using testing::MemorySegment;

class ChangedRows : public ::testing::Test {
  protected:
    ChangedRows() {
        change(
            "INSERT INTO state (id, segment, epoch, last_sequence) VALUES (1, x'00', 1, 9);"
            "INSERT INTO account VALUES (1, 'acme', '', 0);"
            "INSERT INTO session (key, account, agent, started, began_at, began_sequence, idle, absolute, "
            "instance, "
            "expires) VALUES (x'00112233445566778899aabbccddeeff', 1, 'ada', 1772539000000, 1772539000000, "
            "1, 1800, "
            "43200, 1800, 1772580000000)");
    }

    void change(const std::string& sql) const { open_for_writing(path_, 1s).execute(sql); }
    Load load() { return load_at_start(segment_.tracker(), path_, MemorySegment::start()); }
    Found find() {
        return segment_.tracker().find({0x0011223344556677, 0x8899aabbccddeeff}, MemorySegment::start());
    }
    void TearDown() override { EXPECT_EQ(segment_.tracker().validate(), std::vector<std::string>{}); }

    testing::TemporaryDirectory directory_;
    std::string path_ = database_path(directory_.path().native(), "floor");
    MemorySegment segment_;
};

TEST_F(ChangedRows, AsTheyAreWrittenTheyAreLoaded) {
    EXPECT_EQ(load().fault, "");
    EXPECT_EQ(find().state, Found::State::live);
}

TEST_F(ChangedRows, AReasonThatNoVersionWroteIsNoStateOfItsOwn) {
    change("UPDATE session SET reason = -1");
    EXPECT_EQ(load().fault, "");
    EXPECT_EQ(find().state, Found::State::live);
}

TEST_F(ChangedRows, AnEndWithoutAnInstantStaysAnEnd) {
    change("UPDATE session SET reason = 1");
    EXPECT_EQ(load().fault, "");
    EXPECT_EQ(find().state, Found::State::ended);
}

TEST_F(ChangedRows, InstantsBeyondAnyClockAreReckonedWith) {
    change(
        "UPDATE session SET started = -9223372036854775808, expires = 9223372036854775807, "
        "idle = 9223372036854775807, instance = -1");
    EXPECT_EQ(load().fault, "");
    EXPECT_EQ(find().state, Found::State::live);
}

TEST_F(ChangedRows, NumbersOfEventsThatWereNeverGivenAreDamage) {
    for (const char* const number : {"-1", "9223372036854775807"}) {
        change("UPDATE state SET last_sequence = " + std::string(number));
        const MemorySegment fresh;
        const Load loaded = load_at_start(fresh.tracker(), path_, MemorySegment::start());
        EXPECT_NE(loaded.fault.find("numbers that were never given"), std::string::npos) << number;
    }
}

}  // namespace
}  // namespace agent_sessions::tracker::history
