// Lists as comma-separated values. Source: RFC 4180.
// Thread safety: every function may be called from anywhere.
#pragma once

#include <boost/json/fwd.hpp>
#include <span>
#include <string>
#include <string_view>

namespace agent_sessions::admin {

// The columns.
std::string csv_header(std::span<const std::string_view> columns);
// The members of these names. null is an empty cell, a list is joined by "; ". A text that a spreadsheet
// would take for a formula gets an apostrophe in front. Always valid UTF-8.
std::string csv_line(std::span<const std::string_view> columns, const boost::json::object& row);
// The header and a line for each object.
std::string csv_text(std::span<const std::string_view> columns, const boost::json::array& rows);

}  // namespace agent_sessions::admin
