// The conditions of a filter in words, for the audit: agent "ada", label none, …
//
// What people wrote stands between quotation marks, its own doubled. Where there is no room for all, the
// longest values are left out as a whole ("…"): an erasure would not find a part of a name. Thread safety:
// values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent_sessions::admin {

class FilterDescription {
  public:
    void add(std::string words) { conditions_.push_back({std::move(words), {}}); }
    // `none` stands for an empty value. No value, no condition.
    void add(std::string_view name, const std::optional<std::string>& value, std::string_view none);

    // In at most so many bytes, as long as names and words alone have room there.
    std::string text(std::size_t most);

  private:
    struct Condition {
        std::string words;
        std::string value;
    };

    std::string joined() const;

    std::vector<Condition> conditions_;
};

}  // namespace agent_sessions::admin
