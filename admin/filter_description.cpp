#include "admin/filter_description.h"

#include <algorithm>

namespace agent_sessions::admin {
namespace {

constexpr std::string_view kLeftOut = "\u2026";

std::string quoted(std::string_view value) {
    std::string text = "\"";
    for (const char character : value) {
        text.append(character == '"' ? 2 : 1, character);
    }
    return text + '"';
}

}  // namespace

void FilterDescription::add(std::string_view name, const std::optional<std::string>& value,
                            std::string_view none) {
    if (value) {
        conditions_.push_back({std::string(name) + ' ', value->empty() ? std::string(none) : quoted(*value)});
    }
}

std::string FilterDescription::text(std::size_t most) {
    std::string all = joined();
    while (all.size() > most) {
        const auto longest = std::max_element(conditions_.begin(), conditions_.end(),
                                              [](const Condition& left, const Condition& right) {
                                                  return left.value.size() < right.value.size();
                                              });
        if (longest->value.size() <= kLeftOut.size()) {
            break;
        }
        longest->value = kLeftOut;
        all = joined();
    }
    return all;
}

std::string FilterDescription::joined() const {
    std::string all;
    for (const auto& [words, value] : conditions_) {
        all += all.empty() ? "" : ", ";
        all += words;
        all += value;
    }
    return all;
}

}  // namespace agent_sessions::admin
