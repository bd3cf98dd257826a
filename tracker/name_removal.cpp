#include "tracker/name_removal.h"

#include <algorithm>
#include <boost/nowide/utf/utf.hpp>
#include <optional>

#include "tracker/lower_case.h"

namespace agent_sessions::tracker {
namespace {

namespace utf = boost::nowide::utf;

// Above every character.
constexpr std::uint32_t kNoCharacter = 0x8000'0000;

constexpr char kQuote = '"';
constexpr std::string_view kLeftOut = "\u2026";

struct Extent {
    std::size_t begin;
    std::size_t end;
};

// Of every script: a byte of a longer character counts as a letter.
bool is_letter(char byte) noexcept {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           byte == '_' || static_cast<unsigned char>(byte) >= 0x80;
}

// Does a word go on between these two?
bool joins(char left, char right) noexcept {
    return is_letter(left) && is_letter(right);
}

// The character at the place, which moves behind it, in lower case. A byte of none is one for itself.
std::uint32_t next_lower(const char*& place, const char* end) noexcept {
    const char* next = place;
    const utf::code_point point = utf::utf_traits<char>::decode(next, end);
    if (point == utf::illegal || point == utf::incomplete) {
        return kNoCharacter | static_cast<unsigned char>(*place++);
    }
    place = next;
    return lower_case(point);
}

// The next value between quotation marks. Its own are doubled (RFC 4180). One that is not is taken for a part
// of the value unless a comma or nothing follows: better a word of ours changed than a name left.
Extent next_value(std::string_view text, std::size_t from) noexcept {
    const std::size_t begin = std::min(text.find(kQuote, from), text.size() - 1) + 1;
    for (std::size_t at = begin; at < text.size(); ++at) {
        const std::string_view behind = text.substr(at + 1);
        if (text[at] != kQuote) {
            continue;
        }
        if (behind.empty() || behind.starts_with(", ")) {
            return {begin, at};
        }
        at += behind.front() == kQuote ? 1 : 0;
    }
    return {begin, text.size()};
}

// Goes from one mention to the next. REQUIRES: neither text nor name empty.
class Mentions {
  public:
    Mentions(std::string_view text, std::string_view name, Within within) noexcept
        : text_(text), name_(name), within_(within) {
        enter(within == Within::text ? Extent{0, text.size()} : next_value(text, 0));
    }

    std::optional<Extent> next() noexcept {
        while (at_ < text_.size()) {
            for (; at_ < value_.end; ++at_) {
                const Extent found{at_, behind_name(at_)};
                if (found.end != found.begin && is_word(found)) {
                    at_ = found.end;
                    return found;
                }
            }
            skip_value();
        }
        return std::nullopt;
    }

    // In quotes: the value that holds the latest mention.
    Extent value() const noexcept { return value_; }
    void skip_value() noexcept {
        enter(within_ == Within::text ? Extent{text_.size(), text_.size()}
                                      : next_value(text_, value_.end + 1));
    }

  private:
    void enter(Extent value) noexcept {
        value_ = value;
        at_ = value.begin;
    }

    // Where the name ends that begins there; `begin` where none does.
    std::size_t behind_name(std::size_t begin) const noexcept {
        const char* place = text_.data() + begin;
        const char* const end = text_.data() + value_.end;
        const char* wanted = name_.data();
        const char* const wanted_end = wanted + name_.size();
        while (wanted != wanted_end) {
            if (place == end || next_read(place, end) != next_lower(wanted, wanted_end)) {
                return begin;
            }
        }
        return static_cast<std::size_t>(place - text_.data());
    }

    std::uint32_t next_read(const char*& place, const char* end) const noexcept {
        const std::uint32_t character = next_lower(place, end);
        if (within_ == Within::quotes && character == kQuote && place != end && *place == kQuote) {
            ++place;
        }
        return character;
    }

    bool is_word(Extent found) const noexcept {
        return (found.begin == 0 || !joins(text_[found.begin - 1], text_[found.begin])) &&
               (found.end == text_.size() || !joins(text_[found.end - 1], text_[found.end]));
    }

    std::string_view text_;
    std::string_view name_;
    Within within_;
    Extent value_{};
    std::size_t at_ = 0;
};

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

    bool is_cut() const noexcept { return is_cut_; }
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

// Takes no more room than the text did: the shortest value is a letter and its quotation marks.
std::string_view leave_out_values(std::string_view text, Mentions mentions, std::span<char> room) noexcept {
    BoundedText result(room);
    std::size_t from = 0;
    for (; mentions.next(); mentions.skip_value()) {
        result.append(text.substr(from, mentions.value().begin - 1 - from));
        result.append(kLeftOut);
        from = std::min(mentions.value().end + 1, text.size());
    }
    result.append(text.substr(from));
    return result.view();
}

}  // namespace

bool mentions(std::string_view text, std::string_view name, Within within) noexcept {
    return !text.empty() && !name.empty() && Mentions(text, name, within).next();
}

std::string_view replace_mentions(std::string_view text, std::string_view name, std::string_view pseudonym,
                                  std::span<char> room, Within within) noexcept {
    BoundedText result(room);
    std::size_t from = 0;
    if (!text.empty() && !name.empty()) {
        Mentions mentions(text, name, within);
        while (const std::optional<Extent> mention = mentions.next()) {
            result.append(text.substr(from, mention->begin - from));
            result.append(pseudonym);
            from = mention->end;
        }
    }
    result.append(text.substr(from));
    // A value that is cut could hold a part of another name, which no erasure would find.
    return result.is_cut() && within == Within::quotes && from != 0
               ? leave_out_values(text, Mentions(text, name, within), room)
               : result.view();
}

}  // namespace agent_sessions::tracker
