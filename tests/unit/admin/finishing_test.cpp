#include <thread>

#include "tests/unit/admin/endpoint.h"
#include "tracker/memory/zone_lock.h"

namespace agent_sessions::admin {
namespace {

using namespace std::chrono_literals;

class FinishingTest : public Endpoint {
  protected:
    // With one open interaction.
    tracker::SessionKey busy_session(const NewSession& session = {.agent = "bob"}) {
        const tracker::SessionKey key = begin(session);
        tracker_.open_instance(handle_of(key), "Billing", "1", clock_.now());
        return key;
    }
    void close(tracker::SessionKey key) {
        tracker_.close_instance(handle_of(key), "Billing", "1", clock_.now());
    }
    Response let_finish(const std::string& refs, const std::string& members = R"("when":"finished")") {
        return terminate("{\"refs\":[" + refs + "]," + members + "}");
    }
    Response keep(const std::string& refs) {
        return post("api/1/sessions/keep", "{\"refs\":[" + refs + "]}");
    }

    boost::json::object shown(tracker::SessionKey key) {
        return get_json("api/1/sessions/" + tracker::to_ref(key));
    }
    static std::string pointer_of(const Response& response) {
        return std::string(
            json_of(response).at("errors").as_array().at(0).as_object().at("pointer").as_string());
    }
};

TEST_F(FinishingTest, ASessionWithSomethingOpenIsEndingAndGoesOn) {
    const tracker::SessionKey key = busy_session();
    const Response response =
        let_finish(quoted(key), R"("when":"finished","in":"5m","message":"At noon.","reason":"update")");
    EXPECT_EQ(results_of(response), Results{"ending"});
    EXPECT_TRUE(is_live(key));
    const boost::json::object session = shown(key);
    EXPECT_EQ(session.at("state"), "ending");
    EXPECT_EQ(session.at("ending"), (boost::json::object{{"since", "2026-03-03T12:00:00.000Z"},
                                                         {"until", "2026-03-03T12:05:00.000Z"},
                                                         {"by", "ada"},
                                                         {"message", "At noon."}}));
    EXPECT_EQ(get_json("api/1/sessions").at("sessions").as_array().at(0).as_object().at("state"), "ending");
    close(key);
    EXPECT_FALSE(is_live(key));
    EXPECT_EQ(tracker_.ended_facts(handle_of(key))->message, "At noon.");
    EXPECT_EQ(tracker_.ended_facts(handle_of(key))->by, "ada");
}

TEST_F(FinishingTest, WithoutALimitUntilIsNull) {
    const tracker::SessionKey key = busy_session();
    caller_.user = "";
    EXPECT_EQ(results_of(let_finish(quoted(key))), Results{"ending"});
    const boost::json::object ending = shown(key).at("ending").as_object();
    EXPECT_TRUE(ending.at("until").is_null());
    EXPECT_TRUE(ending.at("by").is_null());
    EXPECT_TRUE(ending.at("message").is_null());
}

TEST_F(FinishingTest, EachRefIsToldWhatBecameOfIt) {
    const tracker::SessionKey busy = busy_session();
    const tracker::SessionKey quiet = begin();
    const tracker::SessionKey gone = begin();
    tracker_.end(gone, {tracker::EndReason::logout, {}, {}}, clock_.now());
    const std::string refs = quoted(busy) + "," + quoted(quiet) + "," + quoted(gone) + "," + quoted({7, 7});
    EXPECT_EQ(results_of(let_finish(refs)), (Results{"ending", "terminated", "already_gone", "not_found"}));
    EXPECT_EQ(results_of(let_finish(quoted(busy), R"("in":"1h")")), Results{"ending"}) << "once more";
    EXPECT_EQ(results_of(let_finish(quoted(busy), R"("when":"now")")), Results{"terminated"});
}

TEST_F(FinishingTest, ALimitAloneMeansFinished) {
    const tracker::SessionKey key = busy_session();
    EXPECT_EQ(results_of(let_finish(quoted(key), R"("in":"90s")")), Results{"ending"});
    EXPECT_EQ(shown(key).at("ending").as_object().at("until"), "2026-03-03T12:01:30.000Z");
}

TEST_F(FinishingTest, ALimitIsAWholeNumberOfSecondsMinutesOrHours) {
    const tracker::SessionKey key = busy_session();
    for (const char* const good : {"1s", "90s", "5m", "1440m", "24h"}) {
        EXPECT_EQ(results_of(let_finish(quoted(key), std::string(R"("in":")") + good + '"')),
                  Results{"ending"})
            << good;
    }
    for (const char* const bad : {R"("")", R"("5")", R"("0s")", R"("1d")", R"("25h")", R"("1441m")",
                                  R"("-1m")", R"("1.5m")", R"(" 5m")", R"("5M")", "5", "null", R"("s")"}) {
        const Response response = let_finish(quoted(key), std::string(R"("in":)") + bad);
        EXPECT_EQ(code_of(response), "invalid_member") << bad;
        EXPECT_EQ(pointer_of(response), "#/in") << bad;
    }
    const Response now = let_finish(quoted(key), R"("in":"5m","when":"now")");
    EXPECT_EQ(code_of(now), "invalid_member");
    EXPECT_EQ(pointer_of(now), "#/in");
    EXPECT_EQ(code_of(let_finish(quoted(key), R"("when":null)")), "invalid_member");
}

TEST_F(FinishingTest, AFilterAndAllTellHowMany) {
    const tracker::SessionKey busy = busy_session();
    begin({.agent = "bob"});
    const tracker::SessionKey other = busy_session({.agent = "carol", .account = "beta"});
    const auto expect_tally = [](const Response& response, int ended, int ending) {
        ASSERT_EQ(response.status, 200) << response.body;
        const boost::json::object answer = json_of(response);
        EXPECT_EQ(answer.at("ended").to_number<int>(), ended);
        EXPECT_EQ(answer.at("ending").to_number<int>(), ending);
        EXPECT_EQ(answer.at("already_gone").to_number<int>(), 0);
    };
    expect_tally(terminate(R"({"filter":{"agent":"bob"},"in":"5m"})"), 1, 1);
    expect_tally(terminate(R"({"filter":{"state":"ending"},"expected":1,"in":"5m"})"), 0, 1);
    EXPECT_EQ(code_of(terminate(R"({"filter":{"state":"ending"},"expected":2,"in":"5m"})")), "count_changed");
    caller_.role = "admin";
    expect_tally(terminate(R"({"all":true,"when":"finished"})"), 0, 2);
    EXPECT_TRUE(is_live(busy));
    EXPECT_TRUE(is_live(other));
    expect_tally(terminate(R"({"all":true})"), 2, 0);
}

TEST_F(FinishingTest, NothingOfItEndsWithTheNextStart) {
    busy_session();
    caller_.role = "admin";
    terminate(R"({"all":true,"when":"finished"})");
    ASSERT_EQ(acts().size(), 1U);
    EXPECT_EQ(acts().front().boundary, 0U) << "a boundary would end what goes on";
}

TEST_F(FinishingTest, KeepTakesItBack) {
    const tracker::SessionKey busy = busy_session();
    const tracker::SessionKey active = busy_session();
    const tracker::SessionKey gone = begin();
    tracker_.end(gone, {tracker::EndReason::logout, {}, {}}, clock_.now());
    let_finish(quoted(busy));
    const std::string refs = quoted(busy) + "," + quoted(active) + "," + quoted(gone) + "," + quoted({7, 7});
    EXPECT_EQ(results_of(keep(refs)), (Results{"kept", "not_ending", "already_gone", "not_found"}));
    EXPECT_EQ(shown(busy).at("state"), "active");
    EXPECT_TRUE(shown(busy).at("ending").is_null());
    close(busy);
    EXPECT_TRUE(is_live(busy));
}

TEST_F(FinishingTest, KeepTakesRefsAndNothingElse) {
    EXPECT_EQ(code_of(post("api/1/sessions/keep", "{}")), "missing_member");
    EXPECT_EQ(code_of(post("api/1/sessions/keep", R"({"all":true})")), "unknown_member");
    EXPECT_EQ(code_of(post("api/1/sessions/keep", R"({"refs":[]})")), "invalid_member");
    EXPECT_EQ(code_of(post("api/1/sessions/keep", R"({"refs":["x"]})")), "invalid_member");
    EXPECT_EQ(get("api/1/sessions/keep").status, 405);
    EXPECT_EQ(header(get("api/1/sessions/keep"), "Allow"), "POST");
}

TEST_F(FinishingTest, ManyRefsAreReadAndKeptInSteps) {
    std::string refs;
    for (int index = 0; index < 300; ++index) {
        refs += (index == 0 ? "" : ",") + quoted(busy_session());
    }
    looks_ = 20;
    EXPECT_EQ(results_of(let_finish(refs)), Results(300, "ending"));
    EXPECT_GT(steps_, 10);
    EXPECT_EQ(results_of(keep(refs)), Results(300, "kept"));
    EXPECT_GT(steps_, 10);
}

TEST_F(FinishingTest, AnotherAccountsSessionsDoNotExist) {
    const tracker::SessionKey foreign = busy_session({.account = "beta"});
    let_finish(quoted(foreign));
    caller_.accounts = "alpha";
    EXPECT_EQ(results_of(let_finish(quoted(foreign))), Results{"not_found"});
    EXPECT_EQ(results_of(keep(quoted(foreign))), Results{"not_found"});
    caller_.accounts = "*";
    EXPECT_EQ(shown(foreign).at("state"), "ending");
}

TEST_F(FinishingTest, WhoMayNotEndMayNotKeep) {
    const tracker::SessionKey key = busy_session();
    let_finish(quoted(key));
    caller_.role = "viewer";
    EXPECT_EQ(code_of(keep(quoted(key))), "role_insufficient");
    caller_.role = "operator";
    caller_.write = false;
    EXPECT_EQ(code_of(keep(quoted(key))), "read_only");
    caller_.write = true;
    Asked foreign = asked("POST", "api/1/sessions/keep", "{\"refs\":[" + quoted(key) + "]}");
    foreign.sec_fetch_site = "cross-site";
    EXPECT_EQ(code_of(ask(foreign)), "cross_site");
    EXPECT_EQ(shown(key).at("state"), "ending");
    ASSERT_EQ(acts().size(), 4U);
    for (std::size_t index = 1; index < 4; ++index) {
        EXPECT_EQ(acts()[index].kind, tracker::ActKind::keep);
        EXPECT_TRUE(acts()[index].refused);
    }
}

TEST_F(FinishingTest, BothAreAudited) {
    const tracker::SessionKey first = busy_session();
    const tracker::SessionKey second = begin();
    let_finish(quoted(first) + "," + quoted(second), R"("in":"5m","reason":"update","message":"At noon.")");
    keep(quoted(first));
    ASSERT_EQ(acts().size(), 2U);
    EXPECT_EQ(acts()[0].kind, tracker::ActKind::terminate);
    EXPECT_EQ(acts()[0].what, "when finished, after 300 s at most: 2 refs: " + tracker::to_ref(first) + ", " +
                                  tracker::to_ref(second));
    EXPECT_EQ(acts()[0].ended, 2U);
    EXPECT_EQ(acts()[0].reason, "update");
    EXPECT_EQ(acts()[1].kind, tracker::ActKind::keep);
    EXPECT_EQ(acts()[1].what, tracker::to_ref(first));
    EXPECT_EQ(acts()[1].user, "ada");
    EXPECT_EQ(acts()[1].ended, 1U);

    terminate("{\"filter\":{\"agent\":\"bob\"},\"when\":\"finished\"}");
    EXPECT_EQ(acts()[2].what, "when finished: agent \"bob\"");
    std::string many = quoted(first);
    for (int index = 0; index < 8; ++index) {
        many += "," + quoted(busy_session());
    }
    let_finish(many, R"("in":"24h")");
    EXPECT_LE(acts()[3].what.size(), tracker::kMaxActTextBytes);
    EXPECT_TRUE(acts()[3].what.ends_with(", \u2026")) << "all of it fits: " << acts()[3].what;
}

TEST_F(FinishingTest, TheListIsSortedAndNarrowedByState) {
    const tracker::SessionKey active = begin();
    const tracker::SessionKey ending = busy_session();
    let_finish(quoted(ending));
    const Results active_first{tracker::to_ref(active), tracker::to_ref(ending)};
    EXPECT_EQ(column(get_json("api/1/sessions?sort=state"), "ref"), active_first);
    EXPECT_EQ(column(get_json("api/1/sessions?sort=-state"), "ref"),
              Results(active_first.rbegin(), active_first.rend()));
    EXPECT_EQ(column(get_json("api/1/sessions?state=ending"), "ref"), Results{tracker::to_ref(ending)});
    EXPECT_EQ(column(get_json("api/1/sessions?state=active"), "ref"), Results{tracker::to_ref(active)});
    EXPECT_EQ(get_json("api/1/sessions?state=ending").at("filtered"), 1);
    EXPECT_EQ(code_of(get("api/1/sessions?state=ended")), "invalid_parameter");
    EXPECT_NE(get("api/1/sessions.csv?state=ending").body.find(",ending\r\n"), std::string::npos);
}

// Another thread holds the table's lock, which is as foreign as another process.
TEST_F(FinishingTest, WhereTheTableStaysBusyNothingChangesAndThatIsTold) {
    const tracker::SessionKey key = busy_session();
    tracker_ = segment_.tracker(tracker::Waiting::event_loop);
    std::thread([&] {
        const tracker::memory::ZoneGuard guard(segment_.layout(), tracker::Waiting::patient);
        std::thread([&] {
            for (const std::string& body : {"{\"refs\":[" + quoted(key) + "],\"when\":\"finished\"}",
                                            std::string(R"({"filter":{"agent":"bob"},"when":"finished"})")}) {
                const Response response =
                    ask(asked("POST", "api/1/sessions/terminate", body), [this] { clock_.advance(100ms); });
                EXPECT_EQ(code_of(response), "busy") << body;
                EXPECT_GE(steps_, 20) << body;
            }
            const Response kept =
                ask(asked("POST", "api/1/sessions/keep", "{\"refs\":[" + quoted(key) + "]}"),
                    [this] { clock_.advance(100ms); });
            EXPECT_EQ(code_of(kept), "busy");
        }).join();
    }).join();
    EXPECT_EQ(shown(key).at("state"), "active");
    EXPECT_EQ(results_of(let_finish(quoted(key))), Results{"ending"});
}

}  // namespace
}  // namespace agent_sessions::admin
