#include "ngx_module/gateway/random_source.h"

#include <gtest/gtest.h>
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/rand.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace agent_sessions::gateway {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

TEST(RandomSource, NeverRepeats) {
    RandomSource source;
    std::set<Bytes> seen;
    for (int count = 0; count < 100'000; ++count) {
        Bytes bytes{};
        ASSERT_TRUE(source.fill(bytes));
        ASSERT_TRUE(seen.insert(bytes).second);
    }
}

TEST(RandomSource, FillsAllOfOddSizes) {
    RandomSource source;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4095}, std::size_t{4096}}) {
        // A byte that stays zero in eight fills was not filled.
        std::vector<std::uint8_t> any(size, 0);
        for (int round = 0; round < 8; ++round) {
            std::vector<std::uint8_t> bytes(size, 0);
            ASSERT_TRUE(source.fill(bytes));
            for (std::size_t index = 0; index < size; ++index) {
                any[index] |= bytes[index];
            }
        }
        EXPECT_EQ(std::count(any.begin(), any.end(), 0), 0);
    }
}

TEST(RandomSource, RefusesMoreThanABatch) {
    RandomSource source;
    std::vector<std::uint8_t> bytes(4097, 0);
    EXPECT_FALSE(source.fill(bytes));
}

TEST(RandomSource, NumbersDiffer) {
    RandomSource source;
    std::set<std::uint64_t> seen;
    for (int count = 0; count < 1000; ++count) {
        const auto number = source.number();
        ASSERT_TRUE(number);
        EXPECT_TRUE(seen.insert(*number).second);
    }
}

TEST(RandomSource, AForkSharesNothing) {
    RandomSource source;
    Bytes first{};
    ASSERT_TRUE(source.fill(first));

    int channel[2];
    ASSERT_EQ(::pipe(channel), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        Bytes bytes{};
        const bool fine = source.fill(bytes) && ::write(channel[1], bytes.data(), bytes.size()) ==
                                                    static_cast<ssize_t>(bytes.size());
        ::_exit(fine ? 0 : 1);
    }
    Bytes of_child{};
    ASSERT_EQ(::read(channel[0], of_child.data(), of_child.size()), static_cast<ssize_t>(of_child.size()));
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    ::close(channel[0]);
    ::close(channel[1]);

    Bytes of_parent{};
    ASSERT_TRUE(source.fill(of_parent));
    EXPECT_NE(of_parent, of_child);
}

int fail_to_fill(unsigned char*, int) {
    return 0;
}

TEST(RandomSource, SaysWhenTheGeneratorFails) {
    RAND_METHOD failing{};
    failing.bytes = fail_to_fill;
    RandomSource fresh;
    RandomSource used;
    Bytes bytes{};
    ASSERT_TRUE(used.fill(bytes));
    ASSERT_EQ(RAND_set_rand_method(&failing), 1);
    const bool fresh_filled = fresh.fill(bytes);
    const bool numbered = fresh.number().has_value();
    const bool used_filled = used.fill(bytes);
    std::vector<std::uint8_t> whole_batch(4096);
    const bool refilled = used.fill(whole_batch);
    const bool after = used.fill(bytes);
    RAND_set_rand_method(nullptr);
    EXPECT_FALSE(fresh_filled);
    EXPECT_FALSE(numbered);
    EXPECT_TRUE(used_filled) << "what was fetched before is still good";
    EXPECT_FALSE(refilled);
    EXPECT_FALSE(after);
    EXPECT_TRUE(fresh.fill(bytes)) << "works again";
}

}  // namespace
}  // namespace agent_sessions::gateway
