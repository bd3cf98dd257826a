// A query, as the admin API and as the gateway read it.
#include <array>
#include <string>

#include "admin/problem.h"
#include "admin/query.h"
#include "admin/session_filter.h"
#include "admin/session_order.h"
#include "admin/text.h"
#include "ngx_module/gateway/query_argument.h"
#include "ngx_module/gateway/reactivation_url.h"
#include "tests/fuzz/support/input.h"
#include "tests/fuzz/support/promise.h"

namespace agent_sessions::fuzz {
namespace {

constexpr std::array<std::string_view, 11> kKnown{"q",           "agent",   "account", "label",
                                                  "interaction", "address", "idle_gt", "multiple",
                                                  "sort",        "limit",   "cursor"};

void read_as_list(const admin::Query& query) {
    admin::SessionFilter filter;
    for (const auto& [name, value] : query.parameters()) {
        promise(admin::is_valid_utf8(value), "a parameter is UTF-8");
        if (name == "sort") {
            admin::SessionOrder::parse(value);
        } else if (name != "limit" && name != "cursor") {
            filter.set(admin::Source::query, name, name, value);
        }
    }
    const std::size_t limit = admin::limit_of(query);
    promise(limit >= 1 && limit <= 500, "a page is bounded");
    promise(admin::is_valid_utf8(filter.description()), "what the audit says is UTF-8");
    promise(filter.digest() == filter.digest(), "a filter has one digest");
}

void ask_admin(std::string_view raw) {
    try {
        read_as_list(admin::Query::parse(raw, kKnown));
    } catch (const admin::Refusal& refusal) {
        promise(admin::is_valid_utf8(refusal.detail), "a refusal is UTF-8");
    }
}

// As nginx reads it: the first argument of the name, whatever its case, up to the next "&".
std::string_view find_slowly(std::string_view query, std::string_view name) {
    for (std::size_t begin = 0; begin <= query.size();) {
        const std::size_t end = std::min(query.find('&', begin), query.size());
        const std::string_view argument = query.substr(begin, end - begin);
        std::string lower(argument.substr(0, argument.find('=')));
        for (char& character : lower) {
            character =
                character >= 'A' && character <= 'Z' ? static_cast<char>(character | 0x20) : character;
        }
        if (lower == name && argument.size() > lower.size()) {
            return argument.substr(lower.size() + 1);
        }
        begin = end + 1;
    }
    return {};
}

void ask_gateway(std::string_view query) {
    constexpr std::string_view kName = "agent_session_mark";
    for (const std::string_view name : {kName, std::string_view("a")}) {
        promise(gateway::find_argument(query, name) == find_slowly(query, name),
                "the first argument is found");
    }
}

}  // namespace
}  // namespace agent_sessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace agent_sessions::fuzz;
    const std::string_view query = Input(bytes, size).rest();
    ask_admin(query);
    ask_gateway(query);
    return 0;
}
