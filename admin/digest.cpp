#include "admin/digest.h"

#include <openssl/evp.h>

namespace agent_sessions::admin {

std::uint64_t digest_of(std::string_view text) {
    unsigned char hash[EVP_MAX_MD_SIZE] = {};
    EVP_Digest(text.data(), text.size(), hash, nullptr, EVP_sha256(), nullptr);
    std::uint64_t digest = 0;
    for (int index = 0; index < 8; ++index) {
        digest = digest << 8 | hash[index];
    }
    return digest;
}

}  // namespace agent_sessions::admin
