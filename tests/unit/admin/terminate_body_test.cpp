// What the body of a termination may be.
#include <string>

#include "tests/unit/admin/terminate_test.h"

namespace agent_sessions::admin {
namespace {

TEST_F(TerminateTest, EveryWrongBodyIsNamed) {
    const tracker::SessionKey key = begin({.agent = "ada"});
    const std::string ref = quoted(key);
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    const std::pair<std::string, const char*> wrong[] = {
        {"", "invalid_json"},
        {" ", "invalid_json"},
        {"null", "invalid_json"},
        {"[]", "invalid_json"},
        {"{", "invalid_json"},
        {"{} x", "invalid_json"},
        {"{\"refs\":[" + ref + "],}", "invalid_json"},
        {"{\"message\":\"\xFF\",\"refs\":[" + ref + "]}", "invalid_json"},
        {"{\"message\":\"\\ud800\",\"refs\":[" + ref + "]}", "invalid_json"},
        {"{\"refs\":" + deep + "}", "invalid_json"},
        {deep, "invalid_json"},
        {"{\"refs\":[" + ref + "],\"refs\":[" + ref + "]}", "invalid_json"},
        {R"({"filter":{"agent":"ada","agent":"bob"},"expected":1})", "invalid_json"},
        {R"({"filter":{"agent":"ada","\u0061gent":"bob"},"expected":1})", "invalid_json"},
        {"{}", "missing_member"},
        {R"({"reason":"x"})", "missing_member"},
        {"{\"refs\":[" + ref + "],\"all\":true}", "missing_member"},
        {"{\"refs\":[" + ref + "],\"filter\":{}}", "missing_member"},
        {"{\"refs\":[" + ref + "],\"expected\":1}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"force\":true}", "unknown_member"},
        {"{\"refs\":[" + ref + "],\"Reason\":\"x\"}", "unknown_member"},
        {"{\"refs\":" + ref + "}", "invalid_member"},
        {R"({"refs":[]})", "invalid_member"},
        {R"({"refs":[1]})", "invalid_member"},
        {R"({"refs":[null]})", "invalid_member"},
        {R"({"refs":["x"]})", "invalid_member"},
        {"{\"refs\":[" + ref + ",\"" + std::string(33, '0') + "\"]}", "invalid_member"},
        {R"({"all":false})", "invalid_member"},
        {R"({"all":1})", "invalid_member"},
        {R"({"all":true,"expected":1})", "invalid_member"},
        {R"({"filter":[]})", "invalid_member"},
        {R"({"filter":null})", "invalid_member"},
        {R"({"filter":{"sort":"agent"},"expected":1})", "unknown_member"},
        {R"({"filter":{"limit":1},"expected":1})", "unknown_member"},
        {R"({"filter":{"cursor":"x"},"expected":1})", "unknown_member"},
        {R"({"filter":{"agent":1},"expected":1})", "invalid_member"},
        {R"({"filter":{"q":null},"expected":1})", "invalid_member"},
        {R"({"filter":{"q":""},"expected":1})", "invalid_member"},
        {R"({"filter":{"agent":{"$ne":""}},"expected":1})", "invalid_member"},
        {R"({"filter":{"idle_gt":-1},"expected":1})", "invalid_member"},
        {R"({"filter":{"idle_gt":1e9},"expected":1})", "invalid_member"},
        {R"({"filter":{"idle_gt":9223372036854775807},"expected":1})", "invalid_member"},
        {R"({"filter":{"multiple":2},"expected":1})", "invalid_member"},
        {R"({"filter":{"agent":"ada"},"expected":-1})", "invalid_member"},
        {R"({"filter":{"agent":"ada"},"expected":"1"})", "invalid_member"},
        {R"({"filter":{"agent":"ada"},"expected":1.0})", "invalid_member"},
        {R"({"filter":{"agent":"ada"},"expected":null})", "invalid_member"},
        {R"({"filter":{"agent":"ada"},"expected":18446744073709551615})", "invalid_member"},
        {R"({"filter":{"agent":"ada"},"expected":10000001})", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"message\":\"a\\nb\"}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"message\":\"a\\u0000b\"}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"message\":\"a\\u0085b\"}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"message\":\"" + std::string(257, 'x') + "\"}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"reason\":\"" + std::string(257, 'x') + "\"}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"reason\":5}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"in\":\"5m\",\"when\":\"now\"}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"when\":\"later\"}", "invalid_member"},
        {"{\"refs\":[" + ref + "],\"when\":null}", "invalid_member"},
    };
    for (const auto& [body, code] : wrong) {
        Asked request = asked("POST", "api/1/sessions/terminate", body);
        request.content_type = "application/json";
        const Response response = ask(request);
        EXPECT_EQ(response.status, 400) << body.substr(0, 100);
        EXPECT_EQ(code_of(response), code) << body.substr(0, 100);
    }
    EXPECT_TRUE(is_live(key));
    EXPECT_EQ(results_of(terminate("{\"refs\":[" + ref + "],\"message\":\"" + std::string(256, 'x') + "\"}")),
              Results{"terminated"});
}

TEST_F(TerminateTest, TenThousandRefsAreTheMost) {
    const auto refs = [](int count) {
        std::string body = "{\"refs\":[";
        for (int index = 0; index < count; ++index) {
            body += (index == 0 ? "" : ",") + quoted({1, static_cast<std::uint64_t>(index)});
        }
        return body + "]}";
    };
    EXPECT_EQ(results_of(terminate(refs(10'000))), Results(10'000, "not_found"));
    EXPECT_EQ(code_of(terminate(refs(10'001))), "invalid_member");
}

}  // namespace
}  // namespace agent_sessions::admin
