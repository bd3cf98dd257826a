#include "tracker/name_removal.h"

#include <algorithm>

namespace agent_sessions::tracker {
namespace {

// Of every script: a byte of a longer character counts as a letter.
bool is_letter(char byte) noexcept {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           byte == '_' || static_cast<unsigned char>(byte) >= 0x80;
}

// Does a word go on between these two?
bool joins(char left, char right) noexcept {
    return is_letter(left) && is_letter(right);
}

char ascii_lower(char byte) noexcept {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

bool equal_in_any_case(std::string_view left, std::string_view right) noexcept {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char one, char other) { return ascii_lower(one) == ascii_lower(other); });
}

std::size_t find_mention(std::string_view text, std::string_view name, std::size_t from) noexcept {
    if (name.empty()) {
        return std::string_view::npos;
    }
    for (std::size_t at = from; at + name.size() <= text.size(); ++at) {
        if (!equal_in_any_case(text.substr(at, name.size()), name)) {
            continue;
        }
        const std::size_t end = at + name.size();
        if ((at == 0 || !joins(text[at - 1], text[at])) &&
            (end == text.size() || !joins(text[end - 1], text[end]))) {
            return at;
        }
    }
    return std::string_view::npos;
}

// Writes as much as there is room for.
class BoundedText {
  public:
    explicit BoundedText(std::span<char> room) noexcept : room_(room) {}

    void append(std::string_view text) noexcept {
        const std::string_view kept = text.substr(0, room_.size() - size_);
        std::copy(kept.begin(), kept.end(), room_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += kept.size();
        is_cut_ = is_cut_ || kept.size() < text.size();
    }

    std::string_view view() const noexcept {
        std::string_view text(room_.data(), size_);
        return is_cut_ ? text.substr(0, last_boundary(text)) : text;
    }

  private:
    static std::size_t last_boundary(std::string_view text) noexcept {
        std::size_t end = text.size();
        while (end > 0 && (static_cast<unsigned char>(text[end - 1]) & 0xc0U) == 0x80) {
            --end;
        }
        // What stands before is a lead byte, whose character may be cut, or ASCII.
        return end > 0 && static_cast<unsigned char>(text[end - 1]) >= 0xc0 ? end - 1 : end;
    }

    std::span<char> room_;
    std::size_t size_ = 0;
    bool is_cut_ = false;
};

}  // namespace

bool mentions(std::string_view text, std::string_view name) noexcept {
    return find_mention(text, name, 0) != std::string_view::npos;
}

std::string_view replace_mentions(std::string_view text, std::string_view name, std::string_view pseudonym,
                                  std::span<char> room) noexcept {
    BoundedText result(room);
    std::size_t from = 0;
    for (std::size_t at = find_mention(text, name, 0); at != std::string_view::npos;
         at = find_mention(text, name, from)) {
        result.append(text.substr(from, at - from));
        result.append(pseudonym);
        from = at + name.size();
    }
    result.append(text.substr(from));
    return result.view();
}

}  // namespace agent_sessions::tracker
