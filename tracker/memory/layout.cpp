#include "tracker/memory/layout.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "tracker/memory/zone_lock.h"

namespace agent_sessions::tracker::memory {
namespace {

// So many small tables have of everything in abundance: memory counts where there are very many sessions.
constexpr std::uint64_t kSmall = 65'536;

// `small` and `large` eighths of a thing for each session that a small table has room for, and for each
// further one.
std::uint64_t share(std::uint64_t capacity, std::uint64_t small, std::uint64_t large) {
    const std::uint64_t first = std::min(capacity, kSmall);
    return (first * small + (capacity - first) * large) / 8;
}

// 1,024 more than needed for the smallest tables, so that a handful of terminations never crowds out begins.
std::uint64_t slots_for(std::uint64_t capacity) {
    return share(capacity, 12, 10) + 1024;
}

class Carver {
  public:
    explicit Carver(std::uint64_t start) : end_(start) {}

    std::uint64_t carve(std::uint64_t bytes) {
        const std::uint64_t offset = (end_ + 63) / 64 * 64;
        end_ = offset + bytes;
        return offset;
    }

    std::uint64_t total() const { return (end_ + 4095) / 4096 * 4096; }

  private:
    std::uint64_t end_;
};

}  // namespace

Geometry geometry_for(std::uint64_t capacity) noexcept {
    Geometry geometry{};
    geometry.capacity = capacity;
    geometry.slots = slots_for(capacity);
    geometry.groups = geometry.slots / 4 + 16;
    geometry.overflow_groups = geometry.groups / 8 + 64;
    geometry.texts = share(capacity, 24, 10) + 4096;
    geometry.text_buckets = std::bit_ceil(geometry.texts / 4);
    geometry.instances = share(capacity, 16, 9) + 1024;
    geometry.accounts = std::clamp<std::uint64_t>(capacity / 16, 256, 16384);
    geometry.account_buckets = std::bit_ceil(geometry.accounts);
    geometry.events = std::clamp<std::uint64_t>(std::bit_ceil(capacity), 4096, 65536);
    geometry.quarters = std::clamp<std::uint64_t>(geometry.accounts * 16, 4096, 65536);
    geometry.acts = 512;
    geometry.probation_buckets = std::clamp<std::uint64_t>(capacity / 64, 64, 16384);

    Carver carver(sizeof(Layout));
    geometry.hot_offset = carver.carve(geometry.slots * sizeof(HotSlot));
    geometry.cold_offset = carver.carve(geometry.slots * sizeof(ColdSlot));
    geometry.group_offset = carver.carve(geometry.groups * sizeof(IndexGroup));
    geometry.overflow_offset = carver.carve(geometry.overflow_groups * sizeof(IndexGroup));
    geometry.text_offset = carver.carve(geometry.texts * sizeof(TextBlock));
    geometry.bucket_offset = carver.carve(geometry.text_buckets * sizeof(Shared<TextIndex>));
    geometry.instance_offset = carver.carve(geometry.instances * sizeof(InstanceRecord));
    geometry.account_offset = carver.carve(geometry.accounts * sizeof(AccountRecord));
    geometry.account_bucket_offset = carver.carve(geometry.account_buckets * sizeof(Shared<std::uint32_t>));
    geometry.event_offset = carver.carve(geometry.events * sizeof(EventRecord));
    geometry.quarter_offset = carver.carve(geometry.quarters * sizeof(QuarterRecord));
    geometry.act_offset = carver.carve(geometry.acts * sizeof(ActRecord));
    geometry.probation_offset = carver.carve(geometry.probation_buckets * sizeof(ProbationBucket));
    geometry.total_bytes = carver.total();
    return geometry;
}

void initialise(Layout& layout, const Geometry& geometry, const char* boot_id,
                const std::uint8_t (&random)[32], WallTime now) noexcept {
    std::memcpy(layout.magic, kMagic, sizeof(layout.magic));
    layout.version = kLayoutVersion;
    layout.byte_order = kByteOrderMark;
    layout.header_bytes = sizeof(Layout);
    std::strncpy(layout.boot_id, boot_id, sizeof(layout.boot_id) - 1);
    std::memcpy(layout.uuid, random, sizeof(layout.uuid));
    std::memcpy(&layout.hash_key, random + sizeof(layout.uuid), sizeof(layout.hash_key));
    layout.created = now.time_since_epoch().count();
    layout.geometry = geometry;
    make_lock(layout);

    Totals& totals = layout.totals;
    totals.free_slots = kNoSlot;
    totals.fresh_texts = 1;
    totals.fresh_instances = 1;
    totals.default_total = kNoTotal;
    totals.next_event = 1;
    totals.accounts = 1;
    totals.next_act = 1;
    layout.history.saved_acts = 1;
    layout.visible_events = 1;

    AccountRecord& overall = layout.account(kOverall);
    overall.name[0] = '*';
    overall.name_length = 1;
    overall.total = kNoTotal;
    layout.ready.store(1, std::memory_order_release);
}

}  // namespace agent_sessions::tracker::memory
