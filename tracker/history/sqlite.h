// A small wrapper around SQLite: connections, statements and write transactions that clean up after
// themselves.
//
// Thread safety: a Connection and its Statements belong to one thread. Process safety: SQLite's own locks; a
// Connection must never be used in a child of the process that opened it. Errors: everything here throws
// DatabaseError, and whoever uses it stays inside this folder.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tracker/types.h"

namespace agent_sessions::tracker::history {

class DatabaseError : public std::runtime_error {
  public:
    DatabaseError(const std::string& what, int code) : std::runtime_error(what), code_(code) {}
    // SQLite's extended result code.
    int code() const noexcept { return code_; }
    // Somebody else holds the lock: worth trying again.
    bool is_busy() const noexcept { return (code_ & 0xff) == SQLITE_BUSY; }
    // The file is no database, or not a sound one.
    bool is_damage() const noexcept {
        return (code_ & 0xff) == SQLITE_CORRUPT || (code_ & 0xff) == SQLITE_NOTADB;
    }
    // What that makes of the history: unusable is what no waiting mends.
    HistoryState state() const noexcept {
        if (is_busy()) {
            return HistoryState::busy;
        }
        const bool is_hopeless = is_damage() || code_ == SQLITE_SCHEMA || code_ == SQLITE_PERM;
        return is_hopeless ? HistoryState::unusable : HistoryState::failing;
    }

  private:
    int code_;
};

// The 16 bytes that tell segments apart, as a blob.
struct SegmentId {
    std::string bytes;
};

// A prepared statement. Parameters and columns are counted from 1 and from 0, as SQLite does.
class Statement {
  public:
    Statement() noexcept = default;
    Statement(sqlite3* database, std::string_view sql);
    ~Statement();
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    // Sets all parameters in order, after a reset. Texts and keys are copied.
    template <typename... Values>
    Statement& with(const Values&... values) {
        reset();
        int index = 0;
        (bind(++index, values), ...);
        return *this;
    }

    void bind(int index, std::nullptr_t);
    void bind(int index, std::int64_t value);
    void bind(int index, std::uint64_t value) { bind(index, static_cast<std::int64_t>(value)); }
    void bind(int index, std::uint32_t value) { bind(index, std::int64_t{value}); }
    void bind(int index, int value) { bind(index, std::int64_t{value}); }
    void bind(int index, WallTime value) { bind(index, std::int64_t{value.time_since_epoch().count()}); }
    void bind(int index, EndReason value) { bind(index, static_cast<std::int64_t>(value)); }
    void bind(int index, std::string_view value);
    void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
    void bind(int index, const char* value) { bind(index, std::string_view(value)); }
    void bind(int index, SessionKey key);  // 16 bytes, big end first: sorts like the ref
    void bind(int index, const SegmentId& segment);
    template <typename T>
    void bind(int index, const std::optional<T>& value) {
        value ? bind(index, *value) : bind(index, nullptr);
    }

    // true: there is a row. REQUIRES: not stepped beyond the last row without a reset.
    bool step();
    // Steps a statement that gives no rows, and resets it.
    void run();
    void reset() noexcept;

    bool is_null(int column) const noexcept;
    std::int64_t integer(int column) const noexcept;
    WallTime instant(int column) const noexcept { return instant_of<WallTime>(integer(column)); }
    std::string text(int column) const;
    SessionKey key(int column) const noexcept;
    std::optional<std::int64_t> integer_or_null(int column) const noexcept;
    std::optional<WallTime> instant_or_null(int column) const noexcept;
    std::optional<std::string> text_or_null(int column) const;

  private:
    [[noreturn]] void fail() const;

    sqlite3_stmt* statement_ = nullptr;
};

enum class OpenMode : std::uint8_t {
    read_write,  // made where it is missing, mode 0600; refused where it belongs to another user
    read_only,   // an existing one
};

class Connection {
  public:
    // `patience`: how long a call waits for another process's lock before it fails with is_busy().
    Connection(const std::string& path, OpenMode mode, std::chrono::milliseconds patience);
    ~Connection();
    Connection(Connection&& other) noexcept;
    Connection& operator=(Connection&& other) noexcept;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // One or more statements whose rows do not matter.
    void execute(const std::string& sql);
    Statement prepare(std::string_view sql) { return Statement(database_, sql); }
    // The single integer that a query gives; 0 where it gives no row.
    std::int64_t integer(std::string_view sql);
    // Rows that the last statement changed.
    std::int64_t changes() const noexcept;
    sqlite3* handle() const noexcept { return database_; }

  private:
    sqlite3* database_ = nullptr;
};

// BEGIN IMMEDIATE … COMMIT; rolls back unless committed.
class WriteTransaction {
  public:
    explicit WriteTransaction(Connection& connection);
    ~WriteTransaction();
    WriteTransaction(const WriteTransaction&) = delete;
    WriteTransaction& operator=(const WriteTransaction&) = delete;

    void commit();

  private:
    Connection& connection_;
    bool is_open_ = true;
};

}  // namespace agent_sessions::tracker::history
