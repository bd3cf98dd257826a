#include "admin/json_text.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "admin/text.h"

namespace agent_sessions::admin {
namespace {

constexpr char kFirstByteOfLineSeparators = '\xE2';

}  // namespace

std::string json_text(const boost::json::value& value) {
    // Outside of strings JSON holds none of these characters, so its text can be treated as a whole.
    const std::string plain = valid_text(boost::json::serialize(value));
    std::string text;
    text.reserve(plain.size() + plain.size() / 16);
    for (std::size_t index = 0; index < plain.size(); ++index) {
        const std::string_view rest = std::string_view(plain).substr(index);
        switch (plain[index]) {
            case '<':
                text += "\\u003C";
                break;
            case '>':
                text += "\\u003E";
                break;
            case '&':
                text += "\\u0026";
                break;
            case kFirstByteOfLineSeparators:
                if (rest.starts_with("\xE2\x80\xA8")) {
                    text += "\\u2028";
                    index += 2;
                    break;
                }
                if (rest.starts_with("\xE2\x80\xA9")) {
                    text += "\\u2029";
                    index += 2;
                    break;
                }
                [[fallthrough]];
            default:
                text += plain[index];
        }
    }
    return text;
}

}  // namespace agent_sessions::admin
