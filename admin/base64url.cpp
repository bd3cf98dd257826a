#include "admin/base64url.h"

#include <openssl/evp.h>

#include <algorithm>
#include <vector>

namespace agent_sessions::admin {

std::string to_base64url(std::string_view bytes) {
    std::vector<unsigned char> coded(4 * ((bytes.size() + 2) / 3) + 1);
    const int size = EVP_EncodeBlock(coded.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    std::string text(coded.begin(), coded.begin() + size);
    text.erase(std::find(text.begin(), text.end(), '='), text.end());
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    if (text.size() % 4 == 1 || text.find_first_of("+/= \t\r\n\v\f") != std::string_view::npos) {
        return std::nullopt;
    }
    std::string coded(text);
    std::replace(coded.begin(), coded.end(), '-', '+');
    std::replace(coded.begin(), coded.end(), '_', '/');
    const std::size_t padding = (4 - coded.size() % 4) % 4;
    coded.append(padding, '=');
    std::vector<unsigned char> bytes(coded.size() / 4 * 3);
    const int size = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(coded.data()),
                                     static_cast<int>(coded.size()));
    if (size < 0 || static_cast<std::size_t>(size) < padding) {
        return std::nullopt;
    }
    return std::string(bytes.begin(), bytes.begin() + size - static_cast<std::ptrdiff_t>(padding));
}

}  // namespace agent_sessions::admin
