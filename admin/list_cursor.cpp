#include "admin/list_cursor.h"

#include "admin/base64url.h"

namespace agent_sessions::admin {
namespace {

// version | column | descending | filter digest 8 | ref 16 | number 8 | text
constexpr unsigned char kCursorVersion = 1;
constexpr std::size_t kFixedBytes = 3 + 8 + 16 + 8;
constexpr std::size_t kMaxCursorChars = 4096;

void append_number(std::string& bytes, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) {
        bytes += static_cast<char>(number >> shift);
    }
}

std::uint64_t number_at(std::string_view bytes, std::size_t offset) {
    std::uint64_t number = 0;
    for (const char byte : bytes.substr(offset, 8)) {
        number = number << 8 | static_cast<unsigned char>(byte);
    }
    return number;
}

std::string prefix_of(const SessionOrder& order, std::uint64_t filter_digest) {
    std::string bytes;
    bytes += static_cast<char>(kCursorVersion);
    bytes += static_cast<char>(order.column);
    bytes += static_cast<char>(order.descending);
    append_number(bytes, filter_digest);
    return bytes;
}

}  // namespace

std::string encode_cursor(const SessionOrder& order, std::uint64_t filter_digest, const SortKey& last) {
    std::string bytes = prefix_of(order, filter_digest);
    append_number(bytes, last.session.high);
    append_number(bytes, last.session.low);
    append_number(bytes, static_cast<std::uint64_t>(last.number));
    bytes += last.text;
    return to_base64url(bytes);
}

std::optional<SortKey> decode_cursor(std::string_view cursor, const SessionOrder& order,
                                     std::uint64_t filter_digest) {
    if (cursor.empty() || cursor.size() > kMaxCursorChars) {
        return std::nullopt;
    }
    const std::optional<std::string> bytes = from_base64url(cursor);
    const std::string prefix = prefix_of(order, filter_digest);
    if (!bytes || bytes->size() < kFixedBytes || !bytes->starts_with(prefix)) {
        return std::nullopt;
    }
    SortKey key;
    key.session.high = number_at(*bytes, prefix.size());
    key.session.low = number_at(*bytes, prefix.size() + 8);
    key.number = static_cast<std::int64_t>(number_at(*bytes, prefix.size() + 16));
    key.text = bytes->substr(kFixedBytes);
    return key;
}

}  // namespace agent_sessions::admin
