// Random bytes for tokens, fetched from OpenSSL in batches.
// Process safety: one object per process; a fork throws away what was fetched before it. Thread safety: none.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace agent_sessions::gateway {

class RandomSource {
  public:
    RandomSource() noexcept = default;
    RandomSource(const RandomSource&) = delete;
    RandomSource& operator=(const RandomSource&) = delete;
    ~RandomSource();

    // Fills `bytes`. false = the generator failed and `bytes` must not be used. No byte is given out twice;
    // what was given out is wiped here. Cost: a copy; every 4 KiB one RAND_bytes. REQUIRES: at most 4 KiB.
    [[nodiscard]] bool fill(std::span<std::uint8_t> bytes) noexcept;

    // For the nonce of a successor's promise. nullopt = the generator failed.
    std::optional<std::uint64_t> number() noexcept;

  private:
    static constexpr std::size_t kBatchBytes = 4096;

    std::array<std::uint8_t, kBatchBytes> batch_{};
    std::size_t used_ = kBatchBytes;
    pid_t owner_ = 0;
};

}  // namespace agent_sessions::gateway
