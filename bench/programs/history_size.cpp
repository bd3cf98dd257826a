// history_size: how much room a row of each table of the history takes on disk, its indexes included. Names,
// addresses and browsers are of the usual length; every session has ended.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/programs/main.h"
#include "tests/support/temporary_directory.h"
#include "tracker/history/schema.h"

namespace agent_sessions::bench {
namespace {

using namespace tracker::history;

constexpr int kRows = 20'000;

struct Table {
    const char* name;
    const char* row;  // the SELECT of one row, numbered n
};

constexpr Table kTables[] = {
    {"session", R"sql(
INSERT INTO session SELECT randomblob(16), 1, 'Anneliese Example ' || n % 500, 'Billing North', '192.0.2.' || n % 250,
    'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 1767225600000 + n * 7000,
    1767225600500 + n * 7000, n * 2, 1767225600500 + n * 7000, 1767225600000 + n * 9000, 1767225600000 + n * 9000,
    n * 2 + 1, 4, NULL, NULL, NULL, 1800, 43200, 1800, 1767268800000 + n * 7000, 1)sql"},
    {"peak",
     "INSERT INTO peak SELECT 1, 1963584 + n, 400 + n % 80, 1767225600000 + n * 900000, n * 50, 380, 0"},
    {"audit", R"sql(
INSERT INTO audit SELECT n, 1767225600000 + n * 60000, 'supervisor', 'operator', '192.0.2.9', 'terminate',
    'acme' || char(10), lower(hex(randomblob(16))), NULL, 'the shift is over', 'Please log in again.', 1, 'done')sql"},
};

std::int64_t bytes_of(Connection& connection) {
    connection.execute("VACUUM");
    return connection.integer("PRAGMA page_count") * connection.integer("PRAGMA page_size");
}

void measure(const Table& table, const std::string& path) {
    Connection connection = open_for_writing(path, std::chrono::seconds{1});
    connection.execute("INSERT INTO account (id, name, time_zone, first_seen) VALUES (1, 'acme', 'UTC', 0)");
    const std::int64_t before = bytes_of(connection);
    WriteTransaction change(connection);
    connection.execute(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < " +
        std::to_string(kRows) + ") " + table.row + " FROM numbers");
    change.commit();
    std::printf("%-8s %5lld bytes a row\n", table.name,
                static_cast<long long>((bytes_of(connection) - before) / kRows));
}

int run(const Options& /*none*/) {
    const testing::TemporaryDirectory directory;
    for (const Table& table : kTables) {
        measure(table, directory.path() / (std::string(table.name) + ".db"));
    }
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace agent_sessions::bench

int main(int count, char** arguments) {
    using namespace agent_sessions::bench;
    return main_of(std::span(arguments, static_cast<std::size_t>(count)), run);
}
