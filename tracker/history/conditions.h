// The conditions of a query, with their values.
// Thread safety: none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tracker/history/sqlite.h"

namespace agent_sessions::tracker::history {

class Conditions {
  public:
    // `sql` has one "?" for each value.
    template <typename... Values>
    void add(std::string_view sql, Values... values) {
        sql_ += sql_.empty() ? " WHERE " : " AND ";
        sql_ += sql;
        (values_.emplace_back(Value(std::move(values))), ...);
    }

    // " WHERE …"; empty where there is none.
    const std::string& sql() const noexcept { return sql_; }

    // Sets the statement's first parameters; gives the index of the one behind them.
    int bind(Statement& statement) const {
        int index = 0;
        for (const Value& value : values_) {
            std::visit([&statement, &index](const auto& given) { statement.bind(++index, given); }, value);
        }
        return index + 1;
    }

  private:
    using Value = std::variant<std::int64_t, WallTime, std::string, SessionKey, EndReason>;

    std::string sql_;
    std::vector<Value> values_;
};

}  // namespace agent_sessions::tracker::history
