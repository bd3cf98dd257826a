// text.h: how a text reads and compares without regard to case.
#include <array>

#include "admin/text.h"
#include "admin/text_words.h"

namespace agent_sessions::admin {
namespace {

// A multiple of kWord: texts up to here are folded without a string of their own.
constexpr std::size_t kShortText = 128;

// A short ASCII text, folded, with a word of zeros behind it.
class ShortText {
  public:
    // false: it is longer, or not ASCII.
    bool fold(std::string_view text) noexcept {
        if (text.size() > kShortText) {
            return false;
        }
        size_ = text.size();
        std::uint64_t seen = 0;
        char* out = bytes_.data();
        for (; !text.empty(); text = behind_first_word(text), out += kWord) {
            const std::uint64_t word = first_word(text);
            seen |= word;
            store(out, lower_word(word));
        }
        store(out, 0);
        return (seen & kHighBits) == 0;
    }

    // REQUIRES: part not empty.
    bool contains(std::string_view part) const noexcept {
        const std::uint64_t first = each_byte(part[0]);
        const std::uint64_t second = part.size() > 1 ? each_byte(part[1]) : 0;
        for (std::size_t at = 0; at + part.size() <= size_; at += kWord) {
            std::uint64_t other = load_part<std::uint64_t>(bytes_.data() + at) ^ first;
            if (part.size() > 1) {
                other |= load_part<std::uint64_t>(bytes_.data() + at + 1) ^ second;
            }
            for (std::uint64_t found = zero_bytes(other); found != 0; found &= found - 1) {
                if (is_at(at + static_cast<std::size_t>(std::countr_zero(found)) / 8, part)) {
                    return true;
                }
            }
        }
        return false;
    }

  private:
    static void store(char* out, std::uint64_t word) noexcept { std::memcpy(out, &word, sizeof(word)); }

    bool is_at(std::size_t place, std::string_view part) const noexcept {
        return place + part.size() <= size_ &&
               (part.size() <= 2 || std::memcmp(bytes_.data() + place, part.data(), part.size()) == 0);
    }

    std::array<char, kShortText + kWord> bytes_;
    std::size_t size_ = 0;
};

// Bytes that come first count most.
std::uint64_t in_order(std::uint64_t word) noexcept {
    return __builtin_bswap64(word);
}

}  // namespace

bool reads_as(std::string_view text, std::string_view valid) {
    // Equal bytes are valid ones; others only become equal where something is replaced.
    return text == valid || (!is_ascii(text) && valid_text(text) == valid);
}

bool contains_folded(std::string_view text, std::string_view part) {
    if (part.empty()) {
        return true;
    }
    ShortText short_text;
    return short_text.fold(text) ? short_text.contains(part) : folded(text).find(part) != std::string::npos;
}

int compare_folded(std::string_view text, std::string_view other) {
    if (!is_ascii(text)) {
        return folded(text).compare(other);
    }
    std::string_view mine = text;
    std::string_view its = other;
    for (; !mine.empty() && !its.empty(); mine = behind_first_word(mine), its = behind_first_word(its)) {
        const std::uint64_t left = in_order(lower_word(first_word(mine)));
        const std::uint64_t right = in_order(first_word(its));
        if (left != right) {
            return left < right ? -1 : 1;
        }
    }
    return (text.size() > other.size() ? 1 : 0) - (text.size() < other.size() ? 1 : 0);
}

}  // namespace agent_sessions::admin
