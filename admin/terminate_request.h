// The body of POST api/1/sessions/terminate, and the words that any termination may carry.
//
//   {"refs": [REF, …]}                     up to kMaxRefs; each is answered once, in the order of its first
//   mention
//   {"filter": {…}, "expected": n}         the conditions of the list; "expected" may be left out only where
//   the
//                                          filter is exactly one account, or exactly one named agent
//   {"all": true}                          everything in scope
//   and each: "reason" (for the record), "message" (to the agent), "when": "now" or "finished", and "in":
//   "5m",
//                                          at most so long until the agent has finished: s, m or h
//
// Thread safety: values.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "admin/ref_list.h"
#include "admin/session_filter.h"
#include "tracker/types.h"

namespace agent_sessions::admin {

inline constexpr std::size_t kMaxWordsBytes = 256;

struct TerminationWords {
    std::string reason;   // for the audit
    std::string message;  // for the agent
};

// How it is to be done.
struct TerminationTerms {
    TerminationWords words;
    bool when_finished = false;              // not at once, but when their agents have finished
    std::optional<tracker::Millis> limit{};  // or after so long

    // For the audit, before what it is about; empty = at once.
    std::string description() const;
};

// Those that match; without `expected` whatever their number. No condition = all: needs the role admin.
struct TerminateSelection {
    SessionFilter filter;
    std::optional<std::uint64_t> expected;
};

struct TerminateRequest {
    TerminationTerms terms;
    std::variant<RefList, TerminateSelection> what;
};

// Throws Refusal: unknown_member, missing_member, invalid_member.
TerminateRequest parse_terminate_request(boost::json::object body);

// The body that a DELETE may have: "reason" and "message", or nothing at all. Throws likewise, and
// invalid_json.
TerminationWords parse_termination_words(std::string_view body);

}  // namespace agent_sessions::admin
