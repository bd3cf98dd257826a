// GET health/segment: a look at the whole table, while it is in use.
#include <atomic>

#include "tests/unit/admin/endpoint.h"
#include "tracker/examination.h"
#include "tracker/history/reader.h"

namespace agent_sessions::admin {
namespace {

class SegmentCheck : public Endpoint {
  protected:
    SegmentCheck() {
        history_ = &reader_;
        waits_for_thread_ = true;
        caller_.role = "admin";
        begin();
    }

    // There need be no database.
    tracker::history::Reader reader_{"/nonexistent/floor.db"};
};

TEST_F(SegmentCheck, ASoundTableHasNoFindings) {
    const Response response = get("health/segment");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"status":"sound","findings":[]})");
}

TEST_F(SegmentCheck, WhatIsWrongIsToldInASentence) {
    segment_.layout().totals.live.fetch_add(1);
    const Response response = get("health/segment");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.body,
              R"({"status":"damaged","findings":["the number of live sessions is 2, a recount gives 1"]})");
}

TEST_F(SegmentCheck, WhatOthersChangeMeanwhileIsNoFinding) {
    std::atomic<bool> is_over{false};
    std::thread busy([&] {
        for (std::uint64_t number = 1; !is_over; ++number) {
            const std::string agent = "agent" + std::to_string(number % 50);
            tracker::BeginRequest request;
            request.key = {number, ~number};
            request.account = "alpha";
            request.agent = agent;
            tracker_.begin(request, clock_.now());
            tracker_.end(request.key, {tracker::EndReason::logout, "", ""}, clock_.now());
        }
    });
    for (int looks = 0; looks < 20; ++looks) {
        EXPECT_EQ(tracker::lasting_faults(tracker_), std::vector<std::string>{});
    }
    is_over = true;
    busy.join();
}

TEST_F(SegmentCheck, IsForAdminsOfAllAccounts) {
    caller_.role = "operator";
    EXPECT_EQ(code_of(get("health/segment")), "role_insufficient");
    caller_.role = "admin";
    caller_.accounts = "alpha";
    EXPECT_EQ(get("health/segment").status, 404);
    caller_.accounts = "*";
    EXPECT_EQ(code_of(post("health/segment", "{}")), "method_not_allowed");
    EXPECT_EQ(code_of(get("health/segment?deep=1")), "unknown_parameter");
    history_ = nullptr;
    EXPECT_EQ(code_of(get("health/segment")), "history_unavailable");
}

}  // namespace
}  // namespace agent_sessions::admin
