// The Cookie lines of a request: one line of input is one line of the request.
#include <string>
#include <vector>

#include "ngx_module/gateway/cookie_parser.h"
#include "tests/fuzz/support/input.h"
#include "tests/fuzz/support/promise.h"

namespace agent_sessions::fuzz {
namespace {

using gateway::CookieValue;
using Status = CookieValue::Status;

constexpr std::string_view kNames[] = {"agent_session", "__Host-agent_session", "id"};

bool is_within(std::string_view value, const std::vector<std::string_view>& lines) {
    return std::any_of(lines.begin(), lines.end(), [&](std::string_view line) {
        return value.data() >= line.data() && value.data() + value.size() <= line.data() + line.size();
    });
}

void find(const std::vector<std::string_view>& lines, std::string_view name) {
    const CookieValue found = gateway::find_cookie(lines, name);
    promise((found.status == Status::found) == !found.value.empty(), "only what is found has a value");
    promise(found.value.size() <= gateway::kMaxCookieValueBytes, "a value is bounded");
    promise(found.value.find_first_of("; \t\",\\") == std::string_view::npos, "a value is of cookie octets");
    if (found.status == Status::found) {
        promise(is_within(found.value, lines), "a value stands in the request");
        // Sent back by itself, it is the same cookie.
        const std::string alone = std::string(name) + "=" + std::string(found.value);
        const std::string_view line = alone;
        const CookieValue again = gateway::find_cookie({&line, 1}, name);
        promise(again.status == Status::found && again.value == found.value, "a value is read as it is sent");
        // A second one that differs can't be told from the first.
        std::vector<std::string_view> two = lines;
        const std::string other = alone + "x";
        two.emplace_back(other);
        promise(gateway::find_cookie(two, name).status == Status::conflicting, "two values are a conflict");
    }
}

}  // namespace
}  // namespace agent_sessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace agent_sessions::fuzz;
    Input input(bytes, size);
    std::vector<std::string_view> lines;
    while (!input.is_empty()) {
        lines.push_back(input.line());
    }
    for (const std::string_view name : kNames) {
        find(lines, name);
    }
    return 0;
}
