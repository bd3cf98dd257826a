#include "tracker/memory/faults.h"

#include <utility>

namespace agent_sessions::tracker::memory {
namespace {

constexpr std::size_t kMostFaults = 32;

std::string name_of(Subject subject) {
    return std::string(subject.what) + " " + std::to_string(subject.number);
}

}  // namespace

void FaultList::add(std::string fault) {
    if (faults_.size() < kMostFaults) {
        faults_.push_back(std::move(fault));
    }
}

void FaultList::add(Subject subject, std::string_view how) {
    add(name_of(subject).append(" ").append(how));
}

void FaultList::differs(std::uint64_t is, std::uint64_t should, const std::string& what) {
    add(what + " is " + std::to_string(is) + ", a recount gives " + std::to_string(should));
}

void FaultList::differs(std::uint64_t is, std::uint64_t should, Subject subject) {
    differs(is, should, name_of(subject));
}

}  // namespace agent_sessions::tracker::memory
