// A database in which somebody changed rows, loaded into an empty segment. Each line of input changes one
// value: a table, a column and a row, each as a letter from "a" on, and the value, which is an integer if it
// reads as one, NULL if it is empty, bytes if it begins with "x", else text.
#include <charconv>
#include <string>

#include "tests/fuzz/support/input.h"
#include "tests/fuzz/support/promise.h"
#include "tests/support/memory_segment.h"
#include "tests/support/temporary_directory.h"
#include "tracker/history/loader.h"
#include "tracker/history/schema.h"

namespace agent_sessions::fuzz {
namespace {

using namespace std::chrono_literals;
using namespace tracker::history;
using testing::MemorySegment;

struct Table {
    std::string_view name;
    std::vector<std::string_view> columns;
};

const std::vector<Table> kTables{
    {"state", {"segment", "epoch", "last_sequence", "lost", "pruned_until", "unscrubbed"}},
    {"account", {"name", "time_zone", "first_seen"}},
    {"session", {"key",        "account",  "agent",          "label",          "address",
                 "user_agent", "started",  "began_at",       "began_sequence", "logged_in_at",
                 "last_seen",  "ended_at", "ended_sequence", "reason",         "ended_by",
                 "why",        "message",  "idle",           "absolute",       "instance",
                 "expires",    "recorded", "memory_days",    "ending_since",   "ending_until"}},
    {"not_before", {"account", "agent", "boundary", "at", "ended_by", "why", "message", "pending"}},
    {"audit", {"id", "at", "accounts", "agent", "ended", "result"}},
};

// Closed by a person, run out, logged out, about to be closed and alive, all within the last hour.
constexpr const char* kRows = R"sql(
DELETE FROM state; DELETE FROM account; DELETE FROM session; DELETE FROM not_before; DELETE FROM audit;
DELETE FROM alias;
INSERT INTO state (id, segment, epoch, last_sequence) VALUES (1, x'00', 3, 40);
INSERT INTO account VALUES (1, '*', '', 1772000000000), (2, 'acme', 'Europe/Berlin', 1772000000000);
INSERT INTO session SELECT key, 2, agent, 'north', '192.0.2.1', 'Firefox', 1772535600000, 1772535600000, n, NULL, ended,
    ended, iif(reason IS NULL, NULL, n + 10), reason, iif(reason = 1, 'root', NULL), NULL, NULL, 1800, 43200, 1800,
    1772578800000, 1, iif(reason = 1, 30, 0), iif(n = 4, 1772535700000, NULL), iif(n = 4, 1772539300000, NULL)
FROM (SELECT 1 AS n, x'00112233445566778899aabbccddee01' AS key, 'ada' AS agent, 1 AS reason, 1772535700000 AS ended
    UNION ALL SELECT 2, x'10112233445566778899aabbccddee02', 'ada', 4, 1772535700000
    UNION ALL SELECT 3, x'20112233445566778899aabbccddee03', NULL, 6, 1772535700000
    UNION ALL SELECT 4, x'30112233445566778899aabbccddee04', 'bob', NULL, NULL
    UNION ALL SELECT 5, x'40112233445566778899aabbccddee05', NULL, NULL, NULL);
INSERT INTO audit VALUES (1, 1772535700000, 'root', 'admin', '192.0.2.1', 'terminate', 'acme' || char(10), 'all', NULL,
    NULL, NULL, 1, 'done');
INSERT INTO alias VALUES (x'50112233445566778899aabbccddee06', x'30112233445566778899aabbccddee04');
INSERT INTO not_before VALUES (1, 2, 'bob', 3, 1772535700000, 'root', NULL, NULL, 1);
)sql";

class Database {
  public:
    Database() {
        connection_.execute(
            "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
    }

    void change_and_load(Input input) {
        WriteTransaction rows(connection_);
        connection_.execute(kRows);
        while (!input.is_empty()) {
            change(input.line());
        }
        rows.commit();
        load();
    }

  private:
    static std::size_t letter(std::string_view line, std::size_t place, std::size_t count) {
        return place < line.size() ? static_cast<unsigned char>(line[place] - 'a') % count : 0;
    }

    void change(std::string_view line) {
        const Table& table = kTables[letter(line, 0, kTables.size())];
        const std::string_view column = table.columns[letter(line, 1, table.columns.size())];
        const std::int64_t row = static_cast<std::int64_t>(letter(line, 2, 5)) + 1;
        const std::string_view value = line.substr(std::min<std::size_t>(line.size(), 3));
        try {
            Statement update = connection_.prepare("UPDATE " + std::string(table.name) + " SET " +
                                                   std::string(column) + " = ?1 WHERE rowid = ?2");
            bind(update, value);
            update.bind(2, row);
            update.run();
        } catch (const DatabaseError&) {
            // The database itself refuses this value.
        }
    }

    static void bind(Statement& update, std::string_view value) {
        std::int64_t number = 0;
        const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
        if (value.empty()) {
            update.bind(1, nullptr);
        } else if (parsed.ptr == value.data() + value.size()) {
            update.bind(1, number);
        } else if (value.front() == 'x') {
            update.bind(1, SegmentId{std::string(value.substr(1))});
        } else {
            update.bind(1, value);
        }
    }

    void load() {
        const MemorySegment segment;
        tracker::HistoryFeed feed(segment.tracker());
        {
            const tracker::HistoryFeed::LoadGuard guard(feed);
            try {
                tracker::history::load(connection_, feed, guard, MemorySegment::start());
            } catch (const DatabaseError&) {
                // Named in the log; the segment serves without.
            }
        }
        const auto faults = segment.tracker().validate();
        promise(faults.empty(), faults.empty() ? "" : faults.front().c_str());
    }

    testing::TemporaryDirectory directory_{std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp"};
    Connection connection_ = open_for_writing(directory_.path() / "floor.db", 1s);
};

}  // namespace
}  // namespace agent_sessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace agent_sessions::fuzz;
    static Database database;
    database.change_and_load(Input(bytes, size));
    return 0;
}
