#include "ngx_module/renewal.h"

#include <algorithm>
#include <limits>

namespace agent_sessions::ngx {

namespace {

// For as long as the newer cookie could be good it is remembered if its session is closed.
std::uint8_t memory_days(const LocationConfiguration& configuration) noexcept {
    const auto days = std::chrono::ceil<std::chrono::days>(tracker::Millis(configuration.absolute)).count();
    return static_cast<std::uint8_t>(std::min<std::int64_t>(days, std::numeric_limits<std::uint8_t>::max()));
}

void bring(Tracking& tracking, const gateway::Token& token) {
    if (set_cookie(tracking, token)) {
        tracking.state.key = token.key;
    }
}

bool may_bring(const Tracking& tracking) noexcept {
    return tracking.state.set_cookie.empty() && tracking.request.headers_out.status != NGX_HTTP_NOT_MODIFIED;
}

}  // namespace

void renew_cookie(Tracking& tracking) {
    const auto nonce = may_bring(tracking) ? random_source().number() : std::nullopt;
    if (!nonce) {
        return;
    }
    const tracker::SessionKey earlier = tracking.state.key;
    const tracker::Successor promise{true, std::max<std::uint64_t>(*nonce, 1), tracking.now.wall};
    const auto token = tracking.worker.signer.mint_successor(earlier, promise);
    if (!token) {
        return;
    }
    const tracker::Renewal renewal{token->key, promise, memory_days(tracking.configuration)};
    switch (tracking.tracker.renew(tracking.state.handle, earlier, renewal, tracking.now)) {
        case tracker::RekeyResult::rekeyed:
            bring(tracking, *token);
            break;
        case tracker::RekeyResult::taken:
            bring_unseen_cookie(tracking);
            break;
        default:
            break;
    }
}

void bring_unseen_cookie(Tracking& tracking) {
    const tracker::SessionKey earlier = tracking.state.key;
    const tracker::Successor promise =
        may_bring(tracking) ? tracking.tracker.unseen_renewal(earlier) : tracker::Successor{};
    const auto token =
        promise.available ? tracking.worker.signer.mint_successor(earlier, promise) : std::nullopt;
    // It may have been renewed once more since then.
    if (token && tracking.tracker.key_of(tracking.state.handle) == token->key) {
        bring(tracking, *token);
    }
}

}  // namespace agent_sessions::ngx
