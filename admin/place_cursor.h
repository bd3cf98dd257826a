// Where the next page of a list begins, as numbers that only that list understands. Opaque to clients and
// safe in a URL; as list_cursor.h it needs no signature.
// Thread safety: every function may be called from anywhere.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace agent_sessions::admin {

// `digest` stands for the list and its filter.
std::string encode_place(std::uint64_t digest, std::span<const std::int64_t> numbers);

// Fills `numbers`; false = not a cursor, or one of another list or filter.
bool decode_place(std::string_view cursor, std::uint64_t digest, std::span<std::int64_t> numbers);

}  // namespace agent_sessions::admin
