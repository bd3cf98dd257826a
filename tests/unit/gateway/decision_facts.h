// Requests as the tests of decide() make them up: what each is, and what is known of its cookie.
#pragma once

#include <chrono>
#include <ostream>
#include <string_view>

#include "ngx_module/gateway/decision.h"

namespace agent_sessions::gateway {

inline void PrintTo(Action action, std::ostream* stream) {
    constexpr std::string_view kNames[] = {
        "pass_live",       "pass_live_quiet",      "pass_untracked",   "begin_fresh",     "begin_next",
        "issue_cookie",    "reactivate_by_reload", "await_cookie",     "probe",           "begin_adopted",
        "refuse_required", "refuse_conflict",      "refuse_untracked", "refuse_unjudged", "tell_ended",
        "refuse_ended",    "reactivate_by_mark",   "drop_mark",
    };
    *stream << kNames[static_cast<std::size_t>(action)];
}

using namespace std::chrono_literals;
using tracker::EndReason;
using tracker::Lifetime;
using tracker::Millis;
using tracker::WallTime;
using State = tracker::Found::State;

inline constexpr WallTime kNow{Millis(1'800'000'000'000)};
inline constexpr Lifetime kLifetime{30min, 12h, 30min};

inline constexpr Classified kNavigation{RequestKind::navigation, true, true, true};
inline constexpr Classified kNavigationByItself{RequestKind::navigation, true, true, false};
inline constexpr Classified kNavigationWithoutMetadata{RequestKind::navigation, true, false, false};
inline constexpr Classified kScript{RequestKind::script_call, false, true, false};
inline constexpr Classified kPrefetch{RequestKind::prefetch, true, true, false};
inline constexpr Classified kCrossSitePost{RequestKind::cross_site_post, true, true, true};
inline constexpr Classified kCrossSiteScriptPost{RequestKind::cross_site_post, false, true, false};
inline constexpr Classified kPreflight{RequestKind::preflight, false, true, false};

inline RequestFacts facts_of(const Classified& request) {
    RequestFacts facts;
    facts.now = kNow;
    facts.memory_created = kNow - 24h;
    facts.lifetime = kLifetime;
    facts.request = request;
    switch (request.kind) {
        case RequestKind::cross_site_post:
            facts.method = Method::post;
            break;
        case RequestKind::preflight:
            facts.method = Method::options;
            break;
        default:
            facts.method = Method::get;
    }
    return facts;
}

inline RequestFacts genuine(const Classified& request, State found, EndReason reason = EndReason::none,
                            Millis age = 1min) {
    RequestFacts facts = facts_of(request);
    facts.cookie = CookieState::genuine;
    facts.found = found;
    facts.reason = reason;
    facts.issued = kNow - age;
    return facts;
}

inline RequestFacts ended(const Classified& request, EndReason reason) {
    return genuine(request, State::ended, reason);
}

inline RequestFacts unknown(const Classified& request, Millis age) {
    return genuine(request, State::unknown, EndReason::none, age);
}

inline constexpr Classified kEveryRequest[] = {
    kNavigation, kNavigationByItself, kNavigationWithoutMetadata, kScript,
    kPrefetch,   kCrossSitePost,      kCrossSiteScriptPost,       kPreflight};

inline constexpr bool kFlags[] = {false, true};

}  // namespace agent_sessions::gateway
