// The database of a zone's history, looked at from outside as an operator would.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace agent_sessions::e2e {

class HistoryFile {
  public:
    explicit HistoryFile(std::filesystem::path path) : path_(std::move(path)) {}

    const std::filesystem::path& path() const { return path_; }

    // "ok", or what SQLite finds wrong. Of a copy, so that what nginx finds at its next start is as it was
    // left.
    std::string integrity() const;
    // What a statement gives as one number; -1 where the database can't be read now.
    std::int64_t number(const std::string& sql) const;
    // Changes the database, as somebody with a shell might. REQUIRES: nginx is stopped, or it has to bear it.
    void execute(const std::string& sql) const;

    struct Session {
        bool ended = false;
        std::int64_t reason = 0;
        std::string by;
    };
    // All sessions, by ref.
    std::map<std::string, Session> sessions() const;
    // Rows that only half tell of an end.
    std::int64_t half_written() const;

  private:
    std::filesystem::path path_;
};

}  // namespace agent_sessions::e2e
