#include "ngx_module/gateway/adopted_value.h"

namespace agent_sessions::gateway {

namespace {

constexpr int hex_digit(char character) noexcept {
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    if (character >= 'a' && character <= 'f') {
        return character - 'a' + 10;
    }
    return character >= 'A' && character <= 'F' ? character - 'A' + 10 : -1;
}

}  // namespace

std::string_view plain_cookie_value(std::string_view value, std::span<char> plain) noexcept {
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
    }
    std::size_t size = 0;
    for (std::size_t place = 0; place < value.size(); ++place) {
        const int high = value[place] == '%' && place + 2 < value.size() ? hex_digit(value[place + 1]) : -1;
        const int low = high >= 0 ? hex_digit(value[place + 2]) : -1;
        if (low >= 0) {
            plain[size++] = static_cast<char>(high << 4 | low);
            place += 2;
        } else {
            plain[size++] = value[place];
        }
    }
    return {plain.data(), size};
}

}  // namespace agent_sessions::gateway
