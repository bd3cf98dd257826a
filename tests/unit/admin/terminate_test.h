// Sessions and what becomes of them where an admin ends them through the API.
#pragma once

#include <algorithm>

#include "tests/unit/admin/endpoint.h"

namespace agent_sessions::admin {

class TerminateTest : public Endpoint {
  protected:
    int live() { return static_cast<int>(tracker_.overall_usage().current); }

    static Results results_of(const Response& response) {
        Results results = Endpoint::results_of(response);
        const bool nothing_ended = std::find(results.begin(), results.end(), "terminated") == results.end();
        EXPECT_TRUE(nothing_ended || !json_of(response).at("durable").as_bool())
            << "nobody writes a history here";
        return results;
    }

    static void expect_ended(const Response& response, int ended, int already_gone = 0) {
        EXPECT_EQ(response.status, 200) << response.body;
        const boost::json::object answer = json_of(response);
        EXPECT_EQ(answer.at("ended").to_number<int>(), ended);
        EXPECT_EQ(answer.at("already_gone").to_number<int>(), already_gone);
        EXPECT_FALSE(answer.at("durable").as_bool());
    }
};

}  // namespace agent_sessions::admin
