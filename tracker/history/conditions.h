// The conditions of a query, with their values.
// Thread safety: none.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
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
        (binders_.push_back(binder_of(std::move(values))), ...);
    }

    // " WHERE …"; empty where there is none.
    const std::string& sql() const noexcept { return sql_; }

    // Sets the statement's first parameters; gives the index of the one behind them.
    int bind(Statement& statement) const {
        int index = 0;
        for (const Binder& bind_to : binders_) {
            bind_to(statement, ++index);
        }
        return index + 1;
    }

  private:
    using Binder = std::function<void(Statement& statement, int index)>;

    template <typename Value>
    static Binder binder_of(Value value) {
        return [value = std::move(value)](Statement& statement, int index) { statement.bind(index, value); };
    }

    std::string sql_;
    std::vector<Binder> binders_;
};

}  // namespace agent_sessions::tracker::history
