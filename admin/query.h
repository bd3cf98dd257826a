// The parameters of a query, read strictly: known names only, each at most once, UTF-8 only.
// Thread safety: values.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/message.h"

namespace agent_sessions::admin {

class Query {
  public:
    // Throws Refusal: invalid_query, unknown_parameter, repeated_parameter, invalid_parameter.
    // "+" and "%20" are spaces. `known` only needs to live for the call.
    static Query parse(std::string_view raw, std::span<const std::string_view> known);

    // nullopt = not given; given without a value is empty. Valid as long as the query.
    std::optional<std::string_view> find(std::string_view name) const;

    const std::vector<std::pair<std::string, std::string>>& parameters() const { return parameters_; }

  private:
    std::vector<std::pair<std::string, std::string>> parameters_;
};

// The parameter `limit`: how many rows a page has. Throws Refusal invalid_parameter.
std::size_t limit_of(const Query& query);

// Throws as Query::parse where there is any parameter at all.
void require_no_query(const Request& request);

}  // namespace agent_sessions::admin
