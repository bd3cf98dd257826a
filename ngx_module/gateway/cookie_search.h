// The look for a cookie, inline for the path of every request. Thread safety: pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace agent_sessions::gateway {

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

// Finds one cookie, Cookie line by Cookie line, as find_cookie() does, but without a look at the value: one
// that find_cookie() calls malformed is `found` here. For a caller that compares the value with one that is
// known to be good. Cost: O(bytes of the lines), no allocation.
class CookieSearch {
  public:
    // `name` must outlive the search.
    explicit CookieSearch(std::string_view name) noexcept : name_(name) {}

    void look_through(std::string_view line) noexcept {
        const char* place = line.data();
        const char* const end = place + line.size();
        while (place != end) {
            if (is_blank(*place)) {
                ++place;
                continue;
            }
            const auto* semicolon =
                static_cast<const char*>(std::memchr(place, ';', static_cast<std::size_t>(end - place)));
            const char* const stop = semicolon != nullptr ? semicolon : end;
            if (begins_with_name(place, stop)) {
                take(place + name_.size(), stop);
            }
            place = semicolon != nullptr ? stop + 1 : end;
        }
    }

    CookieValue result() const noexcept { return result_; }

  private:
    static constexpr bool is_blank(char character) noexcept { return character == ' ' || character == '\t'; }

    static std::uint64_t load_word(const char* bytes) noexcept {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes, sizeof(word));
        return word;
    }

    // Word by word, the last one overlapping the one before: cheaper than a call for names as short as these.
    bool begins_with_name(const char* text, const char* end) const noexcept {
        if (static_cast<std::size_t>(end - text) < name_.size()) {
            return false;
        }
        if (name_.size() < sizeof(std::uint64_t)) {
            return std::memcmp(text, name_.data(), name_.size()) == 0;
        }
        const std::size_t last = name_.size() - sizeof(std::uint64_t);
        for (std::size_t place = 0; place < last; place += sizeof(std::uint64_t)) {
            if (load_word(text + place) != load_word(name_.data() + place)) {
                return false;
            }
        }
        return load_word(text + last) == load_word(name_.data() + last);
    }

    // What follows the name, up to the end of the piece; as browsers write it, or otherwise.
    void take(const char* rest, const char* stop) noexcept {
        if (stop - rest >= 2 && *rest == '=' && !is_blank(rest[1]) && !is_blank(stop[-1])) [[likely]] {
            note({rest + 1, static_cast<std::size_t>(stop - rest - 1)});
        } else {
            take_trimmed(rest, stop);
        }
    }

    [[gnu::noinline]] void take_trimmed(const char* rest, const char* stop) noexcept {
        rest = skip_blanks(rest, stop);
        if (rest == stop || *rest != '=') {
            return;
        }
        rest = skip_blanks(rest + 1, stop);
        while (rest != stop && is_blank(stop[-1])) {
            --stop;
        }
        note({rest, static_cast<std::size_t>(stop - rest)});
    }

    void note(std::string_view value) noexcept {
        if (result_.status == CookieValue::Status::absent) [[likely]] {
            result_ = {CookieValue::Status::found, value};
        } else if (result_.status == CookieValue::Status::conflicting || value != result_.value) {
            result_ = {CookieValue::Status::conflicting, {}};
        }
    }

    static const char* skip_blanks(const char* place, const char* stop) noexcept {
        while (place != stop && is_blank(*place)) {
            ++place;
        }
        return place;
    }

    std::string_view name_;
    CookieValue result_;
};

}  // namespace agent_sessions::gateway
