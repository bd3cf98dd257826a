#include "ngx_module/gateway/request_kind.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace agent_sessions::gateway {

static std::ostream& operator<<(std::ostream& stream, RequestKind kind) {
    switch (kind) {
        case RequestKind::navigation:
            return stream << "navigation";
        case RequestKind::prefetch:
            return stream << "prefetch";
        case RequestKind::cross_site_post:
            return stream << "cross_site_post";
        case RequestKind::preflight:
            return stream << "preflight";
        case RequestKind::script_call:
            return stream << "script_call";
    }
    return stream << "?";
}

namespace {

// What Chromium sends when somebody clicks a link.
HeaderFacts browser_navigation() {
    HeaderFacts facts;
    facts.sec_fetch_mode = "navigate";
    facts.sec_fetch_dest = "document";
    facts.sec_fetch_site = "same-origin";
    facts.sec_fetch_user = "?1";
    facts.accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
    facts.host = "app.example";
    return facts;
}

HeaderFacts plain(Method method, std::optional<std::string_view> accept) {
    HeaderFacts facts;
    facts.method = method;
    facts.accept = accept;
    facts.host = "app.example";
    return facts;
}

TEST(RequestKind, TrustsSecFetchMode) {
    HeaderFacts facts = browser_navigation();
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);
    EXPECT_TRUE(classify(facts).wants_page);

    for (const std::string_view mode :
         {"cors", "no-cors", "same-origin", "websocket", "", "navigat", "navigated"}) {
        facts.sec_fetch_mode = mode;
        EXPECT_EQ(classify(facts).kind, RequestKind::script_call) << mode;
        EXPECT_FALSE(classify(facts).wants_page) << mode;
    }
}

TEST(RequestKind, TellsWhoWasLedHereByAnotherSite) {
    HeaderFacts facts = browser_navigation();
    for (const std::string_view site : {"same-origin", "same-site", "none", ""}) {
        facts.sec_fetch_site = site;
        EXPECT_FALSE(classify(facts).cross_site) << site;
    }
    facts.sec_fetch_site = "cross-site";
    EXPECT_TRUE(classify(facts).cross_site);
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);
}

TEST(RequestKind, FramesNavigateToo) {
    HeaderFacts facts = browser_navigation();
    facts.sec_fetch_dest = "iframe";
    facts.sec_fetch_user = std::nullopt;
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);
}

TEST(RequestKind, NavigationOfAndroidWebViewCarriesXRequestedWith) {
    HeaderFacts facts = browser_navigation();
    facts.x_requested_with = "com.example.agentapp";
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);
}

TEST(RequestKind, FormPostIsANavigation) {
    HeaderFacts facts = browser_navigation();
    facts.method = Method::post;
    facts.origin = "https://app.example";
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);
}

TEST(RequestKind, WithoutFetchMetadataAcceptDecides) {
    for (const Method method : {Method::get, Method::head, Method::post}) {
        EXPECT_EQ(classify(plain(method, "text/html")).kind, RequestKind::navigation);
        EXPECT_EQ(classify(plain(method, "application/json")).kind, RequestKind::script_call);
        EXPECT_EQ(classify(plain(method, "image/avif,image/webp,*/*;q=0.8")).kind, RequestKind::script_call);
        EXPECT_EQ(classify(plain(method, "text/*")).kind, RequestKind::script_call);
        EXPECT_EQ(classify(plain(method, "text/event-stream")).kind, RequestKind::script_call);
    }
    for (const Method method : {Method::options, Method::other}) {
        EXPECT_EQ(classify(plain(method, "text/html")).kind, RequestKind::script_call);
        EXPECT_EQ(classify(plain(method, std::nullopt)).kind, RequestKind::script_call);
    }
}

TEST(RequestKind, WithoutAcceptOnlyAClientWithoutOurCookieNavigates) {
    const std::optional<std::string_view> anything[] = {std::nullopt, "",        "*/*", " */* ",
                                                        "*/*;q=0.8",  "*/*,*/*", ","};
    for (const auto& accept : anything) {
        HeaderFacts facts = plain(Method::get, accept);
        EXPECT_EQ(classify(facts).kind, RequestKind::navigation) << accept.value_or("none");
        facts.carries_our_cookie = true;
        EXPECT_EQ(classify(facts).kind, RequestKind::script_call) << accept.value_or("none");
        EXPECT_FALSE(classify(facts).wants_page);
    }
    HeaderFacts facts = plain(Method::get, "text/html");
    facts.carries_our_cookie = true;
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);
}

TEST(RequestKind, NeverWithXRequestedWithOrUpgrade) {
    for (const char* accept : {"text/html", "*/*"}) {
        HeaderFacts facts = plain(Method::get, accept);
        facts.x_requested_with = "XMLHttpRequest";
        EXPECT_EQ(classify(facts).kind, RequestKind::script_call);
        facts.x_requested_with = "";
        EXPECT_EQ(classify(facts).kind, RequestKind::script_call);
        facts = plain(Method::get, accept);
        facts.upgrade = "websocket";
        EXPECT_EQ(classify(facts).kind, RequestKind::script_call);
    }
}

TEST(RequestKind, NeverAPrefetch) {
    for (const char* value : {"prefetch", "Prefetch", "prefetch;prerender", "prefetch; anonymous-client-ip",
                              "prefetch,other", " prefetch "}) {
        HeaderFacts facts = browser_navigation();
        facts.sec_purpose = value;
        EXPECT_EQ(classify(facts).kind, RequestKind::prefetch) << value;
        EXPECT_TRUE(classify(facts).wants_page) << value;
    }
    HeaderFacts facts = browser_navigation();
    facts.purpose = "prefetch";
    EXPECT_EQ(classify(facts).kind, RequestKind::prefetch);
    facts.purpose = "preview";
    EXPECT_EQ(classify(facts).kind, RequestKind::prefetch);
    facts = plain(Method::get, "text/html");
    facts.x_moz = "prefetch";
    EXPECT_EQ(classify(facts).kind, RequestKind::prefetch);
    facts.x_moz = "livebookmarks";
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);
    facts = browser_navigation();
    facts.sec_purpose = "prefetched";
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);
    facts.sec_purpose = "";
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);
}

TEST(RequestKind, CrossSitePostByFetchMetadata) {
    HeaderFacts facts = browser_navigation();
    facts.method = Method::post;
    facts.sec_fetch_site = "cross-site";
    facts.origin = "https://identity.example";
    EXPECT_EQ(classify(facts).kind, RequestKind::cross_site_post);
    EXPECT_TRUE(classify(facts).wants_page);

    // What Sec-Fetch-Site says counts more than an Origin that differs.
    facts.sec_fetch_site = "same-site";
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);
    facts.sec_fetch_site = "none";
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);

    facts.sec_fetch_site = "cross-site";
    facts.method = Method::get;
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);
    facts.method = Method::head;
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);

    facts.method = Method::post;
    facts.sec_fetch_mode = "cors";
    EXPECT_EQ(classify(facts).kind, RequestKind::cross_site_post);
    EXPECT_FALSE(classify(facts).wants_page);
}

TEST(RequestKind, CrossSitePostByOrigin) {
    HeaderFacts facts = plain(Method::post, "text/html");
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);
    facts.origin = "http://app.example";
    EXPECT_EQ(classify(facts).kind, RequestKind::navigation);
    facts.origin = "http://identity.example";
    EXPECT_EQ(classify(facts).kind, RequestKind::cross_site_post);
    facts.origin = "null";
    EXPECT_EQ(classify(facts).kind, RequestKind::cross_site_post);
    facts.origin = "http://app.example";
    facts.host = std::nullopt;
    EXPECT_EQ(classify(facts).kind, RequestKind::cross_site_post);
}

TEST(RequestKind, PreflightNamesItsMethod) {
    HeaderFacts facts = plain(Method::options, "*/*");
    facts.sec_fetch_mode = "cors";
    EXPECT_EQ(classify(facts).kind, RequestKind::script_call);
    facts.access_control_request_method = "PUT";
    EXPECT_EQ(classify(facts).kind, RequestKind::preflight);
    facts.method = Method::get;
    EXPECT_EQ(classify(facts).kind, RequestKind::script_call);
}

TEST(RequestKind, TellsWhetherAPersonActed) {
    HeaderFacts facts = browser_navigation();
    EXPECT_TRUE(classify(facts).user_activated);
    EXPECT_TRUE(classify(facts).sends_fetch_metadata);
    for (const char* value : {"?0", "1", "", "?1?", "true"}) {
        facts.sec_fetch_user = value;
        EXPECT_FALSE(classify(facts).user_activated) << value;
    }
    facts = plain(Method::get, "text/html");
    EXPECT_FALSE(classify(facts).user_activated);
    EXPECT_FALSE(classify(facts).sends_fetch_metadata);
    facts.sec_fetch_dest = "document";
    EXPECT_TRUE(classify(facts).sends_fetch_metadata);
    facts.sec_fetch_dest = std::nullopt;
    facts.sec_fetch_site = "none";
    EXPECT_TRUE(classify(facts).sends_fetch_metadata);
    facts.sec_fetch_site = std::nullopt;
    facts.sec_fetch_user = "?0";
    EXPECT_TRUE(classify(facts).sends_fetch_metadata);
}

TEST(AcceptsHtml, FindsItInTheList) {
    for (const char* accept : {"text/html",
                               "TEXT/HTML",
                               "Text/Html",
                               " text/html ",
                               "text/html;q=1",
                               "text/html;q=0.1",
                               "text/html;q=0.001",
                               "text/html; charset=utf-8",
                               "*/*, text/html",
                               "a/b;x=\"1,2\",text/html",
                               "text/html;level=1",
                               "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
                               ",,text/html,,",
                               "application/xml;q=0,text/html",
                               "text/html;q=0,text/html;q=0.5",
                               "text/html;",
                               "text/html;;q=1",
                               "a/b;x=\"\\\",\";y=1,text/html",
                               "text/html;q=0x",
                               "text/html;q=",
                               "text/html;q=.",
                               "text/html;q=.0"}) {
        EXPECT_TRUE(accepts_html(accept)) << accept;
    }
}

TEST(AcceptsHtml, RefusesWhatDoesNotNameIt) {
    for (const char* accept : {"",
                               "*/*",
                               "text/*",
                               "text/htmlx",
                               "xtext/html",
                               "text/ html",
                               "text /html",
                               "text/html;q=0",
                               "text/html;q=0.0",
                               "text/html;q=0.000",
                               "text/html; Q=0",
                               "text/html;level=1;q=0",
                               "text/html ; q = 0",
                               "application/xhtml+xml",
                               "a/b;x=\"text/html\"",
                               "a/b;x=\",text/html,\"",
                               "a/b;x=\"\\\",text/html\"",
                               "a/b;x=\",text/html",
                               "text/html x",
                               "html",
                               "text",
                               "text/html/x",
                               "text/html;q=0,text/html;q=0"}) {
        EXPECT_FALSE(accepts_html(accept)) << accept;
    }
}

TEST(AcceptsHtml, SurvivesHugeInput) {
    EXPECT_FALSE(accepts_html(std::string(1 << 20, ',')));
    EXPECT_FALSE(accepts_html(std::string(1 << 20, '"')));
    EXPECT_FALSE(accepts_html("\"" + std::string(1 << 20, '\\')));
    EXPECT_TRUE(accepts_html(std::string(1 << 20, ',') + "text/html"));
}

TEST(SameAuthority, ComparesHostAndPort) {
    EXPECT_TRUE(same_authority("https://app.example", "app.example"));
    EXPECT_TRUE(same_authority("http://app.example", "app.example"));
    EXPECT_TRUE(same_authority("https://APP.example", "app.EXAMPLE"));
    EXPECT_TRUE(same_authority("https://app.example:8443", "app.example:8443"));
    EXPECT_TRUE(same_authority("https://app.example", "app.example:443"));
    EXPECT_TRUE(same_authority("http://app.example:80", "app.example"));
    EXPECT_TRUE(same_authority("http://[::1]:8080", "[::1]:8080"));

    EXPECT_FALSE(same_authority("null", "app.example"));
    EXPECT_FALSE(same_authority("null", "null"));
    EXPECT_FALSE(same_authority("", ""));
    EXPECT_FALSE(same_authority("https://", ""));
    EXPECT_FALSE(same_authority("app.example", "app.example"));
    EXPECT_FALSE(same_authority("https://app.example.evil", "app.example"));
    EXPECT_FALSE(same_authority("https://evil/app.example", "app.example"));
    EXPECT_FALSE(same_authority("https://app.example@evil", "app.example"));
    EXPECT_FALSE(same_authority("https://evil@app.example", "app.example"));
    EXPECT_FALSE(same_authority("https://app.example:8443", "app.example"));
    EXPECT_FALSE(same_authority("https://app.example:80", "app.example"));
    EXPECT_FALSE(same_authority("https://app.example", "app.example:8443"));
}

}  // namespace
}  // namespace agent_sessions::gateway
