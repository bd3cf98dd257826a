// build/check-segment, which tells an operator what is wrong in a segment's file.
#include <cstdlib>
#include <fstream>

#include "tests/e2e/support/gateway_test.h"
#include "tests/e2e/support/mapped_segment.h"
#include "tests/e2e/support/process.h"
#include "tracker/memory/layout.h"

namespace agent_sessions::e2e {
namespace {

class CheckSegment : public GatewayTest {
  protected:
    static CommandResult check(const std::filesystem::path& file) {
        const char* const module = std::getenv("AGENT_SESSIONS_MODULE");
        const std::filesystem::path program = std::filesystem::path(module).parent_path() / "check-segment";
        return run_command({program.string(), file.string()});
    }
    static bool names(const CommandResult& result, const std::filesystem::path& file) {
        return result.output.find("\"" + file.string() + "\"") != std::string::npos;
    }

    std::filesystem::path segment() const {
        return server.prefix() / "run" / (std::string(kZone) + ".segment");
    }
};

TEST_F(CheckSegment, TellsWhetherASegmentIsSound) {
    start();
    Browser alice = browser();
    begin_session(alice);
    server.stop();
    const std::string before = read_file(segment());
    const CommandResult sound = check(segment());
    EXPECT_EQ(sound.exit_code, 0) << sound.output;
    EXPECT_TRUE(names(sound, segment())) << sound.output;
    EXPECT_EQ(read_file(segment()), before) << "it only reads";

    MappedSegment(segment()).layout().totals.live.fetch_add(1);
    const CommandResult damaged = check(segment());
    EXPECT_EQ(damaged.exit_code, 1) << damaged.output;
    EXPECT_TRUE(names(damaged, segment())) << damaged.output;
    EXPECT_NE(damaged.output.find("the number of live sessions is 2, a recount gives 1"), std::string::npos)
        << damaged.output;
}

TEST_F(CheckSegment, NamesAFileThatItCannotRead) {
    const std::filesystem::path other = server.prefix() / "other";
    std::ofstream(other) << std::string(1 << 20, 'x');
    for (const std::filesystem::path& file : {other, server.prefix() / "missing", server.prefix()}) {
        const CommandResult result = check(file);
        EXPECT_EQ(result.exit_code, 2) << result.output;
        EXPECT_TRUE(names(result, file)) << result.output;
    }
}

}  // namespace
}  // namespace agent_sessions::e2e
