#include "tests/e2e/support/history_file.h"

#include "tests/e2e/support/files.h"
#include "tracker/history/sqlite.h"

namespace agent_sessions::e2e {
namespace {

using tracker::history::Connection;
using tracker::history::OpenMode;
using tracker::history::Statement;

constexpr std::chrono::seconds kPatience{10};

}  // namespace

std::string HistoryFile::integrity() const {
    const Directory copy;
    const auto name = copy.path() / "copy.db";
    for (const char* suffix : {"", "-wal"}) {
        if (std::filesystem::exists(path_.string() + suffix)) {
            std::filesystem::copy_file(path_.string() + suffix, name.string() + suffix);
        }
    }
    try {
        Connection connection(name, OpenMode::read_write, kPatience);
        Statement check = connection.prepare("PRAGMA integrity_check");
        return check.step() ? check.text(0) : "nothing";
    } catch (const tracker::history::DatabaseError& error) {
        return error.what();
    }
}

std::int64_t HistoryFile::number(const std::string& sql) const {
    try {
        return Connection(path_, OpenMode::read_only, kPatience).integer(sql);
    } catch (const tracker::history::DatabaseError&) {
        return -1;
    }
}

void HistoryFile::execute(const std::string& sql) const {
    Connection(path_, OpenMode::read_write, kPatience).execute(sql);
}

std::map<std::string, HistoryFile::Session> HistoryFile::sessions() const {
    std::map<std::string, Session> sessions;
    Connection connection(path_, OpenMode::read_only, kPatience);
    Statement rows = connection.prepare("SELECT lower(hex(key)), ended_at, reason, ended_by FROM session");
    while (rows.step()) {
        sessions[rows.text(0)] = {!rows.is_null(1), rows.integer(2), rows.text(3)};
    }
    return sessions;
}

std::int64_t HistoryFile::half_written() const {
    return number(
        "SELECT count(*) FROM session WHERE (ended_at IS NULL) <> (ended_sequence IS NULL) "
        "OR (ended_at IS NULL) <> (reason IS NULL) OR began_sequence > ended_sequence");
}

}  // namespace agent_sessions::e2e
