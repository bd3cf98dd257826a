// When a writer rests, and when it comes to its end.
#include "tracker/history/writer.h"

#include <filesystem>

#include "tests/unit/history/followed_history.h"

namespace agent_sessions::tracker::history {
namespace {

class WriterTest : public FollowedHistory {
  protected:
    void make_the_database_unusable() const { std::filesystem::create_directory(path()); }

    Writer writer_{tracker_, path(), Retention{}};
};

TEST_F(WriterTest, RestsOnceAllIsWrittenAndGoesOnForEver) {
    begin(1, "alice");
    EXPECT_GT(writer_.work(std::nullopt, clock_.now()), Millis{0});
    EXPECT_EQ(sessions(), 1);
    EXPECT_GT(writer_.work(std::nullopt, clock_.now()), Millis{0});
}

TEST_F(WriterTest, ThatIsToEndWritesWhatThereIsFirst) {
    begin(1, "alice");
    const BootTime end = clock_.now().boot + Millis{500};
    EXPECT_EQ(writer_.work(end, clock_.now()), Millis{0});
    EXPECT_EQ(sessions(), 1);
    EXPECT_EQ(writer_.work(end, clock_.now()), std::nullopt);
}

TEST_F(WriterTest, ThatIsToEndAtOnceMakesOnePass) {
    begin(1, "alice");
    EXPECT_EQ(writer_.work(BootTime{}, clock_.now()), std::nullopt);
    EXPECT_EQ(sessions(), 1);
}

TEST_F(WriterTest, TriesAgainWhereTheDatabaseIsUnusableUntilItsEnd) {
    make_the_database_unusable();
    const BootTime end = clock_.now().boot + Millis{500};
    EXPECT_GT(writer_.work(end, clock_.now()), Millis{0});
    EXPECT_NE(writer_.fault(), "");
    clock_.advance(Millis{500});
    EXPECT_EQ(writer_.work(end, clock_.now()), std::nullopt);
}

TEST_F(WriterTest, IsOverOnceAnotherOneWrites) {
    ASSERT_TRUE(writer_.work(std::nullopt, clock_.now()));
    begin(1, "alice");
    follow();
    begin(2, "bob");
    EXPECT_EQ(writer_.work(std::nullopt, clock_.now()), std::nullopt);
    EXPECT_EQ(sessions(), 1);
}

}  // namespace
}  // namespace agent_sessions::tracker::history
