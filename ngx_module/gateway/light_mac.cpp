#include "ngx_module/gateway/light_mac.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace agent_sessions::gateway {

namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kTextInBlock = kBlock - 1;
constexpr std::size_t kCountedBlocks = 3;
constexpr std::size_t kRestBytes = LightMac::kTextBytes - kCountedBlocks * kTextInBlock;
constexpr std::uint8_t kEndOfText = 0x80;

std::uint64_t load_big_endian(const std::uint8_t* bytes) noexcept {
    std::uint64_t number = 0;
    for (std::size_t index = 0; index < sizeof(number); ++index) {
        number = number << 8 | bytes[index];
    }
    return number;
}

}  // namespace

#if defined(__x86_64__)

struct AesInstructions {
    static __m128i* words(LightMac::RoundKeys& keys) noexcept {
        return reinterpret_cast<__m128i*>(keys.bytes.data());
    }
    static const __m128i* words(const LightMac::RoundKeys& keys) noexcept {
        return reinterpret_cast<const __m128i*>(keys.bytes.data());
    }

    template <int kRoundConstant>
    __attribute__((target("aes"))) static __m128i next(__m128i key) noexcept {
        const __m128i assist = _mm_shuffle_epi32(_mm_aeskeygenassist_si128(key, kRoundConstant), 0xff);
        key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
        key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
        key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
        return _mm_xor_si128(key, assist);
    }

    __attribute__((target("aes"))) static void expand(const std::uint8_t* key,
                                                      LightMac::RoundKeys& keys) noexcept {
        __m128i* round = words(keys);
        round[0] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(key));
        round[1] = next<0x01>(round[0]);
        round[2] = next<0x02>(round[1]);
        round[3] = next<0x04>(round[2]);
        round[4] = next<0x08>(round[3]);
        round[5] = next<0x10>(round[4]);
        round[6] = next<0x20>(round[5]);
        round[7] = next<0x40>(round[6]);
        round[8] = next<0x80>(round[7]);
        round[9] = next<0x1b>(round[8]);
        round[10] = next<0x36>(round[9]);
    }

    // The counter, then fifteen bytes of the text.
    static __m128i counted_block(const char* text, int counter) noexcept {
        const __m128i bytes = _mm_loadu_si128(
            reinterpret_cast<const __m128i*>(text + static_cast<std::size_t>(counter - 1) * kTextInBlock));
        return _mm_or_si128(_mm_slli_si128(bytes, 1), _mm_cvtsi32_si128(counter));
    }

    static __m128i last_block(const char* text) noexcept {
        std::uint64_t bytes = 0;
        static_assert(kRestBytes == sizeof(bytes) - 1);
        std::memcpy(&bytes, text + LightMac::kTextBytes - sizeof(bytes), sizeof(bytes));
        bytes = bytes >> 8 | std::uint64_t{kEndOfText} << 56;
        return _mm_cvtsi64_si128(static_cast<long long>(bytes));
    }

    __attribute__((target("aes"))) static LightMac::Tag tag(const LightMac::RoundKeys& first,
                                                            const LightMac::RoundKeys& second,
                                                            const char* text) noexcept {
        const __m128i* key = words(first);
        __m128i a = _mm_xor_si128(counted_block(text, 1), key[0]);
        __m128i b = _mm_xor_si128(counted_block(text, 2), key[0]);
        __m128i c = _mm_xor_si128(counted_block(text, 3), key[0]);
#pragma GCC unroll 16
        for (std::size_t round = 1; round < LightMac::kRounds; ++round) {
            a = _mm_aesenc_si128(a, key[round]);
            b = _mm_aesenc_si128(b, key[round]);
            c = _mm_aesenc_si128(c, key[round]);
        }
        a = _mm_aesenclast_si128(a, key[LightMac::kRounds]);
        b = _mm_aesenclast_si128(b, key[LightMac::kRounds]);
        c = _mm_aesenclast_si128(c, key[LightMac::kRounds]);
        __m128i sum = _mm_xor_si128(_mm_xor_si128(a, b), _mm_xor_si128(c, last_block(text)));
        key = words(second);
        sum = _mm_xor_si128(sum, key[0]);
#pragma GCC unroll 16
        for (std::size_t round = 1; round < LightMac::kRounds; ++round) {
            sum = _mm_aesenc_si128(sum, key[round]);
        }
        sum = _mm_aesenclast_si128(sum, key[LightMac::kRounds]);
        const auto low = static_cast<std::uint64_t>(_mm_cvtsi128_si64(sum));
        const auto high = static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(sum, sum)));
        return {__builtin_bswap64(low), __builtin_bswap64(high)};
    }
};

LightMac::Means LightMac::best_means() noexcept {
    return __builtin_cpu_supports("aes") ? Means::processor : Means::library;
}

#else

struct AesInstructions {
    static void expand(const std::uint8_t* /*key*/, LightMac::RoundKeys& /*keys*/) noexcept {}
    static LightMac::Tag tag(const LightMac::RoundKeys& /*first*/, const LightMac::RoundKeys& /*second*/,
                             const char* /*text*/) noexcept {
        return {};
    }
};

LightMac::Means LightMac::best_means() noexcept {
    return Means::library;
}

#endif

LightMac::~LightMac() {
    OPENSSL_cleanse(&first_, sizeof(first_));
    OPENSSL_cleanse(&second_, sizeof(second_));
}

LightMac::Context LightMac::make_context(std::span<const std::uint8_t> key) noexcept {
    Context context(EVP_CIPHER_CTX_new());
    if (!context || EVP_EncryptInit_ex(context.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr) != 1 ||
        EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1) {
        return nullptr;
    }
    return context;
}

bool LightMac::set_key(std::span<const std::uint8_t, kKeyBytes> key, Means means) noexcept {
    const auto first = key.first<kKeyBytes / 2>();
    const auto second = key.last<kKeyBytes / 2>();
    if (means == Means::processor) {
        first_context_.reset();
        second_context_.reset();
        AesInstructions::expand(first.data(), first_);
        AesInstructions::expand(second.data(), second_);
        return true;
    }
    first_context_ = make_context(first);
    second_context_ = make_context(second);
    return first_context_ && second_context_;
}

LightMac::Tag LightMac::tag_by_processor(const char* text) const noexcept {
    return AesInstructions::tag(first_, second_, text);
}

std::optional<LightMac::Tag> LightMac::tag_by_library(std::string_view text) const noexcept {
    std::array<std::uint8_t, kCountedBlocks * kBlock> blocks{};
    for (std::size_t index = 0; index < kCountedBlocks; ++index) {
        blocks[index * kBlock] = static_cast<std::uint8_t>(index + 1);
        std::copy_n(text.data() + index * kTextInBlock, kTextInBlock, blocks.data() + index * kBlock + 1);
    }
    std::array<std::uint8_t, blocks.size()> encrypted{};
    int length = 0;
    if (EVP_EncryptUpdate(first_context_.get(), encrypted.data(), &length, blocks.data(),
                          static_cast<int>(blocks.size())) != 1) {
        return std::nullopt;
    }
    std::array<std::uint8_t, kBlock> sum{};
    std::copy_n(text.data() + kCountedBlocks * kTextInBlock, kRestBytes, sum.data());
    sum[kRestBytes] = kEndOfText;
    for (std::size_t index = 0; index < encrypted.size(); ++index) {
        sum[index % kBlock] ^= encrypted[index];
    }
    std::array<std::uint8_t, kBlock> tag{};
    if (EVP_EncryptUpdate(second_context_.get(), tag.data(), &length, sum.data(),
                          static_cast<int>(sum.size())) != 1) {
        return std::nullopt;
    }
    return Tag{load_big_endian(tag.data()), load_big_endian(tag.data() + tag.size() / 2)};
}

}  // namespace agent_sessions::gateway
