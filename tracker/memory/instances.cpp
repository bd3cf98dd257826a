#include "tracker/memory/instances.h"

#include "tracker/memory/texts.h"

namespace agent_sessions::tracker::memory {
namespace {

constexpr std::uint64_t kTagMask = 0xffffffff00000000U;

std::uint64_t mark_of(std::uint64_t key, BootTime seen) noexcept {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(seen.time_since_epoch()).count();
    return key << 32 | static_cast<std::uint32_t>(seconds);
}

InstanceIndex next_of(Layout& layout, InstanceIndex index) noexcept {
    const InstanceIndex next = layout.instance(index).next.load(std::memory_order_relaxed);
    return next < layout.geometry.instances ? next : 0;
}

InstanceIndex take_record(Transaction& change) noexcept {
    Layout& layout = change.layout();
    const InstanceIndex free = layout.totals.free_instances.load(std::memory_order_relaxed);
    if (free != 0 && free < layout.geometry.instances) {
        change.set(layout.totals.free_instances, layout.instance(free).next.load(std::memory_order_relaxed));
        return free;
    }
    const std::uint32_t fresh = layout.totals.fresh_instances.load(std::memory_order_relaxed);
    if (fresh >= layout.geometry.instances) {
        layout.dropped_details.fetch_add(1, std::memory_order_relaxed);
        return 0;
    }
    change.set(layout.totals.fresh_instances, fresh + 1);
    return fresh;
}

}  // namespace

std::uint64_t instance_key(const Layout& layout, std::string_view name, std::string_view instance) noexcept {
    HashKey key = layout.hash_key;
    key.first ^= instance.empty() ? 0x6e616d65U : 0x69647321U;
    const std::uint64_t hash = keyed_hash(key, instance.empty() ? name : instance);
    return hash == 0 ? 1 : hash;
}

std::uint64_t key_of_instance(Layout& layout, InstanceIndex index) noexcept {
    const InstanceRecord& record = layout.instance(index);
    return std::uint64_t{record.key_high.load(std::memory_order_relaxed)} << 32 |
           record.mark.load(std::memory_order_relaxed) >> 32;
}

WallTime opened_at(Layout& layout, InstanceIndex index) noexcept {
    return WallTime{std::chrono::seconds{layout.instance(index).opened.load(std::memory_order_relaxed)}};
}

InstanceIndex find_instance(Layout& layout, InstanceIndex first, std::uint64_t key) noexcept {
    InstanceIndex index = first < layout.geometry.instances ? first : 0;
    for (std::uint32_t steps = 0; index != 0 && steps < kMaxInstanceRecords; ++steps) {
        if (key_of_instance(layout, index) == key) {
            return index;
        }
        index = next_of(layout, index);
    }
    return 0;
}

bool refresh_instance(Layout& layout, InstanceIndex index, std::uint64_t key, BootTime now) noexcept {
    auto& mark = layout.instance(index).mark;
    const std::uint64_t wanted = mark_of(key, now);
    std::uint64_t seen = mark.load(std::memory_order_relaxed);
    while ((seen & kTagMask) == (wanted & kTagMask)) {
        if (seen >= wanted || mark.compare_exchange_weak(seen, wanted, std::memory_order_relaxed)) {
            return true;
        }
    }
    return false;
}

BootTime last_seen(Layout& layout, InstanceIndex index) noexcept {
    const auto seconds =
        static_cast<std::uint32_t>(layout.instance(index).mark.load(std::memory_order_relaxed));
    return BootTime{std::chrono::seconds{seconds}};
}

bool is_timed_out(Layout& layout, InstanceIndex index, std::uint32_t timeout_seconds, BootTime now) noexcept {
    return now - last_seen(layout, index) > std::chrono::seconds{timeout_seconds};
}

ChainLength chain_length(Layout& layout, InstanceIndex first) noexcept {
    ChainLength length;
    for (InstanceIndex index = first; index != 0 && length.records < kMaxInstanceRecords;
         index = next_of(layout, index)) {
        ++length.records;
        length.named += layout.instance(index).name.load(std::memory_order_relaxed) != 0 ? 1 : 0;
    }
    return length;
}

InstanceIndex add_instance(Transaction& change, Shared<InstanceIndex>& first, std::uint64_t key,
                           TextIndex name, Now now) noexcept {
    const InstanceIndex index = take_record(change);
    if (index == 0) {
        return 0;
    }
    InstanceRecord& record = change.layout().instance(index);
    change.set(record.next, first.load(std::memory_order_relaxed));
    record.key_high.store(static_cast<std::uint32_t>(key >> 32), std::memory_order_relaxed);
    record.opened.store(static_cast<std::uint32_t>(
                            std::chrono::floor<std::chrono::seconds>(now.wall).time_since_epoch().count()),
                        std::memory_order_relaxed);
    record.name.store(name, std::memory_order_relaxed);
    record.mark.store(mark_of(key, now.boot), std::memory_order_relaxed);
    change.set(first, index);
    return index;
}

void remove_instance(Transaction& change, Shared<InstanceIndex>& first, InstanceIndex index) noexcept {
    Layout& layout = change.layout();
    Shared<InstanceIndex>* link = &first;
    for (std::uint32_t steps = 0; link->load(std::memory_order_relaxed) != index; ++steps) {
        if (link->load(std::memory_order_relaxed) == 0 || steps > kMaxInstanceRecords) {
            return;
        }
        link = &layout.instance(link->load(std::memory_order_relaxed)).next;
    }
    InstanceRecord& record = layout.instance(index);
    change.set(*link, record.next.load(std::memory_order_relaxed));
    release(change, record.name.load(std::memory_order_relaxed));
    change.set(record.next, layout.totals.free_instances.load(std::memory_order_relaxed));
    change.set(layout.totals.free_instances, index);
}

}  // namespace agent_sessions::tracker::memory
