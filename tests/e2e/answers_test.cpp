// Where the module stands among nginx's other parts: caches, redirects inside nginx, subrequests
// (ARCHITECTURE 5).
#include <set>

#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

using Answers = GatewayTest;

TEST_F(Answers, ACachedCopyNeverHoldsACookieOfOurs) {
    config.http = "    proxy_cache_path cache keys_zone=pages:1m;\n";
    config.location =
        "            proxy_cache pages;\n            proxy_cache_key $request_uri;\n"
        "            add_header X-Cache $upstream_cache_status always;\n";
    config.zone_parameters = "run=@/run state=@/state";
    start();
    std::set<std::string> cookies;
    Browser first = browser();
    const HttpResponse miss = first.send(navigation("/cached"));
    EXPECT_EQ(miss.header("X-Cache"), "MISS");
    // nginx puts its copy in place after the client has its answer.
    EXPECT_TRUE(wait_until(
        [&] { return Connection(origin()).send(script_call("/cached")).header("X-Cache") == "HIT"; }));
    for (int time = 0; time < 3; ++time) {
        Browser next = browser();
        const HttpResponse hit = next.send(navigation("/cached"));
        EXPECT_EQ(hit.header("X-Cache"), "HIT");
        EXPECT_EQ(hit.all("Set-Cookie").size(), 1U) << "its own cookie, not the cached one";
        cookies.insert(next.cookie(kCookie).value_or(""));
    }
    cookies.insert(first.cookie(kCookie).value_or(""));
    EXPECT_EQ(cookies.size(), 4U);
    const HttpResponse call = Connection(origin()).send(script_call("/cached"));
    EXPECT_EQ(call.header("X-Cache"), "HIT");
    EXPECT_TRUE(call.all("Set-Cookie").empty());
    EXPECT_EQ(call.header("Cache-Control"), "public, max-age=60") << "the application's own word";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(server.prefix() / "cache")) {
        if (entry.is_regular_file()) {
            EXPECT_EQ(read_file(entry.path()).find(kCookie), std::string::npos);
        }
    }
}

TEST_F(Answers, AnAnswerWithOurCookieIsPrivate) {
    start();
    const auto cache_control = [&](const char* target) {
        Browser fresh = browser();
        const HttpResponse response = fresh.send(navigation(target));
        EXPECT_TRUE(set_cookie_named(response, kCookie)) << target;
        std::string all;
        for (const std::string& value : response.all("Cache-Control")) {
            all += (all.empty() ? "" : ", ") + value;
        }
        return all;
    };
    EXPECT_EQ(cache_control("/app"), "private");
    const std::string cached = cache_control("/cached");
    EXPECT_NE(cached.find("private"), std::string::npos);
    EXPECT_EQ(cached.find("public"), std::string::npos) << cached;
    EXPECT_EQ(cache_control("/private"), "private, max-age=5");
    EXPECT_EQ(cache_control("/no-store"), "no-store");
}

TEST_F(Answers, A304NeverSetsOurCookie) {
    start();
    Browser alice = browser();
    const HttpResponse unchanged = alice.send(navigation("/unchanged"));
    EXPECT_EQ(unchanged.status, 304);
    EXPECT_TRUE(unchanged.all("Set-Cookie").empty());
}

TEST_F(Answers, APageThatTheBrowserKeepsIsSentWholeWithTheCookie) {
    write_file(server.prefix() / "page.html", "static");
    config.locations = "        location = /page.html { root " + server.prefix().string() + "; }\n";
    start();
    const HttpResponse full = browser().send(navigation("/page.html"));
    ASSERT_EQ(full.status, 200);
    for (const auto& [name, value] :
         {std::pair("If-None-Match", full.header("ETag").value_or("")),
          std::pair("If-Modified-Since", full.header("Last-Modified").value_or(""))}) {
        Browser alice = browser();
        HttpRequest conditional = navigation("/page.html");
        conditional.with(name, value);
        const HttpResponse first = alice.send(conditional);
        EXPECT_EQ(first.status, 200) << name;
        EXPECT_TRUE(set_cookie_named(first, kCookie)) << name;
        const HttpResponse unchanged = alice.send(conditional);
        EXPECT_EQ(unchanged.status, 304) << name << ": who has its cookie is asked nothing more";
        EXPECT_TRUE(unchanged.all("Set-Cookie").empty());
        EXPECT_EQ(status_of(unchanged), "NEW");

        ASSERT_EQ(admin().terminate({ref_of(unchanged)}), std::vector<std::string>{"terminated"});
        EXPECT_TRUE(is_message_page(alice.send(conditional)));
        const HttpResponse reloaded = alice.send(conditional);
        EXPECT_EQ(reloaded.status, 200) << "the reload of the message must bring the new cookie";
        EXPECT_TRUE(set_cookie_named(reloaded, kCookie)) << name;
    }
}

TEST_F(Answers, AConditionIsNotPassedOnWhereACookieIsSet) {
    start();
    Browser alice = browser();
    HttpRequest conditional = navigation("/conditional");
    conditional.with("If-None-Match", "\"1\"").with("If-Modified-Since", "Mon, 02 Mar 2026 10:00:00 GMT");
    EXPECT_EQ(alice.send(conditional).status, 200);
    EXPECT_NE(alice.cookie(kCookie), std::nullopt);
    EXPECT_EQ(alice.send(conditional).status, 304);
}

TEST_F(Answers, OneDecisionPerRequestThroughTryFilesAndRewrites) {
    config.locations = "        location /app/ { root " + server.prefix().string() +
                       "/none; try_files $uri $uri/ /fallback/page; }\n"
                       "        location /fallback/ { rewrite ^ /final last; }\n";
    start();
    Browser alice = browser();
    const HttpResponse issued = alice.send(navigation("/app/page"));
    EXPECT_TRUE(is_from_application(issued));
    EXPECT_EQ(issued.all("Set-Cookie").size(), 1U);
    const HttpResponse begun = alice.send(navigation("/app/page?login=alice"));
    EXPECT_EQ(status_of(begun), "NEW");
    EXPECT_EQ(admin().current(), 1);
    EXPECT_EQ(admin().terminate({ref_of(begun)}), std::vector<std::string>{"terminated"});
    const std::size_t mark = application.mark();
    EXPECT_TRUE(is_message_page(alice.send(navigation("/app/page"))));
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{});
    EXPECT_TRUE(is_from_application(alice.send(navigation("/app/page")))) << "the reload of the URL as sent";
}

TEST_F(Answers, AcceleratedRedirectsKeepTheDecision) {
    config.locations = "        location /protected/ { internal; return 200 'protected words'; }\n";
    start();
    Browser alice = browser();
    const HttpResponse issued = alice.send(navigation("/accelerated"));
    EXPECT_EQ(issued.body, "protected words");
    EXPECT_EQ(issued.all("Set-Cookie").size(), 1U);
    const HttpResponse begun = alice.send(navigation("/accelerated"));
    EXPECT_EQ(begun.body, "protected words");
    EXPECT_TRUE(begun.all("Set-Cookie").empty());
    EXPECT_EQ(admin().current(), 1);
    EXPECT_EQ(status_of(alice.send(navigation("/accelerated"))), "ACTIVE");
}

TEST_F(Answers, AnErrorPageOfTheApplicationsErrorKeepsTheDecision) {
    config.server = "        error_page 500 /sorry;\n        proxy_intercept_errors on;\n";
    config.locations = "        location = /sorry { internal; return 200 'sorry'; }\n";
    start();
    Browser alice = browser();
    const HttpResponse issued = alice.send(navigation("/broken"));
    EXPECT_EQ(issued.status, 500);
    EXPECT_EQ(issued.body, "sorry");
    EXPECT_EQ(issued.all("Set-Cookie").size(), 1U);
    alice.send(navigation("/broken"));
    EXPECT_EQ(admin().current(), 1);
}

TEST_F(Answers, AuthRequestSubrequestsNeitherBeginNorCountTwice) {
    config.locations =
        "        location = /allowed { internal; proxy_pass http://application; }\n"
        "        location = /denied { internal; proxy_pass http://application/allowed?deny=1; }\n"
        "        location /guarded/ { auth_request /allowed; proxy_pass http://application; }\n"
        "        location /forbidden/ { auth_request /denied; proxy_pass http://application; }\n";
    start();
    Browser alice = browser();
    EXPECT_TRUE(alice.send(navigation("/forbidden/page")).all("Set-Cookie").empty());
    const HttpResponse issued = alice.send(navigation("/guarded/page"));
    EXPECT_TRUE(is_from_application(issued));
    EXPECT_EQ(issued.all("Set-Cookie").size(), 1U);
    const HttpResponse begun = alice.send(navigation("/guarded/page"));
    EXPECT_EQ(status_of(begun), "NEW");
    EXPECT_EQ(admin().current(), 1);
    admin().terminate({ref_of(begun)});
    const std::size_t mark = application.mark();
    EXPECT_TRUE(is_message_page(alice.send(navigation("/guarded/page"))));
    EXPECT_EQ(application.requests_since(mark), std::vector<std::string>{}) << "no subrequest either";
}

TEST_F(Answers, HeadAndOptionsAreAnsweredAsWithoutTheModule) {
    start();
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    HttpRequest head = navigation("/app");
    head.method = "HEAD";
    const HttpResponse headed = alice.send(head);
    EXPECT_EQ(headed.status, 200);
    EXPECT_EQ(headed.body, "");
    EXPECT_EQ(ref_of(headed), ref);
    HttpRequest options = script_call("/app");
    options.method = "OPTIONS";
    EXPECT_EQ(status_of(alice.send(options)), "ACTIVE");
}

TEST_F(Answers, VariablesOfTheUpstreamAndOfSetAreSeen) {
    config.set("agent_sessions_agent", "$who");
    config.location = "            set $who \"set-$arg_name\";\n";
    config.server = "        set $who \"\";\n";
    start();
    Browser alice = browser();
    alice.send(navigation("/app?name=alice"));
    EXPECT_EQ(alice.send(navigation("/app?name=alice")).header("X-Agent"), "set-alice");
}

TEST_F(Answers, VariablesAreDashesWhereNothingIsKnown) {
    start();
    Connection connection(origin());
    const HttpResponse response = connection.send(script_call("/api"));
    EXPECT_EQ(status_of(response), "UNTRACKED");
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    const HttpResponse known = alice.send(navigation("/app"));
    EXPECT_EQ(ref_of(known), ref);
    EXPECT_EQ(known.header("X-Agent"), "alice");
    EXPECT_EQ(known.header("X-Account"), "default");
    EXPECT_NE(known.header("X-Start").value_or(""), "");
    EXPECT_TRUE(wait_until([&] {
        return server.access_log().find("session=" + ref + " status=ACTIVE") != std::string::npos;
    })) << "nginx writes its log after the answer";
}

TEST_F(Answers, WithTheModuleLoadedButUnusedNginxIsAsWithoutIt) {
    config.directives.clear();
    config.set("agent_sessions", "off");
    start();
    Browser alice = browser();
    const HttpResponse response = alice.send(navigation("/app"));
    EXPECT_TRUE(is_from_application(response));
    EXPECT_TRUE(response.all("Set-Cookie").empty());
    ASSERT_TRUE(server.reload());
    EXPECT_TRUE(is_from_application(alice.send(navigation("/app"))));
}

}  // namespace
}  // namespace agent_sessions::e2e
