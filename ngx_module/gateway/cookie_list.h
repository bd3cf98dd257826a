// The cookies of one Cookie header line, one by one, and the line without some of them.
// Source: as CookieSearch (split on `;` only, spaces and tabs around name and value are not theirs).
// Thread safety: pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace agent_sessions::gateway {

struct Cookie {
    std::string_view name;
    std::string_view value;  // as sent: with quotes, where it has them
};

// Walks over the pieces of a line; a piece without `=`, or with an empty name, is no cookie.
class CookieList {
  public:
    // `line` must outlive the list.
    explicit CookieList(std::string_view line) noexcept : line_(line) {}

    // nullopt = there is no more.
    std::optional<Cookie> next() noexcept;

    // The piece that next() gave last: from its first byte to the semicolon behind it.
    std::size_t piece_begin() const noexcept { return begin_; }
    std::size_t piece_end() const noexcept { return end_; }

  private:
    std::string_view line_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool is_started_ = false;
};

// The line without the cookies that `is_unwanted` says; what stays, stays byte for byte. Throws
// std::bad_alloc.
template <typename Predicate>
std::string without_cookies(std::string_view line, Predicate is_unwanted) {
    std::string kept;
    kept.reserve(line.size());
    std::size_t copied = 0;
    CookieList cookies(line);
    while (const auto cookie = cookies.next()) {
        if (is_unwanted(*cookie)) {
            kept += line.substr(copied, cookies.piece_begin() - copied);
            copied = cookies.piece_end() < line.size() ? cookies.piece_end() + 1 : line.size();
        }
    }
    if (copied == 0) {
        return std::string(line);
    }
    kept += line.substr(copied);
    // The first cookie has no blank before it, the last one no semicolon behind it.
    constexpr std::string_view kBlanks = " \t";
    const std::size_t first = kept.find_first_not_of(kBlanks);
    const std::size_t last = kept.find_last_not_of(" \t;");
    if (first == std::string::npos || last == std::string::npos) {
        return {};
    }
    const bool is_cut_behind = copied == line.size();
    return kept.substr(first, (is_cut_behind ? last + 1 : kept.size()) - first);
}

}  // namespace agent_sessions::gateway
