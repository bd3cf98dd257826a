// agent_sessions_ui_root: an operator's files of the page, read with the configuration and never by a
// request.
#include <sys/stat.h>

#include <filesystem>

#include "tests/e2e/support/files.h"
#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

class PageFiles : public GatewayTest {
  protected:
    PageFiles() {
        std::filesystem::create_directory(folder());
        config.admin = "write=on; agent_sessions_ui_root brand";
    }

    std::filesystem::path folder() const { return server.prefix() / "brand"; }
    void write(const std::string& name, const std::string& text) { write_file(folder() / name, text); }

    HttpResponse get(const std::string& target) {
        HttpRequest request;
        request.target = target;
        return admin().send(request);
    }
};

TEST_F(PageFiles, AreThoseOfTheFolderAsTheyWereWhenTheConfigurationWasRead) {
    write("brand.css", "h1 { color: red }");
    write("logo.svg", "<svg/>");
    start();
    EXPECT_NE(get("/admin/").body.find("href=\"brand.css\""), std::string::npos);
    EXPECT_EQ(get("/admin/brand.css").body, "h1 { color: red }");
    EXPECT_EQ(get("/admin/logo.svg").header("Content-Type"), "image/svg+xml");
    EXPECT_EQ(get("/admin/app.js").status, 200) << "what the folder has not is the embedded one";

    write("brand.css", "h1 { color: blue }");
    write("late.txt", "late");
    EXPECT_EQ(get("/admin/brand.css").body, "h1 { color: red }");
    expect_problem(get("/admin/late.txt"), 404, "not_found");
    reload();
    EXPECT_EQ(get("/admin/brand.css").body, "h1 { color: blue }");
    EXPECT_EQ(get("/admin/late.txt").body, "late");
}

TEST_F(PageFiles, NothingBesideTheFolderIsReached) {
    write("brand.css", "ours");
    write(".hidden.txt", "secret");
    write("key.pem", "secret");
    std::filesystem::create_directory(folder() / "below");
    write("below/file.txt", "secret");
    write_file(server.prefix() / "beside.txt", "secret");
    ASSERT_EQ(mkfifo((folder() / "pipe.txt").c_str(), 0644), 0);
    std::filesystem::create_symlink(server.prefix() / "beside.txt", folder() / "link.txt");
    start();
    EXPECT_EQ(get("/admin/brand.css").body, "ours");
    for (const char* path : {"link.txt", ".hidden.txt", "key.pem", "below/file.txt", "pipe.txt",
                             "..%2fbeside.txt", "%2e%2e/beside.txt", "..%5cbeside.txt", "../beside.txt",
                             "brand.css/../../beside.txt", "brand.css%00.txt", "//beside.txt", "below"}) {
        EXPECT_EQ(get("/admin/" + std::string(path)).body.find("secret"), std::string::npos) << path;
    }
    EXPECT_NE(server.error_log().find("key.pem\" cannot be a file of the page, ignored"), std::string::npos);
}

TEST_F(PageFiles, AreLookedAtByATestOfTheConfigurationWhichTouchesNothing) {
    write("brand.css", "ours");
    server.configure(config.text());
    const auto before = snapshot(folder());
    EXPECT_EQ(server.check_configuration().exit_code, 0);
    EXPECT_EQ(snapshot(folder()), before);

    write("brand.css", std::string((1 << 20) + 1, 'x'));
    const CommandResult refused = server.check_configuration();
    EXPECT_NE(refused.exit_code, 0);
    EXPECT_NE(refused.output.find("brand.css\" is larger than the 1048576 bytes"), std::string::npos)
        << refused.output;
}

TEST_F(PageFiles, AReloadThatCannotReadThemKeepsTheOldOnes) {
    write("brand.css", "ours");
    start();
    std::filesystem::remove_all(folder());
    server.allow_in_log("opendir()");
    EXPECT_TRUE(server.reload_refused("brand\" failed (2: No such file or directory)"));
    EXPECT_EQ(get("/admin/brand.css").body, "ours");
}

}  // namespace
}  // namespace agent_sessions::e2e
