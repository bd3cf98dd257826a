#include "tracker/history/schema.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temporary_directory.h"

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;

class Schema : public ::testing::Test {
  protected:
    std::string path() const { return database_path(directory_.path().native(), "floor"); }
    Connection open() const { return open_for_writing(path(), 1s); }

    // What its migration added is taken away again.
    void make_version_1() const {
        Connection connection = open();
        connection.execute(
            "DROP INDEX session_told; DROP TABLE alias; ALTER TABLE session DROP COLUMN recorded; "
            "ALTER TABLE session DROP COLUMN memory_days; ALTER TABLE session DROP COLUMN ending_since; "
            "ALTER TABLE session DROP COLUMN ending_until; "
            "ALTER TABLE state DROP COLUMN unscrubbed; "
            "PRAGMA user_version = 1");
    }
    static std::string description(Connection& connection) {
        Statement tables =
            connection.prepare("SELECT name || ' ' || ifnull(sql, '') FROM sqlite_schema ORDER BY name");
        std::string all;
        while (tables.step()) {
            all += tables.text(0) + "\n";
        }
        return all;
    }

    testing::TemporaryDirectory directory_;
};

TEST_F(Schema, ANewDatabaseIsOfThisVersionAndItsOwnersAlone) {
    Connection connection = open();
    EXPECT_EQ(connection.integer("PRAGMA user_version"), kSchemaVersion);
    EXPECT_EQ(connection.integer("PRAGMA synchronous"), 2) << "FULL";
    EXPECT_EQ(connection.integer("PRAGMA secure_delete"), 1);
    struct stat facts {};
    for (const char* suffix : {"", "-wal", "-shm"}) {
        ASSERT_EQ(::stat((path() + suffix).c_str(), &facts), 0) << suffix;
        EXPECT_EQ(facts.st_mode & 0777, 0600) << suffix;
    }
}

TEST_F(Schema, AnOlderDatabaseIsMigratedWithWhatIsInIt) {
    make_version_1();
    {
        Connection before(path(), OpenMode::read_write, 1s);
        before.execute(
            "INSERT INTO account (id, name, time_zone, first_seen) VALUES (1, 'acme', '', 0); "
            "INSERT INTO session (key, account, agent, started, began_at, began_sequence, idle, absolute, "
            "instance, expires) VALUES (x'00112233445566778899aabbccddeeff', 1, 'alice', 1, 2, 3, 4, 5, 6, "
            "7)");
    }
    EXPECT_THROW(open_for_reading(path(), 1s), DatabaseError) << "until it is migrated";
    Connection connection = open();
    EXPECT_EQ(connection.integer("PRAGMA user_version"), kSchemaVersion);
    EXPECT_EQ(connection.integer("SELECT recorded FROM session WHERE agent = 'alice'"), 1);
}

TEST_F(Schema, AMigratedDatabaseIsLikeANewOne) {
    testing::TemporaryDirectory other;
    Connection fresh = open_for_writing(other.path() / "floor.db", 1s);
    make_version_1();
    Connection migrated = open();
    EXPECT_EQ(description(migrated), description(fresh));
}

TEST_F(Schema, AMigrationThatFailsHalfwayLeavesTheOldVersion) {
    make_version_1();
    Connection(path(), OpenMode::read_write, 1s).execute("CREATE TABLE session_told (a INTEGER)");
    EXPECT_THROW(open(), DatabaseError);
    Connection after(path(), OpenMode::read_write, 1s);
    EXPECT_EQ(after.integer("PRAGMA user_version"), 1);
    EXPECT_EQ(after.integer("SELECT count(*) FROM pragma_table_info('session') WHERE name = 'recorded'"), 0);
}

TEST_F(Schema, ANewerDatabaseIsLeftAlone) {
    open().execute("PRAGMA user_version = " + std::to_string(kSchemaVersion + 1));
    EXPECT_THROW(open(), NewerSchema);
    EXPECT_THROW(open_for_reading(path(), 1s), NewerSchema);
    EXPECT_EQ(Connection(path(), OpenMode::read_write, 1s).integer("PRAGMA user_version"),
              kSchemaVersion + 1);
}

TEST_F(Schema, ASymbolicLinkIsNotFollowed) {
    { Connection connection = open_for_writing(path() + ".real", 1s); }
    std::filesystem::create_symlink(path() + ".real", path());
    EXPECT_THROW(open(), DatabaseError);
}

TEST_F(Schema, ADatabaseThatMayOnlyBeReadIsRefusedForWriting) {
    { Connection connection = open(); }
    ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
    ASSERT_EQ(::chmod(std::filesystem::path(path()).parent_path().c_str(), 0755), 0);
    // Root may write anything.
    constexpr uid_t kNobody = 65534;
    const bool is_root = ::geteuid() == 0;
    if (is_root) {
        ASSERT_EQ(::seteuid(kNobody), 0);
    }
    EXPECT_THROW(open(), DatabaseError);
    if (is_root) {
        ASSERT_EQ(::seteuid(0), 0);
    }
}

}  // namespace
}  // namespace agent_sessions::tracker::history
