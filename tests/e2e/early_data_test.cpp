// What comes in TLS early data may be somebody's replay (RFC 8470, RELIABILITY T39).
#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/process.h"

namespace agent_sessions::e2e {
namespace {

class EarlyData : public GatewayTest {
  protected:
    void SetUp() override {
        use_tls();
        config.server +=
            "        ssl_protocols TLSv1.3; ssl_early_data on; ssl_session_cache shared:tls:1m;\n";
        start();
        // Only with a session of before may anything be sent early.
        const CommandResult first = run_command(
            {"sh", "-c",
             "(sleep 1) | openssl s_client -connect 127.0.0.1:" + std::to_string(config.https_port) +
                 " -tls1_3 -sess_out " + file("session") + " 2>&1"});
        ASSERT_TRUE(std::filesystem::exists(file("session"))) << first.output;
    }

    std::string file(const std::string& name) const { return server.prefix() / name; }

    // The answer to a request that is sent with the first bytes of a connection.
    std::string send_early(const std::string& request) {
        write_file(file("early"), request);
        const CommandResult result = run_command(
            {"sh", "-c",
             "(sleep 1) | openssl s_client -connect 127.0.0.1:" + std::to_string(config.https_port) +
                 " -tls1_3 -sess_in " + file("session") + " -early_data " + file("early") +
                 " -ign_eof 2>&1"});
        EXPECT_NE(result.output.find("Early data was accepted"), std::string::npos) << result.output;
        return result.output;
    }
    static std::string request(const std::string& line) {
        return line +
               " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Test-Accounts: *\r\nX-Test-Role: "
               "admin\r\n"
               "X-Test-User: supervisor\r\n\r\n";
    }
};

TEST_F(EarlyData, TerminatesNobodyAndIsReadAsEver) {
    Browser alice(https_origin());
    std::string ref;
    std::string refused;
    // Where nginx comes to read it only after the handshake is over, it is nobody's replay, and is carried
    // out.
    for (int tries = 0; tries < 10 && refused.find(" 425 ") == std::string::npos; ++tries) {
        alice.forget_cookies();
        ref = begin_session(alice, "alice");
        refused = send_early(request("DELETE /admin/api/1/sessions/" + ref));
    }
    EXPECT_NE(refused.find(" 425 "), std::string::npos) << refused;
    EXPECT_NE(refused.find("too_early"), std::string::npos) << refused;
    EXPECT_EQ(admin().current(), 1);
    EXPECT_EQ(ref_of(alice.send(navigation("/app"))), ref);
    EXPECT_NE(send_early(request("GET /admin/api/1/sessions")).find(ref), std::string::npos);
    EXPECT_EQ(admin().remove(ref).status, 204) << "after the handshake";
}

}  // namespace
}  // namespace agent_sessions::e2e
