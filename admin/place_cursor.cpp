#include "admin/place_cursor.h"

#include "admin/base64url.h"

namespace agent_sessions::admin {
namespace {

// version | digest 8 | each number 8
constexpr char kVersion = 2;  // 1 is that of list_cursor
constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kMaxCursorChars = 256;

void append_number(std::string& bytes, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) {
        bytes += static_cast<char>(number >> shift);
    }
}

std::uint64_t number_at(std::string_view bytes, std::size_t offset) {
    std::uint64_t number = 0;
    for (const char byte : bytes.substr(offset, kNumberBytes)) {
        number = number << 8 | static_cast<unsigned char>(byte);
    }
    return number;
}

std::string prefix_of(std::uint64_t digest) {
    std::string bytes(1, kVersion);
    append_number(bytes, digest);
    return bytes;
}

}  // namespace

std::string encode_place(std::uint64_t digest, std::span<const std::int64_t> numbers) {
    std::string bytes = prefix_of(digest);
    for (const std::int64_t number : numbers) {
        append_number(bytes, static_cast<std::uint64_t>(number));
    }
    return to_base64url(bytes);
}

bool decode_place(std::string_view cursor, std::uint64_t digest, std::span<std::int64_t> numbers) {
    if (cursor.empty() || cursor.size() > kMaxCursorChars) {
        return false;
    }
    const std::optional<std::string> bytes = from_base64url(cursor);
    const std::string prefix = prefix_of(digest);
    if (!bytes || !bytes->starts_with(prefix) ||
        bytes->size() != prefix.size() + numbers.size() * kNumberBytes) {
        return false;
    }
    std::size_t offset = prefix.size();
    for (std::int64_t& number : numbers) {
        number = static_cast<std::int64_t>(number_at(*bytes, offset));
        offset += kNumberBytes;
    }
    return true;
}

}  // namespace agent_sessions::admin
