// A segment's file with bytes overwritten: attached to as nginx does at a start, or used as by workers that
// have it mapped already. Input: a byte that chooses; then either a whole file, or any number of {area 1,
// position 4, byte 1}.
#include "tests/fuzz/support/input.h"
#include "tests/support/damaged_segment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace agent_sessions;
    static testing::DamagedSegment segment;
    fuzz::Input input(bytes, size);
    const auto choice = static_cast<std::uint8_t>(input.number<std::uint8_t>() % 3);
    if (choice == 0) {
        segment.attach(input.rest());
        return 0;
    }
    segment.reset();
    while (!input.is_empty()) {
        const auto area = input.number<std::uint8_t>();
        const auto position = input.number<std::uint32_t>();
        segment.overwrite(area, position, input.number<std::uint8_t>());
    }
    if (choice == 1) {
        segment.attach();
    } else {
        segment.use();
    }
    return 0;
}
