#include "tracker/history/maxima.h"

#include <algorithm>
#include <utility>

namespace agent_sessions::tracker::history {

Maxima::Maxima(std::vector<WallTime> starts, WallTime end) : starts_(std::move(starts)), end_(end) {
    maxima_.reserve(starts_.size());
}

void Maxima::note(Maximum& maximum, WallTime at) const {
    maximum = {count_, at, sequence_, static_cast<std::uint32_t>(agents_.size())};
}

void Maxima::open_period() {
    const WallTime start = starts_[maxima_.size()];
    note(maxima_.emplace_back(), start);
}

// Opens the periods that had started by then.
void Maxima::advance(WallTime until) {
    while (maxima_.size() < starts_.size() && starts_[maxima_.size()] <= until) {
        open_period();
    }
}

void Maxima::follow_agent(const Change& change) {
    if (change.agent.empty()) {
        return;
    }
    if (change.difference > 0) {
        ++agents_[change.agent];
        return;
    }
    const auto found = agents_.find(change.agent);
    if (found != agents_.end() && --found->second == 0) {
        agents_.erase(found);
    }
}

void Maxima::add(const Change& change) {
    if (change.at >= end_) {
        return;
    }
    advance(change.at);
    sequence_ = change.sequence;
    follow_agent(change);
    if (change.difference < 0) {
        count_ -= std::min(count_, std::uint32_t{1});
        return;
    }
    ++count_;
    if (!maxima_.empty() && count_ > maxima_.back().count) {
        note(maxima_.back(), std::max(change.at, starts_[maxima_.size() - 1]));
    }
}

std::vector<Maximum> Maxima::take() {
    while (maxima_.size() < starts_.size()) {
        open_period();
    }
    return std::exchange(maxima_, {});
}

}  // namespace agent_sessions::tracker::history
