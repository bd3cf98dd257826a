// Names come from requests, so any bytes are possible. They are kept as they are shown: whoever searches,
// ends or erases by a name that a list shows means exactly that.
#pragma once

#include <array>
#include <string_view>

namespace agent_sessions::tracker {

// A text with U+FFFD in place of whatever is not UTF-8; cut at 512 bytes where something is replaced. Views
// the text itself where it is valid, so it must live as long. Thread safety: value. Cost: O(bytes).
class ValidUtf8 {
  public:
    explicit ValidUtf8(std::string_view text) noexcept;
    ValidUtf8(const ValidUtf8&) = delete;
    ValidUtf8& operator=(const ValidUtf8&) = delete;

    std::string_view view() const noexcept { return view_; }

  private:
    std::array<char, 512> room_;
    std::string_view view_;
};

}  // namespace agent_sessions::tracker
