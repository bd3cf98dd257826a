// One caller of the admin endpoint, as an account admin, a viewer or the operator of all accounts.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/support/http.h"

namespace agent_sessions::e2e {

class AdminClient {
  public:
    struct Caller {
        std::string accounts = "*";
        std::string role = "admin";
        std::string user = "supervisor";
    };

    AdminClient(Origin origin, Caller caller);

    // `path` below ADMIN/api/1/. The test fails when the answer is not JSON of the media type it has to have.
    HttpResponse get(const std::string& path);
    HttpResponse post(const std::string& path, const std::string& json);
    HttpResponse remove(const std::string& ref);
    // Any request, with this caller's name on it.
    HttpResponse send(HttpRequest request);

    // GET that has to succeed.
    boost::json::object read(const std::string& path);
    // All rows of a list that fits one page; `query` as in "q=al&sort=agent".
    std::vector<boost::json::object> list(const std::string& query = "");
    // The row of this ref; nullopt = not in the list.
    std::optional<boost::json::object> row(const std::string& ref);
    std::int64_t current(const std::string& query = "");
    // Ends these; gives each one's result, "terminated" and so on, in the order of the refs.
    std::vector<std::string> terminate(const std::vector<std::string>& refs, const std::string& message = "");
    // Every ref of the list, collected page by page.
    std::vector<std::string> all_refs(const std::string& query, std::size_t limit);

  private:
    Connection connection_;
    Caller caller_;
};

boost::json::object parse_object(const HttpResponse& response);
std::string text_of(const boost::json::object& object, const char* key);
// Checks a problem document: status, media type, code.
void expect_problem(const HttpResponse& response, long status, const std::string& code = "");

}  // namespace agent_sessions::e2e
