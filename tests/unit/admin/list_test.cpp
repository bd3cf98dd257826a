#include <algorithm>
#include <set>

#include "tests/unit/admin/endpoint.h"

namespace agent_sessions::admin {
namespace {

using namespace std::chrono_literals;

class ListTest : public Endpoint {
  protected:
    // Follows `next` to the end. `between` runs after each page.
    std::vector<std::string> all_refs(const std::string& query, const std::function<void()>& between = {}) {
        std::vector<std::string> refs;
        std::string cursor;
        for (int page = 0; page < 1'000; ++page) {
            const boost::json::object list =
                get_json("api/1/sessions?" + query + (cursor.empty() ? "" : "&cursor=" + cursor));
            for (const std::string& ref : column(list, "ref")) {
                refs.push_back(ref);
            }
            pages_ = page + 1;
            if (list.at("next").is_null()) {
                return refs;
            }
            cursor = std::string(list.at("next").as_string());
            if (between) {
                between();
            }
        }
        ADD_FAILURE() << "the list comes to no end";
        return refs;
    }

    std::vector<std::string> agents(std::string_view query) {
        return column(get_json("api/1/sessions?" + std::string(query)), "agent");
    }

    int pages_ = 0;
};

using Names = std::vector<std::string>;

TEST_F(ListTest, IsEmptyAtFirst) {
    const boost::json::object list = get_json("api/1/sessions");
    EXPECT_EQ(list.at("sessions").as_array().size(), 0u);
    EXPECT_EQ(list.at("total").to_number<int>(), 0);
    EXPECT_EQ(list.at("filtered").to_number<int>(), 0);
    EXPECT_TRUE(list.at("next").is_null());
    EXPECT_EQ(list.at("time_zone").as_string(), "UTC");
    EXPECT_EQ(list.at("generated_at").as_string(), "2026-03-03T12:00:00.000Z");
}

TEST_F(ListTest, ARowHasEveryMember) {
    const tracker::SessionKey key = begin({.agent = "ada",
                                           .label = "north",
                                           .address = "192.0.2.7",
                                           .user_agent = "Firefox",
                                           .time_zone = "Europe/Paris",
                                           .started_ago = 90'500ms});
    tracker_.open_instance(handle_of(key), "Refund", "1", clock_.now());
    tracker_.open_instance(handle_of(key), "Refund", "2", clock_.now());
    tracker_.open_instance(handle_of(key), "Address", "3", clock_.now());

    const boost::json::object list = get_json("api/1/sessions");

    EXPECT_EQ(list.at("sessions").as_array().at(0),
              (boost::json::value{
                  {"ref", tracker::to_ref(key)},
                  {"account", "alpha"},
                  {"time_zone", "Europe/Paris"},
                  {"label", "north"},
                  {"agent", "ada"},
                  {"started", "2026-03-03T11:58:29.500Z"},
                  {"last_seen", "2026-03-03T12:00:00.000Z"},
                  {"interactions", boost::json::array{"Address", "Refund"}},
                  {"instances", 3},
                  {"address", "192.0.2.7"},
                  {"user_agent", "Firefox"},
                  {"state", "active"},
                  {"ending", nullptr},
                  {"own", false},
              }));
}

TEST_F(ListTest, WhatIsNotKnownIsNull) {
    begin({.agent = "", .label = "", .address = "", .user_agent = ""});
    const boost::json::object list = get_json("api/1/sessions");
    const boost::json::object& row = list.at("sessions").as_array().at(0).as_object();
    for (const char* name : {"agent", "label", "address", "user_agent"}) {
        EXPECT_TRUE(row.at(name).is_null()) << name;
    }
    EXPECT_EQ(row.at("interactions").as_array().size(), 0u);
    EXPECT_EQ(row.at("instances").to_number<int>(), 0);
}

TEST_F(ListTest, HostileNamesStayText) {
    const std::string hostile = "</script><script>alert(1)</script>\"\\\r\n\x01\xFF\xC0\x80\xE2\x80\xA8&";
    const tracker::SessionKey key = begin(
        {.agent = hostile, .account = "a<b", .label = hostile, .address = hostile, .user_agent = hostile});
    tracker_.open_instance(handle_of(key), hostile, "", clock_.now());

    const Response response = get("api/1/sessions");

    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body.find_first_of("<>&\r\n\x01"), std::string::npos);
    EXPECT_EQ(response.body.find("\xE2\x80\xA8"), std::string::npos);
    const boost::json::object row = json_of(response).at("sessions").as_array().at(0).as_object();
    EXPECT_TRUE(row.at("agent").as_string().starts_with(
        "</script><script>alert(1)</script>\"\\\r\n\x01\xEF\xBF\xBD"));
    EXPECT_EQ(get_json("api/1/sessions?q=%3Cscript%3E").at("filtered").to_number<int>(), 1);
}

TEST_F(ListTest, NewestFirstUnlessAsked) {
    begin({.agent = "second", .started_ago = 2s});
    begin({.agent = "first", .started_ago = 3s});
    begin({.agent = "third", .started_ago = 1s});
    EXPECT_EQ(agents(""), (Names{"third", "second", "first"}));
    EXPECT_EQ(agents("sort=-started"), (Names{"third", "second", "first"}));
    EXPECT_EQ(agents("sort=started"), (Names{"first", "second", "third"}));
}

TEST_F(ListTest, EveryColumnSortsBothWays) {
    const tracker::SessionKey first = begin({.agent = "ada",
                                             .account = "alpha",
                                             .label = "",
                                             .address = "192.0.2.1",
                                             .user_agent = "Chrome",
                                             .started_ago = 9s});
    clock_.advance(2s);
    const tracker::SessionKey second = begin({.agent = "",
                                              .account = "Beta",
                                              .label = "north",
                                              .address = "192.0.2.2",
                                              .user_agent = "Firefox",
                                              .started_ago = 8s});
    clock_.advance(2s);
    const tracker::SessionKey third = begin({.agent = "Zoë",
                                             .account = "gamma",
                                             .label = "South",
                                             .address = "192.0.2.3",
                                             .user_agent = "Safari",
                                             .started_ago = 7s});
    tracker_.open_instance(handle_of(second), "Refund", "1", clock_.now());
    tracker_.open_instance(handle_of(third), "Refund", "1", clock_.now());
    tracker_.open_instance(handle_of(third), "Refund", "2", clock_.now());

    Names upwards{tracker::to_ref(first), tracker::to_ref(second), tracker::to_ref(third)};
    Names downwards(upwards.rbegin(), upwards.rend());
    for (const std::string sort :
         {"agent", "started", "instances", "last_seen", "account", "label", "address", "user_agent"}) {
        EXPECT_EQ(column(get_json("api/1/sessions?sort=" + sort), "ref"), upwards) << sort;
        EXPECT_EQ(column(get_json("api/1/sessions?sort=-" + sort), "ref"), downwards) << sort;
    }
    std::sort(upwards.begin(), upwards.end());
    EXPECT_EQ(column(get_json("api/1/sessions?sort=state"), "ref"), upwards) << "all equal: by ref";
    EXPECT_EQ(column(get_json("api/1/sessions?sort=-state"), "ref"), upwards);
}

TEST_F(ListTest, PagesHoldEachSessionOnceWhateverTheirSize) {
    Names refs;
    for (int index = 0; index < 20; ++index) {
        // Few different values: most of the order is ties.
        refs.push_back(tracker::to_ref(begin({.agent = index % 3 == 0   ? ""
                                                       : index % 3 == 1 ? "ada"
                                                                        : "Zoe",
                                              .label = index % 2 == 0 ? "north" : "",
                                              .started_ago = (index % 4) * 1s})));
    }
    for (const std::string sort : {"agent", "started", "instances", "last_seen", "account", "label",
                                   "address", "user_agent", "state"}) {
        for (const std::string direction : {"", "-"}) {
            const Names whole = all_refs("sort=" + direction + sort);
            ASSERT_EQ(std::set<std::string>(whole.begin(), whole.end()).size(), refs.size()) << sort;
            // n, n - 1 and half of the rows, and one by one.
            for (const int limit : {20, 19, 10, 1}) {
                EXPECT_EQ(all_refs("sort=" + direction + sort + "&limit=" + std::to_string(limit)), whole)
                    << sort;
                EXPECT_EQ(pages_, (20 + limit - 1) / limit) << sort << " leaves no empty page behind";
            }
        }
    }
}

TEST_F(ListTest, ByStartedEachSessionThatStaysAppearsOnce) {
    std::vector<tracker::SessionKey> staying;
    std::vector<tracker::SessionKey> leaving;
    for (int index = 0; index < 60; ++index) {
        (index % 3 == 0 ? leaving : staying).push_back(begin({.started_ago = (index % 7) * 1s}));
    }
    for (const std::string direction : {"", "-"}) {
        const Names refs = all_refs("limit=7&sort=" + direction + "started", [&] {
            clock_.advance(500ms);
            begin({.started_ago = 3s});
            begin();
            if (!leaving.empty()) {
                tracker_.end(leaving.back(), {tracker::EndReason::logout, {}, {}}, clock_.now());
                leaving.pop_back();
            }
        });
        EXPECT_EQ(std::set<std::string>(refs.begin(), refs.end()).size(), refs.size()) << "none twice";
        for (const tracker::SessionKey& key : staying) {
            EXPECT_EQ(std::count(refs.begin(), refs.end(), tracker::to_ref(key)), 1);
        }
    }
}

TEST_F(ListTest, ARowThatEndsBeforeItIsReadDoesNotEndTheList) {
    std::vector<tracker::SessionKey> keys;
    for (int index = 0; index < 10; ++index) {
        keys.push_back(begin({.started_ago = index * 1s}));
    }
    looks_ = 1;  // the pass is one step, then each row of the page is one
    int ended = 0;
    const Response response = ask(asked("GET", "api/1/sessions?limit=4"), [&] {
        if (ended++ == 0) {
            for (const int index : {1, 2, 3}) {
                tracker_.end(keys[index], {tracker::EndReason::logout, {}, {}}, clock_.now());
            }
        }
    });
    const boost::json::object list = json_of(response);
    EXPECT_EQ(column(list, "ref"), Names{tracker::to_ref(keys[0])});
    ASSERT_TRUE(list.at("next").is_string());
    looks_ = 1'000;
    EXPECT_EQ(
        column(get_json("api/1/sessions?limit=4&cursor=" + std::string(list.at("next").as_string())), "ref"),
        (Names{tracker::to_ref(keys[4]), tracker::to_ref(keys[5]), tracker::to_ref(keys[6]),
               tracker::to_ref(keys[7])}));
}

TEST_F(ListTest, ARowThatEndsAfterItWasReadIsNotShownBeyondTheTotal) {
    std::vector<tracker::SessionKey> keys;
    for (int index = 0; index < 10; ++index) {
        keys.push_back(begin({.started_ago = index * 1s}));
    }
    looks_ = 1;
    int steps = 0;
    const boost::json::object list = json_of(ask(asked("GET", "api/1/sessions"), [&] {
        if (++steps == 5) {
            tracker_.end(keys[0], {tracker::EndReason::logout, {}, {}}, clock_.now());
        }
    }));
    EXPECT_GE(steps, 5);
    EXPECT_EQ(list.at("total"), 9);
    EXPECT_EQ(column(list, "ref").size(), 9U);
}

TEST_F(ListTest, LongListsAreWorkedInSteps) {
    for (int index = 0; index < 600; ++index) {
        begin({.agent = "agent " + std::to_string(index)});
    }
    looks_ = 1;
    const boost::json::object stepped = get_json("api/1/sessions?sort=agent&limit=20");
    EXPECT_GE(steps_, 600 / 64 + 19);
    looks_ = 1'000'000;
    const boost::json::object whole = get_json("api/1/sessions?sort=agent&limit=20");
    EXPECT_EQ(steps_, 0);
    EXPECT_EQ(stepped, whole);
}

TEST_F(ListTest, ALongPageIsReadWrittenAndTaggedInSteps) {
    constexpr int kRows = 500;
    for (int index = 0; index < kRows; ++index) {
        begin({.agent = "agent " + std::to_string(index)});
    }
    looks_ = 1;
    const Response stepped = get("api/1/sessions?limit=500");
    EXPECT_EQ(json_of(stepped).at("sessions").as_array().size(), std::size_t{kRows});
    EXPECT_GE(steps_, kRows / 64 + kRows + static_cast<int>(stepped.body.size() / 4096));
    looks_ = 1'000'000;
    const Response whole = get("api/1/sessions?limit=500");
    EXPECT_EQ(steps_, 0);
    EXPECT_EQ(whole.body, stepped.body);
    EXPECT_EQ(header(whole, "ETag"), header(stepped, "ETag"));
}

TEST_F(ListTest, FiltersCountWhatMatches) {
    begin({.agent = "ada", .account = "alpha", .label = "north"});
    begin({.agent = "ada", .account = "alpha"});
    begin({.agent = "bob", .account = "beta", .label = "north"});
    begin({.agent = "", .account = "beta"});
    const tracker::SessionKey guest = begin({.agent = "Guest", .account = "beta"});
    tracker_.open_instance(handle_of(guest), "Refund", "", clock_.now());

    const auto expect = [this](const char* query, int filtered, int total) {
        const boost::json::object list = get_json(std::string("api/1/sessions?limit=1&") + query);
        EXPECT_EQ(list.at("filtered").to_number<int>(), filtered) << query;
        EXPECT_EQ(list.at("total").to_number<int>(), total) << query;
    };
    expect("sort=agent", 5, 5);
    expect("agent=ada", 2, 5);
    expect("agent=", 1, 5);
    expect("agent=Guest", 1, 5);
    expect("q=GUEST", 2, 5);
    expect("label=north", 2, 5);
    expect("label=", 3, 5);
    expect("interaction=Refund", 1, 5);
    expect("multiple=1", 2, 5);
    expect("account=beta", 3, 3);
    expect("account=beta&label=north", 1, 3);
    expect("q=alpha", 2, 5);
    expect("q=nothing", 0, 5);

    clock_.advance(90s);
    tracker_.touch(handle_of(guest), clock_.now());
    expect("idle_gt=60", 4, 5);
    expect("idle_gt=1m", 4, 5);
    expect("idle_gt=90", 0, 5);
    expect("idle_gt=1m&account=beta", 2, 3);
}

TEST_F(ListTest, ACursorKeepsToItsListAndFilteredDoesNotShrink) {
    for (int index = 0; index < 6; ++index) {
        begin({.agent = "ada"});
    }
    const boost::json::object first = get_json("api/1/sessions?limit=4&agent=ada");
    const std::string cursor(first.at("next").as_string());
    const boost::json::object second = get_json("api/1/sessions?limit=4&agent=ada&cursor=" + cursor);
    EXPECT_EQ(second.at("sessions").as_array().size(), 2u);
    EXPECT_EQ(second.at("filtered").to_number<int>(), 6);
    EXPECT_TRUE(second.at("next").is_null());
    EXPECT_EQ(get("api/1/sessions?limit=2&agent=ada&cursor=" + cursor).status, 200) << "the limit may change";

    for (const std::string query :
         {"agent=bob&", "", "agent=ada&q=a&", "agent=ada&sort=started&", "agent=ada&sort=agent&"}) {
        const Response response = get("api/1/sessions?" + query + "cursor=" + cursor);
        EXPECT_EQ(response.status, 400) << query;
        EXPECT_EQ(code_of(response), "invalid_cursor") << query;
    }
}

TEST_F(ListTest, EveryWrongParameterIsNamed) {
    const std::string limits[] = {
        "-1",   "0",    "501", "1001", "2147483648", "9223372036854775808", "1e9", "0x1", "", "1.5",
        "%201", "1%20", "+1",  "ten",  "4294967297", "18446744073709551617"};
    for (const std::string& limit : limits) {
        const Response response = get("api/1/sessions?limit=" + limit);
        EXPECT_EQ(response.status, 400) << limit;
        EXPECT_EQ(code_of(response), "invalid_parameter") << limit;
        EXPECT_EQ(json_of(response).at("errors").as_array().at(0).as_object().at("parameter").as_string(),
                  "limit");
    }
    const std::pair<const char*, const char*> wrong[] = {
        {"limit", "invalid_parameter"},
        {"sort=ref", "invalid_parameter"},
        {"sort=interactions", "sort_not_supported"},
        {"sort=-open_interactions", "sort_not_supported"},
        {"cursor=", "invalid_cursor"},
        {"cursor=AAAA", "invalid_cursor"},
        {"q=", "invalid_parameter"},
        {"q=%FF", "invalid_parameter"},
        {"q=%", "invalid_query"},
        {"account=", "invalid_parameter"},
        {"interaction=", "invalid_parameter"},
        {"idle_gt=-1", "invalid_parameter"},
        {"idle_gt=9223372036854775808", "invalid_parameter"},
        {"multiple=2", "invalid_parameter"},
        {"limit=1&limit=1", "repeated_parameter"},
        {"offset=1", "unknown_parameter"},
        {"Sort=agent", "unknown_parameter"},
        {"%3Cscript%3E=1", "unknown_parameter"},
        {"&", "unknown_parameter"},
    };
    for (const auto& [query, code] : wrong) {
        const Response response = get(std::string("api/1/sessions?") + query);
        EXPECT_EQ(response.status, 400) << query;
        EXPECT_EQ(code_of(response), code) << query;
        EXPECT_EQ(response.body.find('<'), std::string::npos) << query;
    }
    EXPECT_EQ(get("api/1/sessions?limit=500").status, 200);
    EXPECT_EQ(get("api/1/sessions?limit=1").status, 200);
    EXPECT_EQ(get("api/1/sessions?").status, 200);
}

TEST_F(ListTest, ZoneIsTheAccountsOwnWhereThereIsOne) {
    begin({.account = "alpha", .time_zone = "Europe/Paris"});
    begin({.account = "beta"});
    caller_.time_zone = "Asia/Tokyo";
    EXPECT_EQ(get_json("api/1/sessions").at("time_zone").as_string(), "Asia/Tokyo");
    EXPECT_EQ(get_json("api/1/sessions?account=alpha").at("time_zone").as_string(), "Europe/Paris");
    EXPECT_EQ(get_json("api/1/sessions?account=beta").at("time_zone").as_string(), "Asia/Tokyo");
    EXPECT_EQ(column(get_json("api/1/sessions?sort=account"), "time_zone"),
              (Names{"Europe/Paris", "Asia/Tokyo"}));
    caller_.accounts = "alpha";
    EXPECT_EQ(get_json("api/1/sessions").at("time_zone").as_string(), "Europe/Paris");
}

TEST_F(ListTest, AnAccountThatAppearsDuringTheWalkIsSeen) {
    for (int index = 0; index < 100; ++index) {
        begin();
    }
    looks_ = 1;
    bool begun = false;
    const Response response = ask(asked("GET", "api/1/sessions?q=late"), [&] {
        if (!begun) {
            begun = true;
            begin({.agent = "late", .account = "brand new"});
        }
    });
    EXPECT_EQ(column(json_of(response), "account"), Names{"brand new"});
}

TEST_F(ListTest, TheCallersOwnSessionIsMarked) {
    const tracker::SessionKey own = begin({.agent = "ada"});
    begin({.agent = "bob"});
    caller_.own_session = own;
    const boost::json::object list = get_json("api/1/sessions");
    for (const boost::json::value& session : list.at("sessions").as_array()) {
        const boost::json::object& row = session.as_object();
        EXPECT_EQ(row.at("own").as_bool(), row.at("agent").as_string() == "ada");
    }
    EXPECT_TRUE(get_json("api/1/sessions/" + tracker::to_ref(own)).at("own").as_bool());
}

}  // namespace
}  // namespace agent_sessions::admin
