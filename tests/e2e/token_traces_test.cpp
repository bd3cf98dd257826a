// Tokens of many sessions, and what of them is left anywhere (RELIABILITY T42, T43).
#include <array>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <unordered_map>

#include "ngx_module/gateway/base64url.h"
#include "tests/e2e/support/history_test.h"

namespace agent_sessions::e2e {
namespace {

constexpr std::size_t kWindow = 12;
constexpr std::size_t kTokenBytes = 39;
constexpr std::size_t kRandomAt = 7;  // behind the key's id and the time of issue
constexpr std::size_t kRandomBytes = 16;

std::string hexadecimal(std::string_view bytes) {
    std::string text;
    for (const unsigned char byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

// The secret part of tokens in every form in which somebody might have written it down: as it is sent, as
// bytes, as hexadecimal digits; random part and signature. Found by a window of each.
class Traces {
  public:
    void add(const std::string& token) {
        std::array<std::uint8_t, kTokenBytes> decoded{};
        ASSERT_TRUE(gateway::decode_base64url(token, decoded)) << token;
        const std::string bytes(decoded.begin(), decoded.end());
        const std::string random = bytes.substr(kRandomAt, kRandomBytes);
        const std::string signature = bytes.substr(kRandomAt + kRandomBytes);
        for (std::string form : {token.substr(12), token.substr(36), random, random.substr(4), signature,
                                 signature.substr(4), hexadecimal(random), hexadecimal(signature)}) {
            needles_[form.substr(0, kWindow)] = token;
        }
    }

    // How many places of the text hold any of them.
    std::size_t count(std::string_view text) const {
        std::size_t hits = 0;
        for (std::size_t at = 0; at + kWindow <= text.size(); ++at) {
            hits += needles_.count(std::string(text.substr(at, kWindow)));
        }
        return hits;
    }

  private:
    std::unordered_map<std::string, std::string> needles_;
};

// What a core file would hold of a process, without its heap, where its requests' buffers are.
std::string dumped_memory(pid_t process) {
    const std::string place = "/proc/" + std::to_string(process);
    std::ifstream maps(place + "/smaps");
    std::ifstream memory(place + "/mem", std::ios::binary);
    std::string dumped;
    std::string line;
    std::uint64_t from = 0;
    std::uint64_t until = 0;
    bool is_writable = false;
    std::string name;
    while (std::getline(maps, line)) {
        std::istringstream words(line);
        std::string first;
        words >> first;
        if (first.find('-') != std::string::npos && first.find(':') == std::string::npos) {
            from = std::stoull(first, nullptr, 16);
            until = std::stoull(first.substr(first.find('-') + 1), nullptr, 16);
            std::string rights;
            std::string skipped;
            words >> rights >> skipped >> skipped >> skipped;
            name.clear();
            words >> name;
            is_writable = rights.starts_with("rw");
        }
        const bool is_request_memory = name == "[heap]" || name.empty() || name == "[stack]";
        if (first == "VmFlags:" && is_writable && !is_request_memory &&
            line.find(" dd") == std::string::npos) {
            std::string bytes(until - from, '\0');
            memory.seekg(static_cast<std::streamoff>(from));
            memory.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
            dumped += bytes;
            memory.clear();
        }
    }
    return dumped;
}

using TokenTraces = HistoryTest;

TEST_F(TokenTraces, OfAThousandTokensNothingIsWrittenDownAnywhere) {
    constexpr int kTokens = 1000;
    config.capacity = "5000";
    start();
    Traces traces;
    std::string one;
    Connection tab(origin());
    for (int number = 0; number < kTokens; ++number) {
        Browser agent = browser();
        agent.send(navigation("/app"), tab);
        one = agent.cookie(kCookie).value();
        traces.add(one);
        HttpRequest login = navigation("/app?interaction=Claim&instance=" + std::to_string(number));
        agent.send(login.with("X-Test-Login", "agent" + std::to_string(number)), tab);
        traces.add(agent.cookie(kCookie).value());
        agent.send(navigation("/app"), tab);
    }
    EXPECT_GE(traces.count("xx" + one), 2U) << "the search finds one that is there";
    AdminClient supervisor = admin();
    supervisor.post("sessions/terminate", R"({"filter":{"q":"agent1"},"expected":111})");
    end_sessions_until_durable();
    for (const char* path : {"sessions?limit=500", "sessions?limit=500&sort=-agent", "ended", "audit",
                             "history", "usage", "accounts", ""}) {
        EXPECT_EQ(traces.count(supervisor.get(path).body), 0U) << path;
    }
    for (const pid_t worker : server.workers()) {
        const std::string memory = dumped_memory(worker);
        EXPECT_GT(memory.size(), 10'000U);
        EXPECT_EQ(traces.count(memory), 0U) << "in what a core file would hold of worker " << worker;
    }
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(server.prefix())) {
        if (entry.is_regular_file()) {
            EXPECT_EQ(traces.count(read_file(entry.path())), 0U) << entry.path();
            ++files;
        }
    }
    EXPECT_GE(files, 5U) << "segment, database, its log, error and access log";
}

TEST_F(TokenTraces, NoTwoTokensAreAlikeOverAReloadAKilledWorkerAndAnUpgrade) {
    config.workers = 4;
    start();
    std::set<std::string> tokens;
    std::size_t issued = 0;
    const auto issue = [&] {
        for (int number = 0; number < 250; ++number) {
            Browser fresh = browser();
            fresh.send(navigation("/app"));
            tokens.insert(fresh.cookie(kCookie).value_or(""));
            ++issued;
        }
    };
    issue();
    ASSERT_TRUE(server.reload(4));
    issue();
    ASSERT_TRUE(server.kill_worker(server.workers().front()));
    issue();
    ASSERT_NE(server.upgrade(4), 0);
    issue();
    EXPECT_EQ(tokens.size(), issued);
}

}  // namespace
}  // namespace agent_sessions::e2e
