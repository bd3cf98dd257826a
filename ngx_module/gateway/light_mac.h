// LightMAC (ISO/IEC 29192-6:2019; Luykx, Preneel, Tischhauser, Yasuda 2016) with AES-128, counters of one
// byte and tags of 128 bits, of texts of one length.
//
//   tag = E2(E1(1 || bytes 0..14) ^ E1(2 || bytes 15..29) ^ E1(3 || bytes 30..44) ^ (bytes 45..51 || 0x80 ||
//   0…))
//
// E1 and E2 are AES-128 under the first and the second half of the key. Its blocks do not depend on each
// other, so that a processor with AES instructions works on three at once; others ask OpenSSL for the same.
// Thread safety: none for one object by OpenSSL (its context is reused); pure by the processor. Process
// safety: an object belongs to the process that made it.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace agent_sessions::gateway {

class LightMac {
  public:
    static constexpr std::size_t kTextBytes = 52;
    static constexpr std::size_t kKeyBytes = 32;

    enum class Means : std::uint8_t { processor, library };
    // What this machine does it by.
    static Means best_means() noexcept;

    // As a number of 128 bits.
    struct Tag {
        std::uint64_t high;
        std::uint64_t low;

        friend bool operator==(const Tag&, const Tag&) = default;
    };

    LightMac() noexcept = default;
    ~LightMac();
    LightMac(const LightMac&) = delete;
    LightMac& operator=(const LightMac&) = delete;

    // false = OpenSSL failed. REQUIRES: `means` is that of best_means(), or library.
    bool set_key(std::span<const std::uint8_t, kKeyBytes> key, Means means = best_means()) noexcept;

    // nullopt = OpenSSL failed. REQUIRES: a key; text.size() == kTextBytes. Cost: about a hundred
    // instructions by the processor.
    std::optional<Tag> tag_of(std::string_view text) const noexcept {
        if (first_context_) [[unlikely]] {
            return tag_by_library(text);
        }
        return tag_by_processor(text.data());
    }

  private:
    struct FreeContext {
        void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
    };
    using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

    static constexpr std::size_t kBlockBytes = 16;
    static constexpr std::size_t kRounds = 10;
    struct alignas(kBlockBytes) RoundKeys {
        std::array<std::uint8_t, (kRounds + 1) * kBlockBytes> bytes;
    };
    friend struct AesInstructions;

    static Context make_context(std::span<const std::uint8_t> key) noexcept;
    Tag tag_by_processor(const char* text) const noexcept;
    std::optional<Tag> tag_by_library(std::string_view text) const noexcept;

    // By the processor:
    RoundKeys first_{};
    RoundKeys second_{};
    // By OpenSSL:
    Context first_context_;
    Context second_context_;
};

}  // namespace agent_sessions::gateway
