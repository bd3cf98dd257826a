// Bytes of a segment that something overwrote: whoever starts with it, or has it mapped already, neither
// crashes nor comes to no end.
#include "tests/support/damaged_segment.h"

#include <gtest/gtest.h>
#include <sys/time.h>

#include <csignal>
#include <cstring>

#include "tests/multiprocess/writers.h"
#include "tests/support/soak.h"

namespace agent_sessions::testing {
namespace {

// Of processor time, so that a busy machine is no fault.
void end_after_a_second() {
    const itimerval second{{0, 0}, {1, 0}};
    ::setitimer(ITIMER_VIRTUAL, &second, nullptr);
}

// The same damage for the same number: a few bytes, random ones or those that are awkward more often.
void damage(DamagedSegment& segment, std::uint32_t number) {
    constexpr std::uint8_t kAwkward[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    std::mt19937 random(number);
    segment.reset();
    for (std::uint32_t left = 1 + random() % 32; left > 0; --left) {
        const std::uint32_t area = random();
        const std::uint32_t position = random();
        const std::uint32_t choice = random();
        segment.overwrite(area, position,
                          choice % 2 == 0 ? static_cast<std::uint8_t>(choice >> 8)
                                          : kAwkward[(choice >> 8) % std::size(kAwkward)]);
    }
}

TEST(DamagedSegment, NeitherCrashesNorHangsWhoeverUsesIt) {
    const std::uint32_t first = seed();
    const std::uint32_t count = is_soak() ? 1'000'000 : 10'000;
    DamagedSegment segment;
    std::uint32_t* const number = static_cast<std::uint32_t*>(
        ::mmap(nullptr, sizeof(std::uint32_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    ASSERT_NE(number, MAP_FAILED);
    const int status = wait_for(fork_child([&] {
        for (std::uint32_t done = 0; done < count; ++done) {
            *number = first + done;
            damage(segment, *number);
            end_after_a_second();
            if (done % 10 != 0) {
                segment.use();
            } else {
                segment.attach();
            }
        }
    }));
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
        << (WIFSIGNALED(status) ? ::strsignal(WTERMSIG(status)) : "it ended")
        << ", again with SEED=" << *number;
    ::munmap(number, sizeof(std::uint32_t));
}

}  // namespace
}  // namespace agent_sessions::testing
