// The input of a fuzz target, taken piece by piece. Text comes in lines, so that a corpus can be read and
// written with an editor. An input that is at its end goes on with nothing and zeros.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace agent_sessions::fuzz {

class Input {
  public:
    Input(const std::uint8_t* bytes, std::size_t size) : rest_(reinterpret_cast<const char*>(bytes), size) {}

    bool is_empty() const { return rest_.empty(); }
    std::string_view rest() const { return rest_; }

    // Up to the next line feed, which is left out.
    std::string_view line() {
        const std::string_view line = rest_.substr(0, rest_.find('\n'));
        rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
        return line;
    }

    std::string_view bytes(std::size_t size) {
        const std::string_view bytes = rest_.substr(0, size);
        rest_.remove_prefix(bytes.size());
        return bytes;
    }

    // Little endian.
    template <typename Number>
    Number number() {
        static_assert(std::is_integral_v<Number>);
        const std::string_view taken = bytes(sizeof(Number));
        Number number{};
        if (!taken.empty()) {
            std::memcpy(&number, taken.data(), taken.size());
        }
        return number;
    }

  private:
    std::string_view rest_;
};

}  // namespace agent_sessions::fuzz
