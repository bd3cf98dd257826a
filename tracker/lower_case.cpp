#include "tracker/lower_case.h"

#include <clocale>
#include <cwctype>

namespace agent_sessions::tracker {
namespace {

// Never freed: one per process. Null where the C library brings no C.UTF-8; then only ASCII letters are
// folded.
locale_t utf8_locale() noexcept {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{});
    return locale;
}

}  // namespace

std::uint32_t lower_case(std::uint32_t character) noexcept {
    if (character < 0x80) {
        return character >= 'A' && character <= 'Z' ? character - 'A' + 'a' : character;
    }
    return utf8_locale() == locale_t{} ? character
                                       : towlower_l(static_cast<wint_t>(character), utf8_locale());
}

}  // namespace agent_sessions::tracker
