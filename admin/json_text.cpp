#include "admin/json_text.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "admin/text.h"

namespace agent_sessions::admin {
namespace {

struct Escape {
    std::string_view text;
    std::string_view escaped;
};

constexpr std::array kEscapes{
    Escape{"<", "\\u003C"},
    Escape{">", "\\u003E"},
    Escape{"&", "\\u0026"},
    Escape{"\xE2\x80\xA8", "\\u2028"},
    Escape{"\xE2\x80\xA9", "\\u2029"},
};

bool may_begin_escape(char letter) {
    return letter == '<' || letter == '>' || letter == '&' || letter == '\xE2';
}

}  // namespace

std::string json_text(const boost::json::value& value) {
    // Outside of strings JSON holds none of these characters, so its text can be treated as a whole.
    const std::string plain = valid_text(boost::json::serialize(value));
    std::string text;
    text.reserve(plain.size() + plain.size() / 16);
    std::string_view rest = plain;
    while (!rest.empty()) {
        const auto plain_end = std::find_if(rest.begin(), rest.end(), may_begin_escape);
        text.append(rest.begin(), plain_end);
        rest.remove_prefix(static_cast<std::size_t>(plain_end - rest.begin()));
        const auto escape = std::find_if(kEscapes.begin(), kEscapes.end(),
                                         [rest](const Escape& each) { return rest.starts_with(each.text); });
        if (escape != kEscapes.end()) {
            text += escape->escaped;
            rest.remove_prefix(escape->text.size());
        } else if (!rest.empty()) {
            text += rest.front();
            rest.remove_prefix(1);
        }
    }
    return text;
}

}  // namespace agent_sessions::admin
