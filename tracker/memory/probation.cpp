#include "tracker/memory/probation.h"

#include <algorithm>

namespace agent_sessions::tracker::memory {
namespace {

constexpr std::uint64_t kTimeMask = 0xffffffffU;

// Never 0, so that no entry looks empty.
std::uint64_t tag_of(SessionKey key) noexcept {
    return (key.low | std::uint64_t{1} << 32) & ~kTimeMask;
}

ProbationBucket& bucket_of(Layout& layout, SessionKey key) noexcept {
    const auto product = static_cast<unsigned __int128>(key.high) * layout.geometry.probation_buckets;
    return layout.probation_bucket(static_cast<std::uint64_t>(product >> 64));
}

}  // namespace

void note_stranger(Layout& layout, SessionKey key, Now now) noexcept {
    const std::uint64_t tag = tag_of(key);
    const auto second = std::chrono::floor<std::chrono::seconds>(now.boot.time_since_epoch()).count();
    auto& strangers = bucket_of(layout, key).strangers;
    auto* place = std::begin(strangers);
    for (auto* stranger = std::begin(strangers); stranger != std::end(strangers); ++stranger) {
        const std::uint64_t entry = stranger->load(std::memory_order_relaxed);
        if ((entry & ~kTimeMask) == tag) {
            place = stranger;
            break;
        }
        if ((entry & kTimeMask) < (place->load(std::memory_order_relaxed) & kTimeMask)) {
            place = stranger;
        }
    }
    place->store(tag | (static_cast<std::uint64_t>(second) & kTimeMask), std::memory_order_relaxed);
}

bool is_on_probation(Layout& layout, SessionKey key) noexcept {
    const auto& strangers = bucket_of(layout, key).strangers;
    return std::any_of(std::begin(strangers), std::end(strangers), [tag = tag_of(key)](const auto& stranger) {
        return (stranger.load(std::memory_order_relaxed) & ~kTimeMask) == tag;
    });
}

}  // namespace agent_sessions::tracker::memory
