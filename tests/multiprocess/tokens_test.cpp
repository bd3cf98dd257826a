// Tokens of several processes that were forked from one, as workers are: no two are alike (RELIABILITY T42).
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <span>

#include "ngx_module/gateway/random_source.h"
#include "ngx_module/gateway/token.h"
#include "tests/multiprocess/writers.h"
#include "tests/support/soak.h"

namespace agent_sessions::testing {
namespace {

constexpr std::size_t kWorkers = 4;

gateway::KeyRing ring() {
    gateway::Key key;
    key.id = 1;
    key.secret.fill(7);
    gateway::KeyRing ring;
    EXPECT_TRUE(ring.add(key));
    return ring;
}

// Of all tokens the session keys: those of two tokens are equal only if the tokens are.
class SharedKeys {
  public:
    explicit SharedKeys(std::size_t count) : count_(count) {
        void* memory = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) {
            std::abort();
        }
        keys_ = static_cast<SessionKey*>(memory);
    }
    ~SharedKeys() { munmap(keys_, bytes()); }
    SharedKeys(const SharedKeys&) = delete;
    SharedKeys& operator=(const SharedKeys&) = delete;

    std::span<SessionKey> all() { return {keys_, count_}; }

  private:
    std::size_t bytes() const { return count_ * sizeof(SessionKey); }

    std::size_t count_;
    SessionKey* keys_ = nullptr;
};

// false = one could not be made.
bool mint(gateway::RandomSource& random, std::span<SessionKey> keys) {
    const gateway::TokenSigner signer(ring());
    for (SessionKey& key : keys) {
        std::array<std::uint8_t, gateway::kTokenRandomBytes> bytes{};
        const auto token = random.fill(bytes) ? signer.mint(now().wall, bytes) : std::nullopt;
        if (!token) {
            return false;
        }
        key = token->key;
    }
    return true;
}

// Twice a generation of workers, as before and after a reload, with a master that has used the generator
// itself.
TEST(Tokens, OfWorkersBeforeAndAfterAReloadAreAllDifferent) {
    const std::size_t each = is_soak() ? 1'250'000 : 12'500;
    SharedKeys keys(2 * kWorkers * each);
    gateway::RandomSource random;
    for (std::size_t generation = 0; generation < 2; ++generation) {
        ASSERT_TRUE(random.number());
        std::vector<pid_t> workers;
        for (std::size_t worker = 0; worker < kWorkers; ++worker) {
            const auto own = keys.all().subspan((generation * kWorkers + worker) * each, each);
            workers.push_back(fork_child([&random, own] {
                if (!mint(random, own)) {
                    _exit(1);
                }
            }));
        }
        for (const pid_t worker : workers) {
            EXPECT_EQ(wait_for(worker), 0);
        }
    }
    const auto all = keys.all();
    const auto order = [](const SessionKey& one, const SessionKey& other) {
        return one.high != other.high ? one.high < other.high : one.low < other.low;
    };
    std::sort(all.begin(), all.end(), order);
    std::cout << all.size() << " tokens\n";
    EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

}  // namespace
}  // namespace agent_sessions::testing
