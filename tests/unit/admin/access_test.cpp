#include "admin/access.h"

#include "tests/unit/admin/endpoint.h"

namespace agent_sessions::admin {
namespace {

TEST(ScopeTest, ReadsACommaList) {
    const Scope scope = Scope::parse(" alpha ,beta,, \t,alpha, with space ");
    EXPECT_FALSE(scope.all());
    EXPECT_EQ(scope.names(), (std::vector<std::string>{"alpha", "beta", "with space"}));
    EXPECT_TRUE(scope.covers("beta"));
    EXPECT_FALSE(scope.covers("Beta"));
    EXPECT_FALSE(scope.covers("bet"));
    EXPECT_FALSE(scope.covers(""));
}

TEST(ScopeTest, AStarIsEveryAccount) {
    for (const char* list : {"*", " * ", "alpha,*", "*,alpha"}) {
        EXPECT_TRUE(Scope::parse(list).all()) << list;
        EXPECT_TRUE(Scope::parse(list).covers("gamma")) << list;
    }
    EXPECT_FALSE(Scope::parse("**").all());
    EXPECT_FALSE(Scope::parse("a*").all());
}

TEST(ScopeTest, NothingCoversNothing) {
    for (const char* list : {"", " ", ",", " , ,\t"}) {
        EXPECT_TRUE(Scope::parse(list).empty()) << list;
        EXPECT_FALSE(Scope::parse(list).covers("")) << list;
    }
}

class AccessTest : public Endpoint {
  protected:
    struct Route {
        std::string method;
        std::string target;
        std::string body;
        bool changes;
        int allowed;  // status
    };

    std::vector<Route> routes() {
        const std::string ref = tracker::to_ref(begin());
        const std::string terminated = tracker::to_ref(begin());
        return {
            {"GET", "", "", false, 200},
            {"HEAD", "index.html", "", false, 200},
            {"GET", "health", "", false, 200},
            {"GET", "api/1/", "", false, 200},
            {"GET", "api/1/accounts", "", false, 200},
            {"GET", "api/1/usage", "", false, 200},
            {"GET", "api/1/sessions", "", false, 200},
            {"GET", "api/1/sessions/" + ref, "", false, 200},
            {"POST", "api/1/sessions/terminate", "{\"refs\":[\"" + terminated + "\"]}", true, 200},
            {"DELETE", "api/1/sessions/" + ref, "", true, 204},
        };
    }
};

TEST_F(AccessTest, EveryRouteAsksForTheRole) {
    for (const std::string role : {"viewer", "operator", "admin", "", "root", "Admin", "operator ", "none"}) {
        const bool known = role == "viewer" || role == "operator" || role == "admin";
        for (const Route& route : routes()) {
            Asked request = asked(route.method, route.target, route.body);
            request.caller.role = role;
            const Response response = ask(request);
            const std::string shown = role + ": " + route.method + " " + route.target;
            if (!known) {
                EXPECT_EQ(response.status, 403) << shown;
                EXPECT_EQ(code_of(response), "role_missing") << shown;
                EXPECT_NE(response.log.find("\"agent_sessions_admin_role\""), std::string::npos) << shown;
            } else if (route.changes && role == "viewer") {
                EXPECT_EQ(response.status, 403) << shown;
                EXPECT_EQ(code_of(response), "role_insufficient") << shown;
                EXPECT_EQ(response.log, "") << shown;
            } else {
                EXPECT_EQ(response.status, route.allowed) << shown << response.body;
                EXPECT_EQ(response.log, "") << shown;
            }
        }
    }
}

TEST_F(AccessTest, EveryRouteButHealthAsksForAnAccount) {
    for (const Route& route : routes()) {
        Asked request = asked(route.method, route.target, route.body);
        request.caller.accounts = " , ";
        const Response response = ask(request);
        if (route.target == "health") {
            EXPECT_EQ(response.status, 200);
            continue;
        }
        EXPECT_EQ(response.status, 403) << route.target;
        EXPECT_EQ(code_of(response), "account_missing") << route.target;
        EXPECT_NE(response.log.find("\"agent_sessions_admin_account\""), std::string::npos) << route.target;
    }
}

TEST_F(AccessTest, NothingChangesWithoutWrite) {
    for (const Route& route : routes()) {
        Asked request = asked(route.method, route.target, route.body);
        request.caller.write = false;
        request.caller.role = "admin";
        const Response response = ask(request);
        EXPECT_EQ(response.status, route.changes ? 403 : route.allowed) << route.target;
        EXPECT_EQ(code_of(response), route.changes ? "read_only" : "") << route.target;
    }
    EXPECT_EQ(tracker_.overall_usage().current, 2u);
}

TEST_F(AccessTest, NothingChangesFromAnotherSite) {
    for (const Route& route : routes()) {
        Asked request = asked(route.method, route.target, route.body);
        request.sec_fetch_site = "cross-site";
        EXPECT_EQ(code_of(ask(request)), route.changes ? "cross_site" : "") << route.target;
        request.sec_fetch_site.reset();
        for (const char* origin : {"null", "https://evil.example", "https://agents.example:444", ""}) {
            request.origin = origin;
            EXPECT_EQ(code_of(ask(request)), route.changes ? "cross_site" : "") << route.target << origin;
        }
    }
    EXPECT_EQ(tracker_.overall_usage().current, 2u);
}

TEST_F(AccessTest, OurOwnPageAndCurlMayChange) {
    for (const bool browser : {true, false}) {
        Asked request = asked("DELETE", "api/1/sessions/" + tracker::to_ref(begin()));
        if (browser) {
            request.sec_fetch_site = "same-origin";
            request.origin = "https://agents.example";
        }
        EXPECT_EQ(ask(request).status, 204);
    }
    Asked request = asked("DELETE", "api/1/sessions/" + tracker::to_ref(begin()));
    request.origin = "https://agents.example";
    EXPECT_EQ(ask(request).status, 204) << "a browser that sends Origin only";
}

TEST_F(AccessTest, ABodyMustBeDeclaredJson) {
    const std::string body = "{\"refs\":[\"" + tracker::to_ref(begin()) + "\"]}";
    const std::optional<std::string> wrong[] = {std::nullopt,
                                                "",
                                                "text/plain",
                                                "application/x-www-form-urlencoded",
                                                "application/json-patch+json",
                                                "application/jsonx",
                                                "text/plain; application/json",
                                                "multipart/form-data"};
    for (const auto& type : wrong) {
        Asked request = asked("POST", "api/1/sessions/terminate", body);
        request.content_type = type;
        const Response response = ask(request);
        EXPECT_EQ(response.status, 415) << type.value_or("none");
        EXPECT_EQ(code_of(response), "unsupported_media_type");
    }
    EXPECT_EQ(tracker_.overall_usage().current, 1u);
    Asked request = asked("POST", "api/1/sessions/terminate", body);
    request.content_type = " Application/JSON ; charset=utf-8";
    EXPECT_EQ(ask(request).status, 200);
}

TEST_F(AccessTest, ATooLargeBodyIsRefusedUnread) {
    const Response response = terminate(std::string(kMaxBodyBytes + 1, ' '));
    EXPECT_EQ(response.status, 413);
    EXPECT_EQ(code_of(response), "body_too_large");
}

TEST_F(AccessTest, ABodyThatIsParsedAtOnceIsSmall) {
    const auto padded = [](std::string body, std::size_t size) {
        body.insert(body.size() - 1, size - body.size(), ' ');
        return body;
    };
    const std::string words = R"({"reason":"over"})";
    const std::string path = "api/1/sessions/" + tracker::to_ref(begin());
    EXPECT_EQ(ask(asked("DELETE", path, padded(words, 65'537))).status, 413);
    EXPECT_EQ(ask(asked("DELETE", path, padded(words, 65'536))).status, 204);
    caller_.role = "admin";
    EXPECT_EQ(code_of(post("api/1/erase", padded(R"({"agent":"ada"})", 65'537))), "body_too_large");
}

TEST_F(AccessTest, AnotherAccountsSessionsDoNotExist) {
    const tracker::SessionKey theirs = begin({.agent = "bob", .account = "beta", .label = "secret"});
    const tracker::SessionKey ours = begin({.agent = "ada"});
    const std::string their_ref = tracker::to_ref(theirs);
    const std::string no_ref(32, '7');
    caller_.accounts = "alpha, gamma";

    // The same answer as for a ref that never was, but for the path that both repeat.
    for (const char* method : {"GET", "HEAD", "DELETE"}) {
        Response other = ask(asked(method, "api/1/sessions/" + their_ref));
        Response missing = ask(asked(method, "api/1/sessions/" + no_ref));
        EXPECT_EQ(other.status, 404) << method;
        EXPECT_EQ(code_of(other), "session_not_found") << method;
        other.body.replace(other.body.find(their_ref), 32, no_ref);
        EXPECT_EQ(other.body, missing.body) << method;
        EXPECT_EQ(other.headers, missing.headers) << method;
    }

    EXPECT_EQ(json_of(terminate("{\"refs\":[\"" + their_ref + "\",\"" + no_ref + "\"]}")).at("results"),
              (boost::json::array{{{"ref", their_ref}, {"result", "not_found"}},
                                  {{"ref", no_ref}, {"result", "not_found"}}}));
    EXPECT_TRUE(is_live(theirs));
    const tracker::SessionKey theirs_ended = begin({.account = "beta"});
    tracker_.end(theirs_ended, {tracker::EndReason::logout, "", ""}, clock_.now());
    EXPECT_NE(terminate("{\"refs\":[\"" + tracker::to_ref(theirs_ended) + "\"]}").body.find("not_found"),
              std::string::npos)
        << "nor have they ended";

    const boost::json::object list = get_json("api/1/sessions");
    EXPECT_EQ(column(list, "ref"), std::vector{tracker::to_ref(ours)});
    EXPECT_EQ(list.at("total").to_number<int>(), 1);
    EXPECT_EQ(list.at("filtered").to_number<int>(), 1);
    for (const char* filter : {"q=bob", "agent=bob", "label=secret", "q=beta"}) {
        const boost::json::object none = get_json(std::string("api/1/sessions?") + filter);
        EXPECT_EQ(none.at("sessions").as_array().size(), 0u) << filter;
        EXPECT_EQ(none.at("filtered").to_number<int>(), 0) << filter;
    }
    EXPECT_EQ(get_json("api/1/usage").at("current").to_number<int>(), 1);
    EXPECT_EQ(get("api/1/accounts").body.find("beta"), std::string::npos);
    EXPECT_EQ(get("api/1/").body.find("beta"), std::string::npos);
}

TEST_F(AccessTest, AnotherAccountIsLikeAnUnknownOne) {
    begin({.account = "beta"});
    caller_.accounts = "alpha";
    for (const char* path : {"api/1/sessions", "api/1/usage"}) {
        const Response other = get(std::string(path) + "?account=beta");
        const Response unknown = get(std::string(path) + "?account=nobody");
        EXPECT_EQ(other.status, 404) << path;
        EXPECT_EQ(code_of(other), "account_not_found") << path;
        EXPECT_EQ(other.body, unknown.body) << path;
        EXPECT_EQ(get(std::string(path) + "?account=alpha").status, 200) << "named by the scope, never seen";
    }
    const Response other = terminate(R"({"filter":{"account":"beta"}})");
    EXPECT_EQ(code_of(other), "account_not_found");
    EXPECT_EQ(other.body, terminate(R"({"filter":{"account":"nobody"}})").body);
    EXPECT_EQ(tracker_.overall_usage().current, 1u);

    caller_.accounts = "*";
    EXPECT_EQ(code_of(get("api/1/sessions?account=nobody")), "account_not_found");
}

}  // namespace
}  // namespace agent_sessions::admin
