#include "ngx_module/gateway/light_mac.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace agent_sessions::gateway {
namespace {

using Key = std::array<std::uint8_t, LightMac::kKeyBytes>;
using Block = std::array<std::uint8_t, 16>;

Key make_key(unsigned seed) {
    Key key{};
    for (std::size_t index = 0; index < key.size(); ++index) {
        key[index] = static_cast<std::uint8_t>(seed * 77 + index * 31);
    }
    return key;
}

std::string make_text(unsigned seed) {
    std::string text(LightMac::kTextBytes, ' ');
    for (std::size_t index = 0; index < text.size(); ++index) {
        text[index] = static_cast<char>(seed * 131 + index * (seed + 3));
    }
    return text;
}

Block encrypt(const std::uint8_t* key, const Block& block) {
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    Block encrypted{};
    int length = 0;
    EXPECT_EQ(EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), nullptr, key, nullptr), 1);
    EXPECT_EQ(EVP_CIPHER_CTX_set_padding(context, 0), 1);
    EXPECT_EQ(EVP_EncryptUpdate(context, encrypted.data(), &length, block.data(), block.size()), 1);
    EVP_CIPHER_CTX_free(context);
    return encrypted;
}

// Word for word from the definition, for any length.
LightMac::Tag definition(const Key& key, std::string_view text) {
    Block sum{};
    const auto add = [&sum](const Block& block) {
        std::transform(sum.begin(), sum.end(), block.begin(), sum.begin(), std::bit_xor<>());
    };
    for (std::uint8_t counter = 1; text.size() > 15; ++counter) {
        Block block{counter};
        std::copy_n(text.begin(), 15, block.begin() + 1);
        add(encrypt(key.data(), block));
        text.remove_prefix(15);
    }
    Block rest{};
    std::copy(text.begin(), text.end(), rest.begin());
    rest[text.size()] = 0x80;
    add(rest);
    const Block tag = encrypt(key.data() + 16, sum);
    LightMac::Tag result{};
    for (std::size_t index = 0; index < 8; ++index) {
        result.high = result.high << 8 | tag[index];
        result.low = result.low << 8 | tag[index + 8];
    }
    return result;
}

class LightMacBy : public testing::TestWithParam<LightMac::Means> {};

INSTANTIATE_TEST_SUITE_P(Means, LightMacBy,
                         testing::Values(LightMac::best_means(), LightMac::Means::library));

TEST_P(LightMacBy, IsAsDefined) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        LightMac mac;
        ASSERT_TRUE(mac.set_key(make_key(seed), GetParam()));
        EXPECT_EQ(mac.tag_of(make_text(seed)), definition(make_key(seed), make_text(seed))) << seed;
        EXPECT_EQ(mac.tag_of(make_text(seed + 1)), definition(make_key(seed), make_text(seed + 1))) << seed;
    }
}

TEST_P(LightMacBy, DependsOnEveryBitOfKeyAndText) {
    std::set<std::pair<std::uint64_t, std::uint64_t>> tags;
    const auto take = [&tags](const Key& key, const std::string& text) {
        LightMac mac;
        ASSERT_TRUE(mac.set_key(key, GetParam()));
        const auto tag = mac.tag_of(text);
        ASSERT_TRUE(tag);
        tags.emplace(tag->high, tag->low);
    };
    take(make_key(1), make_text(1));
    for (std::size_t bit = 0; bit < 8 * LightMac::kKeyBytes; ++bit) {
        Key key = make_key(1);
        key[bit / 8] = static_cast<std::uint8_t>(key[bit / 8] ^ 1U << bit % 8);
        take(key, make_text(1));
    }
    for (std::size_t bit = 0; bit < 8 * LightMac::kTextBytes; ++bit) {
        std::string text = make_text(1);
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1U << bit % 8);
        take(make_key(1), text);
    }
    EXPECT_EQ(tags.size(), 1 + 8 * (LightMac::kKeyBytes + LightMac::kTextBytes));
}

}  // namespace
}  // namespace agent_sessions::gateway
