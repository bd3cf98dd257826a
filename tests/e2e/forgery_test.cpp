// Changes that another site makes an admin's browser send, by every role, to every route that changes
// something (RELIABILITY T30).
#include <functional>

#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class Forgery : public GatewayTest {
  protected:
    struct Change {
        std::string method;
        std::string path;
        std::string body;
    };
    // What a page of elsewhere can send.
    struct Way {
        std::string name;
        Headers headers;
        std::string type;
    };

    std::vector<Change> changes(const std::string& ref) const {
        return {
            {"DELETE", "sessions/" + ref, ""},
            {"POST", "sessions/terminate", R"({"refs":[")" + ref + R"("]})"},
            {"POST", "sessions/terminate", R"({"refs":[")" + ref + R"("],"when":"finished"})"},
            {"POST", "sessions/keep", R"({"refs":[")" + ref + R"("]})"},
            {"POST", "sessions/terminate", R"({"filter":{"q":"alice"},"expected":1})"},
            {"POST", "sessions/terminate", R"({"all":true})"},
            {"POST", "erase", R"({"agent":"alice"})"},
        };
    }
    static std::vector<Way> ways() {
        const std::string elsewhere = "https://elsewhere.example";
        return {
            {"a form",
             {{"Sec-Fetch-Site", "cross-site"}, {"Origin", elsewhere}},
             "application/x-www-form-urlencoded"},
            {"a form of text", {{"Sec-Fetch-Site", "cross-site"}, {"Origin", elsewhere}}, "text/plain"},
            {"a form without Sec-Fetch", {{"Origin", elsewhere}}, "text/plain"},
            {"a script", {{"Sec-Fetch-Site", "cross-site"}, {"Origin", elsewhere}}, "application/json"},
            {"a script without Sec-Fetch", {{"Origin", elsewhere}}, "application/json"},
            {"a sandboxed frame", {{"Sec-Fetch-Site", "cross-site"}, {"Origin", "null"}}, "application/json"},
            {"a frame without Sec-Fetch", {{"Origin", "null"}}, "application/json"},
            {"a sibling site", {{"Sec-Fetch-Site", "same-site"}}, "application/json"},
            {"the address bar", {{"Sec-Fetch-Site", "none"}}, "application/json"},
            {"a form that says nothing", {}, "application/x-www-form-urlencoded"},
            {"a body without a type", {}, ""},
        };
    }
    HttpResponse send(const Change& change, const Way& way, const std::string& role) {
        HttpRequest request;
        request.method = change.method;
        request.target = "/admin/api/1/" + change.path;
        for (const auto& [name, value] : way.headers) {
            request.with(name, value);
        }
        if (!change.body.empty()) {
            request.body = change.body;
            request.with("Content-Type", way.type);
        }
        return admin("*", role).send(request);
    }
};

TEST_F(Forgery, NoRouteChangesAnythingForAnotherSiteWhateverTheRole) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    std::size_t refused = 0;
    for (const std::string role : {"viewer", "operator", "admin"}) {
        for (const Change& change : changes(ref)) {
            for (const Way& way : ways()) {
                if (change.body.empty() && way.headers.empty()) {
                    continue;  // nothing tells it from curl
                }
                const HttpResponse answer = send(change, way, role);
                EXPECT_TRUE(answer.status == 403 || answer.status == 415)
                    << role << ' ' << change.method << ' ' << change.path << ' ' << change.body << " by "
                    << way.name << ": " << answer.status << answer.body;
                ++refused;
            }
        }
    }
    EXPECT_EQ(refused, 3U * (6 * 11 + 9));
    EXPECT_EQ(admin().current(), 1);
    EXPECT_EQ(text_of(admin().row(ref).value(), "agent"), "alice");
    EXPECT_EQ(ref_of(alice.send(navigation("/app"))), ref);
}

TEST_F(Forgery, FromOurOwnPageEachRoleMayWhatItMay) {
    start();
    const Way own{"our page", {{"Sec-Fetch-Site", "same-origin"}}, "application/json"};
    for (const std::string role : {"viewer", "operator", "admin"}) {
        for (std::size_t which = 0; which < 7; ++which) {
            Browser alice = browser();
            const Change change = changes(begin_session(alice, "alice"))[which];
            const bool may = role == "admin" || (role == "operator" && which < 5);
            const long status = send(change, own, role).status;
            if (may) {
                EXPECT_TRUE(status == 200 || status == 204) << role << ' ' << change.path << ' ' << status;
            } else {
                EXPECT_EQ(status, 403) << role << ' ' << change.path;
            }
            admin().post("sessions/terminate", R"({"all":true})");
        }
    }
}

// What another account's refs answer says nothing of whether they exist, whatever asks for it.
TEST_F(Forgery, RefsOfAnotherAccountAreMissingOnesToEveryRoute) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice", "acme");
    const std::string nowhere(32, '0');
    const auto neutral = [&](std::string body, const std::string& asked) {
        for (auto at = body.find(asked); at != std::string::npos; at = body.find(asked)) {
            body.replace(at, asked.size(), "REF");
        }
        const auto id = body.find("\"request_id\":\"");
        return id == std::string::npos ? body : body.erase(id, 14 + 32);
    };
    for (const std::string role : {"viewer", "operator", "admin"}) {
        AdminClient globex = admin("globex", role);
        const auto both = [&](const std::function<HttpResponse(const std::string&)>& ask) {
            const HttpResponse foreign = ask(ref);
            const HttpResponse missing = ask(nowhere);
            EXPECT_EQ(foreign.status, missing.status) << role;
            EXPECT_EQ(neutral(foreign.body, ref), neutral(missing.body, nowhere)) << role;
            EXPECT_EQ(foreign.headers.size(), missing.headers.size()) << role;
        };
        both([&](const std::string& asked) { return globex.get("sessions/" + asked); });
        both([&](const std::string& asked) { return globex.remove(asked); });
        both([&](const std::string& asked) {
            return globex.post("sessions/terminate", R"({"refs":[")" + asked + R"("]})");
        });
        both([&](const std::string& asked) {
            return globex.post("sessions/keep", R"({"refs":[")" + asked + R"("]})");
        });
    }
    EXPECT_EQ(admin().current(), 1);
}

}  // namespace
}  // namespace agent_sessions::e2e
