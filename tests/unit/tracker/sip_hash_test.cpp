#include "tracker/sip_hash.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <string>
#include <vector>

namespace agent_sessions::tracker {
namespace {

constexpr SipKey kKey{0x0706050403020100, 0x0f0e0d0c0b0a0908};

// OpenSSL's SipHash of the same text, as bytes.
std::vector<unsigned char> reference(const std::string& text, std::size_t size) {
    std::vector<unsigned char> secret(16);
    for (std::size_t i = 0; i < secret.size(); ++i) {
        secret[i] = static_cast<unsigned char>(i);
    }
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
    EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                     OSSL_PARAM_construct_end()};
    std::vector<unsigned char> hash(size);
    std::size_t length = 0;
    EXPECT_EQ(EVP_MAC_init(context, secret.data(), secret.size(), parameters), 1);
    EXPECT_EQ(EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()), text.size()), 1);
    EXPECT_EQ(EVP_MAC_final(context, hash.data(), &length, hash.size()), 1);
    EXPECT_EQ(length, size);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    return hash;
}

void append(std::vector<unsigned char>& bytes, std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) {
        bytes.push_back(static_cast<unsigned char>(number >> shift));
    }
}

TEST(SipHash, IsThatOfOpenSslForEveryLength) {
    std::string text;
    for (std::size_t length = 0; length < 70; ++length) {
        std::vector<unsigned char> hash;
        append(hash, sip_hash_64(kKey, text));
        EXPECT_EQ(hash, reference(text, 8)) << length;
        text += static_cast<char>(length * 37);
    }
}

}  // namespace
}  // namespace agent_sessions::tracker
