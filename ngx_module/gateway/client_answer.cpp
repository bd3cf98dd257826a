#include "ngx_module/gateway/client_answer.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "ngx_module/gateway/text.h"

namespace agent_sessions::gateway {

namespace {

void append_seconds(std::string& json, std::string_view name, tracker::Millis time) {
    json += ",\"";
    json += name;
    json += "\":";
    json += std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

void append_ending(std::string& json, const ClientEnding& ending) {
    json += R"(,"ending":{"in":)";
    json +=
        ending.left
            ? std::to_string(
                  std::chrono::ceil<std::chrono::seconds>(std::max(*ending.left, tracker::Millis{0})).count())
            : "null";
    json += R"(,"message":)";
    if (ending.message.empty()) {
        json += "null";
    } else {
        append_json(json, ending.message);
    }
    json += '}';
}

Answer make_answer(std::string json, const ClientTimes& times) {
    append_seconds(json, "heartbeat", times.heartbeat);
    append_seconds(json, "warn", times.warn);
    json += '}';
    Answer answer;
    answer.status = 200;
    answer.headers = {
        {"Content-Type", "application/json"},
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
    };
    answer.body = std::move(json);
    return answer;
}

}  // namespace

Answer live_client_answer(const tracker::TimeLeft& left, const ClientTimes& times,
                          const std::optional<ClientEnding>& ending) {
    std::string json = R"({"state":"active")";
    append_seconds(json, "idle_in", left.idle);
    append_seconds(json, "ends_in", left.absolute);
    if (ending) {
        append_ending(json, *ending);
    }
    return make_answer(std::move(json), times);
}

Answer no_session_client_answer(const ClientTimes& times) {
    return make_answer(R"({"state":"none")", times);
}

Answer client_refusal_answer(ClientRefusal refusal, std::string_view detail) {
    const auto answer = [&](int status, std::string_view code, std::string_view title,
                            std::string_view usual) {
        return problem_answer(status, code, title, detail.empty() ? usual : detail);
    };
    switch (refusal) {
        case ClientRefusal::origin_not_allowed:
            return answer(
                403, "origin_not_allowed", "This origin is not allowed",
                "Pages of other sites may use this location where the operator names their origin.");
        case ClientRefusal::method_not_allowed:
            return answer(405, "method_not_allowed", "This method does not work here",
                          "GET answers the script, POST takes what it sends.");
        case ClientRefusal::body_too_large:
            return answer(413, "body_too_large", "The body is too large", "A body of up to 64 KiB is taken.");
        case ClientRefusal::invalid_beacon:
            break;
    }
    return answer(400, "invalid_beacon", "The body cannot be understood",
                  "The body is not what the script sends.");
}

}  // namespace agent_sessions::gateway
