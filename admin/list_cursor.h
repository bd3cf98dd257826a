// Where the next page begins: behind one place in one order of one filter. Opaque to clients and safe in a
// URL.
//
// It holds a value that the client has just seen, so it needs no signature: a made-up one only names another
// place within the caller's scope. Thread safety: every function may be called from anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "admin/session_order.h"

namespace agent_sessions::admin {

std::string encode_cursor(const SessionOrder& order, std::uint64_t filter_digest, const SortKey& last);

// nullopt: not a cursor, or one of another version, order or filter.
std::optional<SortKey> decode_cursor(std::string_view cursor, const SessionOrder& order,
                                     std::uint64_t filter_digest);

}  // namespace agent_sessions::admin
