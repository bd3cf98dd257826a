// The exact maximum of each of a row of periods, from what began and ended, in order.
//
// Where quarter hours can't tell (a minute, the sum of some accounts) the sessions themselves are counted
// again. Thread safety: none. Memory: O(periods + agents alive). Cost: O(1) per change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/time.h"

namespace agent_sessions::tracker::history {

struct Maximum {
    std::uint32_t count = 0;
    WallTime at{};
    // The last change then: who was in it began up to this one and ended after it.
    std::uint64_t sequence = 0;
    std::uint32_t agents = 0;  // distinct names among them
};

// One begin (+1) or end (-1).
struct Change {
    std::uint64_t sequence = 0;
    WallTime at{};
    int difference = 0;
    std::string agent;  // unique over accounts; empty = Guest
};

class Maxima {
  public:
    // Period n lasts from starts[n] to starts[n + 1], and the last one to `end`. REQUIRES: ascending.
    Maxima(std::vector<WallTime> starts, WallTime end);

    // REQUIRES: rising sequences, and all changes of the sessions that lived in the periods, the ones before
    // the first period too. A clock that was put back moves nothing back to an earlier period.
    void add(const Change& change);

    // One for each period, in order. What was alive when a period started counts in it.
    std::vector<Maximum> take();

  private:
    void advance(WallTime until);
    void open_period();
    void note(Maximum& maximum, WallTime at) const;
    void follow_agent(const Change& change);

    std::vector<WallTime> starts_;
    WallTime end_;
    std::vector<Maximum> maxima_;  // the last one is the period at hand
    std::uint32_t count_ = 0;
    std::uint64_t sequence_ = 0;
    std::unordered_map<std::string, std::uint32_t> agents_;  // sessions of each
};

}  // namespace agent_sessions::tracker::history
