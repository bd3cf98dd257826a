// A table in anonymous memory with so many sessions, kept for all benchmarks that ask for the same number.
// Thread safety: none.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string_view>
#include <vector>

#include "bench/programs/population.h"
#include "ngx_module/gateway/token.h"
#include "tests/support/memory_segment.h"
#include "tracker/tracker.h"

namespace agent_sessions::bench {

// A signer with one key, and tokens made by it.
class Mint {
  public:
    Mint() : signer_(ring()) {}

    gateway::TokenSigner& signer() { return signer_; }
    gateway::Token make(tracker::WallTime issued) {
        std::array<std::uint8_t, gateway::kTokenRandomBytes> random{};
        for (std::uint8_t& byte : random) {
            byte = static_cast<std::uint8_t>(generator_());
        }
        return *signer_.mint(issued, random);
    }

  private:
    static gateway::KeyRing ring() {
        gateway::KeyRing ring;
        gateway::Key key;
        key.id = 1;
        key.secret.fill(0x5a);
        ring.add(key);
        return ring;
    }

    gateway::TokenSigner signer_;
    std::minstd_rand generator_{1};
};

class FilledTable {
  public:
    // `room` more sessions can begin.
    explicit FilledTable(std::uint64_t sessions, std::uint64_t room = 0)
        : segment_(std::max(sessions + room, tracker::kMinCapacity)),
          tracker_(segment_.tracker(tracker::Waiting::event_loop)) {
        tokens_.reserve(sessions);
        for (std::uint64_t number = 0; number < sessions; ++number) {
            begin(number);
        }
    }

    // Kept for as long as the program runs; it has room for none.
    static FilledTable& of(std::uint64_t sessions) {
        static std::vector<std::unique_ptr<FilledTable>> tables;
        for (const auto& table : tables) {
            if (table->tokens_.size() == sessions) {
                return *table;
            }
        }
        tables.push_back(std::make_unique<FilledTable>(sessions));
        return *tables.back();
    }

    tracker::Tracker& tracker() { return tracker_; }
    Mint& mint() { return mint_; }
    const std::vector<gateway::Token>& tokens() const { return tokens_; }
    static tracker::Now now() { return testing::MemorySegment::start(); }

    tracker::SessionHandle begin(std::uint64_t number) {
        const Person person = population_.person(number);
        const gateway::Token token = mint_.make(now().wall - person.age);
        const tracker::Begun begun =
            tracker_.begin(begin_request(person, token.key, token.issued, lifetime()), now());
        if (begun.result != tracker::BeginResult::begun) {
            std::abort();
        }
        tracker_.open_instance(begun.handle, person.interaction, "", now());
        tokens_.push_back(token);
        return begun.handle;
    }

  private:
    static tracker::Lifetime lifetime() {
        constexpr std::chrono::hours kLong{24};
        return {kLong, kLong, kLong};
    }

    testing::MemorySegment segment_;
    tracker::Tracker tracker_;
    Mint mint_;
    Population population_{8};
    std::vector<gateway::Token> tokens_;
};

// Sessions in random order, as requests come.
class RandomOrder {
  public:
    explicit RandomOrder(std::size_t size) : size_(size) {}
    std::size_t next() noexcept {
        state_ = state_ * 6364136223846793005 + 1442695040888963407;
        return static_cast<std::size_t>((static_cast<unsigned __int128>(state_) * size_) >> 64);
    }

  private:
    std::size_t size_;
    std::uint64_t state_ = 1;
};

}  // namespace agent_sessions::bench
