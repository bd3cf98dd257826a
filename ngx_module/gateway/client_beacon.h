// What the script in an agent's page sends to its location: a JSON object in which every member may be
// missing.
//
//   {"open": [{"name": "Billing", "instance": "5f1c"}],   interactions that are open in the page
//    "close": [{"name": "Billing", "instance": "5f1c"}],  those that are no more
//    "active": true,                                      the agent was active since the last one
//    "page": "/flow?step=2"}                              path and query of the page, for the way back to it
//
// An empty body is a mere question. Thread safety: pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agent_sessions::gateway {

inline constexpr std::size_t kMaxBeaconBytes = std::size_t{64} * 1024;
inline constexpr std::size_t kMaxBeaconInstances = 64;  // in each of both lists
// More than is kept of a name, so that whoever counts in characters may send as many.
inline constexpr std::size_t kMaxBeaconWordBytes = 512;

struct BeaconInstance {
    std::string name;      // never empty
    std::string instance;  // may be empty: one instance per name
};

struct Beacon {
    std::vector<BeaconInstance> open;
    std::vector<BeaconInstance> close;
    bool active = false;
    bool left = false;  // what is to be closed was open in a page that its browser left
    std::string page;   // begins with a slash, or is empty

    // In a sentence, what of the body can't be understood; all else is then to be ignored. Empty = nothing.
    std::string fault;
};

Beacon parse_beacon(std::string_view body);

}  // namespace agent_sessions::gateway
