// Finds one cookie in all Cookie header lines of a request.
// Thread safety: pure. Cost: O(bytes of the lines), no allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace agent_sessions::gateway {

// Longest value that is looked at further, in bytes.
inline constexpr std::size_t kMaxCookieValueBytes = 512;

struct CookieValue {
    enum class Status : std::uint8_t {
        absent,
        found,        // one value; or several times the same
        conflicting,  // several values that differ: nobody can say which one the application would take
        malformed,  // ours by name, but empty, over-long or with bytes outside cookie-octet (RFC 6265 4.1.1)
    };
    Status status = Status::absent;
    std::string_view value;  // with `found` only; points into the lines
};

// Splits on `;` only, trims spaces and tabs, compares the name byte for byte. A piece without `=` has no
// name, and a piece whose name is empty is nobody's. Quotes are not taken off: a quoted value is malformed,
// as is one that a comma joins to something else. REQUIRES: name is a token (RFC 9110 5.6.2), so not empty.
CookieValue find_cookie(std::span<const std::string_view> lines, std::string_view name,
                        std::size_t max_value_bytes = kMaxCookieValueBytes) noexcept;

// The same line by line, and without a look at the value: one that find_cookie() calls malformed is `found`
// here. For a caller that compares the value with one that is known to be good.
class CookieSearch {
  public:
    // `name` must outlive the search.
    explicit CookieSearch(std::string_view name) noexcept : name_(name) {}

    void look_through(std::string_view line) noexcept;
    CookieValue result() const noexcept { return result_; }

  private:
    void take(std::string_view value) noexcept;

    std::string_view name_;
    CookieValue result_;
};

}  // namespace agent_sessions::gateway
