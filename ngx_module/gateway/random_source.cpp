#include "ngx_module/gateway/random_source.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <cstring>

namespace agent_sessions::gateway {

RandomSource::~RandomSource() {
    OPENSSL_cleanse(batch_.data(), batch_.size());
}

bool RandomSource::fill(std::span<std::uint8_t> bytes) noexcept {
    if (bytes.size() > kBatchBytes) {
        return false;
    }
    const pid_t process = getpid();
    if (process != owner_ || kBatchBytes - used_ < bytes.size()) {
        used_ = kBatchBytes;
        if (RAND_bytes(batch_.data(), static_cast<int>(kBatchBytes)) != 1) {
            return false;
        }
        owner_ = process;
        used_ = 0;
    }
    if (!bytes.empty()) {
        std::memcpy(bytes.data(), batch_.data() + used_, bytes.size());
        OPENSSL_cleanse(batch_.data() + used_, bytes.size());
        used_ += bytes.size();
    }
    return true;
}

std::optional<std::uint64_t> RandomSource::number() noexcept {
    std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
    if (!fill(bytes)) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
}

}  // namespace agent_sessions::gateway
