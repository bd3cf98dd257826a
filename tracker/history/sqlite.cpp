#include "tracker/history/sqlite.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace agent_sessions::tracker::history {
namespace {

constexpr std::size_t kKeyBytes = 16;

std::string describe(int error) {
    return " (" + std::to_string(error) + ": " + std::strerror(error) + ")";
}

// What the system said tells an operator more than "disk I/O error".
std::string system_error_of(sqlite3* database) {
    const int code = sqlite3_errcode(database) & 0xff;
    const int error = code == SQLITE_IOERR || code == SQLITE_CANTOPEN ? sqlite3_system_errno(database) : 0;
    return error == 0 ? std::string() : describe(error);
}

[[noreturn]] void fail_with(sqlite3* database, const char* what) {
    throw DatabaseError(std::string(what) + ": " + sqlite3_errmsg(database) + system_error_of(database),
                        sqlite3_extended_errcode(database));
}

void store_big_endian(std::uint64_t value, std::uint8_t* bytes) noexcept {
    for (int index = 7; index >= 0; --index) {
        bytes[index] = static_cast<std::uint8_t>(value);
        value >>= 8;
    }
}

std::uint64_t load_big_endian(const std::uint8_t* bytes) noexcept {
    std::uint64_t value = 0;
    for (int index = 0; index < 8; ++index) {
        value = value << 8 | bytes[index];
    }
    return value;
}

// A file of somebody else's, or no file, is not what was left here.
void refuse_foreign_file(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        return;
    }
    if (!S_ISREG(status.st_mode)) {
        throw DatabaseError("it is not a regular file", SQLITE_PERM);
    }
    if (status.st_uid != ::geteuid()) {
        throw DatabaseError("it belongs to user " + std::to_string(status.st_uid) +
                                ", but the workers run as user " + std::to_string(::geteuid()),
                            SQLITE_PERM);
    }
}

// SQLite itself would make the file with the umask's rights; its journals take over those of the file. One
// that exists is not opened here: closing it again would drop the locks that this process's connections hold
// on it, and then whoever closes the database next removes the log under them.
void make_private_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST) {
        return;
    }
    if (file < 0) {
        const int error = errno;
        throw DatabaseError("open() failed" + describe(error),
                            error == ENOSPC ? SQLITE_FULL : SQLITE_CANTOPEN);
    }
    ::close(file);
}

}  // namespace

Statement::Statement(sqlite3* database, std::string_view sql) {
    if (sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()), 0, &statement_, nullptr) !=
        SQLITE_OK) {
        fail_with(database, "a statement cannot be prepared");
    }
}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

Statement::Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    std::swap(statement_, other.statement_);
    return *this;
}

void Statement::fail() const {
    fail_with(sqlite3_db_handle(statement_), "a statement failed");
}

void Statement::bind(int index, std::nullptr_t) {
    if (sqlite3_bind_null(statement_, index) != SQLITE_OK) {
        fail();
    }
}

void Statement::bind(int index, std::int64_t value) {
    if (sqlite3_bind_int64(statement_, index, value) != SQLITE_OK) {
        fail();
    }
}

void Statement::bind(int index, std::string_view value) {
    // A null pointer would bind NULL, not an empty text.
    const char* bytes = value.empty() ? "" : value.data();
    if (sqlite3_bind_text(statement_, index, bytes, static_cast<int>(value.size()), SQLITE_TRANSIENT) !=
        SQLITE_OK) {
        fail();
    }
}

void Statement::bind(int index, SessionKey key) {
    std::array<std::uint8_t, kKeyBytes> bytes{};
    store_big_endian(key.high, bytes.data());
    store_big_endian(key.low, bytes.data() + 8);
    if (sqlite3_bind_blob(statement_, index, bytes.data(), kKeyBytes, SQLITE_TRANSIENT) != SQLITE_OK) {
        fail();
    }
}

void Statement::bind(int index, const SegmentId& segment) {
    if (sqlite3_bind_blob(statement_, index, segment.bytes.data(), static_cast<int>(segment.bytes.size()),
                          SQLITE_TRANSIENT) != SQLITE_OK) {
        fail();
    }
}

bool Statement::step() {
    switch (sqlite3_step(statement_)) {
        case SQLITE_ROW:
            return true;
        case SQLITE_DONE:
            return false;
        default:
            fail();
    }
}

void Statement::run() {
    while (step()) {
    }
    reset();
}

void Statement::reset() noexcept {
    sqlite3_reset(statement_);
}

bool Statement::is_null(int column) const noexcept {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const noexcept {
    return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return bytes == nullptr ? std::string() : std::string(bytes, size);
}

SessionKey Statement::key(int column) const noexcept {
    const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    if (bytes == nullptr || sqlite3_column_bytes(statement_, column) != static_cast<int>(kKeyBytes)) {
        return {};
    }
    return {load_big_endian(bytes), load_big_endian(bytes + 8)};
}

std::optional<std::int64_t> Statement::integer_or_null(int column) const noexcept {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<WallTime> Statement::instant_or_null(int column) const noexcept {
    return is_null(column) ? std::nullopt : std::optional(instant(column));
}

std::optional<std::string> Statement::text_or_null(int column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
}

Connection::Connection(const std::string& path, OpenMode mode, std::chrono::milliseconds patience) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READONLY;
    if (mode == OpenMode::read_write) {
        refuse_foreign_file(path);
        make_private_file(path);
        flags = (flags & ~SQLITE_OPEN_READONLY) | SQLITE_OPEN_READWRITE;
    }
    if (sqlite3_open_v2(path.c_str(), &database_, flags, nullptr) != SQLITE_OK) {
        const std::string reason = database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_);
        const int code = database_ == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(database_);
        sqlite3_close(std::exchange(database_, nullptr));
        throw DatabaseError("it cannot be opened: " + reason, code);
    }
    // SQLite opens for reading what it may not open for writing.
    if (mode == OpenMode::read_write && sqlite3_db_readonly(database_, "main") == 1) {
        sqlite3_close(std::exchange(database_, nullptr));
        throw DatabaseError("it may not be written", SQLITE_READONLY);
    }
    sqlite3_busy_timeout(database_, static_cast<int>(patience.count()));
}

Connection::~Connection() {
    sqlite3_close_v2(database_);
}

Connection::Connection(Connection&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
    std::swap(database_, other.database_);
    return *this;
}

void Connection::execute(const std::string& sql) {
    if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail_with(database_, "a statement failed");
    }
}

std::int64_t Connection::integer(std::string_view sql) {
    Statement query = prepare(sql);
    return query.step() ? query.integer(0) : 0;
}

std::int64_t Connection::changes() const noexcept {
    return sqlite3_changes64(database_);
}

WriteTransaction::WriteTransaction(Connection& connection) : connection_(connection) {
    connection_.execute("BEGIN IMMEDIATE");
}

WriteTransaction::~WriteTransaction() {
    // After some errors SQLite has rolled back by itself already.
    if (is_open_ && sqlite3_get_autocommit(connection_.handle()) == 0) {
        sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

void WriteTransaction::commit() {
    connection_.execute("COMMIT");
    is_open_ = false;
}

}  // namespace agent_sessions::tracker::history
