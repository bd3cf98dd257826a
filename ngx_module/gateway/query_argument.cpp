#include "ngx_module/gateway/query_argument.h"

#include <algorithm>

namespace agent_sessions::gateway {

namespace {

constexpr char to_lower(char character) noexcept {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool is_called(std::string_view argument, std::string_view name) noexcept {
    if (argument.size() <= name.size() || argument[name.size()] != '=') {
        return false;
    }
    return argument.starts_with(name) ||
           std::equal(name.begin(), name.end(), argument.begin(),
                      [](char wanted, char found) { return wanted == to_lower(found); });
}

}  // namespace

std::string_view find_argument(std::string_view query, std::string_view name) noexcept {
    while (!query.empty()) {
        const std::string_view argument = query.substr(0, query.find('&'));
        if (is_called(argument, name)) {
            return argument.substr(name.size() + 1);
        }
        query.remove_prefix(std::min(query.size(), argument.size() + 1));
    }
    return {};
}

}  // namespace agent_sessions::gateway
