#include "admin/page.h"

#include "tests/unit/admin/endpoint.h"

namespace agent_sessions::admin {
namespace {

TEST(AcceptEncodingTest, FindsGzip) {
    for (const char* field : {"gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.5", "x-gzip", "*", "*;q=0.1",
                              "br,*", "gzip;q=0.001", "gzip ; q=1", " , gzip"}) {
        EXPECT_TRUE(accepts_gzip(field)) << field;
    }
    for (const char* field : {"", "identity", "br", "gzip;q=0", "gzip; q=0.000", "gzip;Q=0", "*;q=0",
                              "gzip;q=0, *", "*, gzip;q=0", "gzipped", "not-gzip"}) {
        EXPECT_FALSE(accepts_gzip(field)) << field;
    }
}

class PageTest : public Endpoint {};

TEST_F(PageTest, ThePageIsStrict) {
    for (const char* path : {"", "index.html"}) {
        const Response response = get(path);
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(header(response, "Content-Type"), "text/html; charset=utf-8");
        EXPECT_EQ(
            header(response, "Content-Security-Policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(header(response, "Referrer-Policy"), "no-referrer");
        EXPECT_EQ(header(response, "Cross-Origin-Opener-Policy"), "same-origin");
        EXPECT_EQ(header(response, "Cache-Control"), "no-cache");
        EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
        EXPECT_NE(response.body.find("Active Agents"), std::string::npos);
    }
    EXPECT_EQ(get("?sort=agent").status, 200) << "its query is the page's own business";
}

TEST_F(PageTest, NamedByContentMeansCachedForGood) {
    const std::string page = get("").body;
    const std::size_t start = page.find("app-");
    const std::string script = page.substr(start, page.find('"', start) - start);
    const Response response = get(script);
    EXPECT_EQ(response.status, 200) << script;
    EXPECT_NE(header(response, "Cache-Control").find("immutable"), std::string::npos);
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
}

TEST_F(PageTest, GzipWhereAccepted) {
    Asked request = asked("GET", "");
    request.accept_encoding = "gzip";
    const Response zipped = ask(request);
    EXPECT_EQ(header(zipped, "Content-Encoding"), "gzip");
    EXPECT_TRUE(zipped.body.starts_with("\x1F\x8B"));
    EXPECT_EQ(header(zipped, "Vary"), "Accept-Encoding");
    EXPECT_EQ(header(get(""), "Content-Encoding"), "");
}

TEST_F(PageTest, AKnownFileIsNotSentAgain) {
    Asked request = asked("GET", "");
    request.if_none_match = header(get(""), "ETag");
    const Response response = ask(request);
    EXPECT_EQ(response.status, 304);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(header(response, "ETag"), *request.if_none_match);
    request.if_none_match = "\"other\"";
    EXPECT_EQ(ask(request).status, 200);
}

}  // namespace
}  // namespace agent_sessions::admin
