#include "ngx_module/gateway/cookie_list.h"

namespace agent_sessions::gateway {

namespace {

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view kBlanks = " \t";
    const std::size_t first = text.find_first_not_of(kBlanks);
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

std::optional<Cookie> CookieList::next() noexcept {
    for (;;) {
        begin_ = is_started_ ? end_ + 1 : 0;
        is_started_ = true;
        if (begin_ >= line_.size()) {
            end_ = line_.size();
            return std::nullopt;
        }
        end_ = line_.find(';', begin_);
        if (end_ == std::string_view::npos) {
            end_ = line_.size();
        }
        const std::string_view piece = line_.substr(begin_, end_ - begin_);
        const std::size_t equals = piece.find('=');
        if (equals == std::string_view::npos) {
            continue;
        }
        const std::string_view name = trimmed(piece.substr(0, equals));
        if (!name.empty()) {
            return Cookie{name, trimmed(piece.substr(equals + 1))};
        }
    }
}

}  // namespace agent_sessions::gateway
