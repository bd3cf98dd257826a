#include "admin/page_files.h"

#include "admin/page.h"
#include "tests/unit/admin/endpoint.h"

namespace agent_sessions::admin {
namespace {

TEST(PageFilesTest, OnlyPlainNamesWithAnEndingOfThePageAreServed) {
    for (const char* name : {"index.html", "app.css", "brand.css", "logo.svg", "Logo-2_x.png", "a.b.ico"}) {
        EXPECT_TRUE(PageFiles::is_servable(name)) << name;
    }
    for (const char* name :
         {"", ".", "..", ".css", ".hidden.css", "app", "app.", "app.php", "app.css~", "a/b.css", "../app.css",
          "a\\b.css", "a b.css", "a%2e.css", "\xC3\xA9.css", "app.CSS", "key.pem"}) {
        EXPECT_FALSE(PageFiles::is_servable(name)) << name;
    }
    const PageFiles files({{"../app.css", "x"}, {".css", "x"}});
    EXPECT_EQ(files.find("../app.css"), nullptr);
    EXPECT_EQ(files.find(".css"), nullptr);
}

class PageFilesEndpointTest : public Endpoint {
  protected:
    void serve(std::vector<PageFiles::File> files) {
        files_ = std::make_unique<PageFiles>(std::move(files));
        page_files_ = files_.get();
    }

    // What the page links by this attribute and ending.
    std::string linked(std::string_view opening, std::string_view ending) {
        const std::string page = get("").body;
        const std::size_t end = page.find(std::string(ending) + "\"", page.find(opening));
        const std::size_t begin = page.rfind('"', end) + 1;
        return page.substr(begin, end + ending.size() - begin);
    }

    std::unique_ptr<PageFiles> files_;
};

TEST_F(PageFilesEndpointTest, AFileStandsInForTheEmbeddedOneOfItsName) {
    const std::string path = linked("href=\"app-", ".css");
    serve({{"app.css", "body { color: red }"}});
    for (const std::string& asked : {path, std::string("app.css")}) {
        const Response response = get(asked);
        EXPECT_EQ(response.status, 200) << asked;
        EXPECT_EQ(response.body, "body { color: red }");
        EXPECT_EQ(header(response, "Content-Type"), "text/css; charset=utf-8");
        EXPECT_EQ(header(response, "Cache-Control"), "no-cache") << "its path no longer names its content";
        EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
    }
    EXPECT_NE(get("").body.find("Active Agents"), std::string::npos);
}

TEST_F(PageFilesEndpointTest, OtherFilesStandBesideTheEmbeddedOnes) {
    serve({{"logo.svg", "<svg/>"}, {"index.html", "<title>Ours</title>"}});
    EXPECT_EQ(get("logo.svg").body, "<svg/>");
    EXPECT_EQ(header(get("logo.svg"), "Content-Type"), "image/svg+xml");
    EXPECT_EQ(get("").body, "<title>Ours</title>");
    EXPECT_EQ(get("index.html").body, "<title>Ours</title>");
    EXPECT_NE(header(get(""), "Content-Security-Policy").find("default-src 'none'"), std::string::npos);
    EXPECT_EQ(get("app.js").status, 200) << "what is not there is the embedded one";
    EXPECT_EQ(code_of(get("other.svg")), "not_found");
}

TEST_F(PageFilesEndpointTest, ABrandIsLinkedBehindThePagesOwnStyle) {
    EXPECT_EQ(get("").body.find("brand.css"), std::string::npos);
    serve({{"brand.css", ":root { --accent: red }"}});
    const std::string page = get("").body;
    const std::size_t own = page.find("href=\"app-");
    const std::size_t brand = page.find(R"(<link rel="stylesheet" href="brand.css">)");
    ASSERT_NE(brand, std::string::npos);
    EXPECT_LT(own, brand);
    EXPECT_LT(brand, page.find("</head>"));
    EXPECT_EQ(get("brand.css").body, ":root { --accent: red }");
}

TEST_F(PageFilesEndpointTest, AKnownFileIsNotSentAgainAndAnotherIs) {
    serve({{"logo.svg", "<svg/>"}});
    Asked request = asked("GET", "logo.svg");
    request.if_none_match = header(get("logo.svg"), "ETag");
    EXPECT_EQ(ask(request).status, 304);
    serve({{"logo.svg", "<svg>other</svg>"}});
    EXPECT_EQ(ask(request).body, "<svg>other</svg>");
}

TEST_F(PageFilesEndpointTest, AFileIsSentAsItIsWhereGzipIsAccepted) {
    serve({{"logo.svg", "<svg/>"}});
    Asked request = asked("GET", "logo.svg");
    request.accept_encoding = "gzip";
    EXPECT_EQ(ask(request).body, "<svg/>");
    EXPECT_EQ(header(ask(request), "Content-Encoding"), "");
}

TEST_F(PageFilesEndpointTest, FilesNeedARoleAsThePageDoesAndNeverStandInForTheApi) {
    serve({{"logo.svg", "<svg/>"}, {"openapi.json", "{}"}});
    EXPECT_NE(get("api/1/openapi.json").body, "{}");
    caller_.role = "";
    EXPECT_EQ(code_of(get("logo.svg")), "role_missing");
}

}  // namespace
}  // namespace agent_sessions::admin
