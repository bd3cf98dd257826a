// What the compiler and the linker were told shows in the module itself (RELIABILITY S26).
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/e2e/support/process.h"

namespace agent_sessions::e2e {
namespace {

std::string told_by_readelf(const std::string& option) {
    const CommandResult result =
        run_command({"readelf", "--wide", option, std::getenv("AGENT_SESSIONS_MODULE")});
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return result.output;
}

std::string line_with(const std::string& text, const std::string& word) {
    const std::size_t at = text.find(word);
    return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
}

TEST(Module, IsHardened) {
    const std::string segments = told_by_readelf("--segments");
    EXPECT_NE(line_with(segments, "GNU_RELRO"), "");
    const std::string stack = line_with(segments, "GNU_STACK");
    EXPECT_NE(stack, "");
    EXPECT_EQ(stack.find("RWE"), std::string::npos) << stack;
    EXPECT_NE(line_with(told_by_readelf("--dynamic"), "BIND_NOW"), "");
    EXPECT_NE(line_with(told_by_readelf("--dyn-syms"), "__stack_chk_fail"), "");
}

}  // namespace
}  // namespace agent_sessions::e2e
