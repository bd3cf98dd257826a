// How a list is told: as JSON, or as a file of comma-separated values.
// Thread safety: values.
#pragma once

#include <boost/json/fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "admin/message.h"

namespace agent_sessions::admin {

class ListFormat {
  public:
    // CSV where the path of the request ends with ".csv", or its Accept names text/csv.
    explicit ListFormat(const Request& request);

    // The path without ".csv".
    static std::string_view route_of(std::string_view path);

    bool is_csv() const { return csv_; }

    // The list itself; or its array `rows` as CSV with these columns, where its member `next`, if there is
    // one, becomes a Link header.
    Response answer(boost::json::object list, std::string_view rows,
                    std::span<const std::string_view> columns, tracker::WallTime now) const;

    // The same for long lists, whose rows were written one by one: `list` has no member `rows` then.
    std::string written(const boost::json::object& row, std::span<const std::string_view> columns) const;
    Response answer(const boost::json::object& list, std::string_view rows,
                    std::span<const std::string> written_rows, std::span<const std::string_view> columns,
                    tracker::WallTime now) const;

  private:
    Response csv_response(const boost::json::object& list, std::string body, tracker::WallTime now) const;
    std::string link_to(std::string_view cursor) const;

    bool csv_ = false;
    std::string name_;     // of the list, for a file's name: "usage-peak"
    std::string segment_;  // the last one of the path
    std::string query_;    // without the cursor, encoded anew
};

}  // namespace agent_sessions::admin
