#include "tests/support/busy_segment.h"

#include <limits>
#include <string>

#include "tracker/history_feed.h"

namespace agent_sessions::testing {
namespace {

using namespace std::chrono_literals;
using namespace tracker;
using memory::Layout;

constexpr std::uint64_t kSessions = 48;

SessionKey key_of(std::uint64_t number) {
    return {number * 0x9e3779b97f4a7c15U, number * 0xc2b2ae3d27d4eb4fU};
}

BeginRequest request_of(std::uint64_t number, Now now) {
    static constexpr std::string_view kAgents[] = {
        "", "alice", "bob", "Anneliese Example of the Second Floor, Billing, North, with a long name"};
    static constexpr std::string_view kAccounts[] = {"acme", "globex", "initech"};
    BeginRequest request;
    request.key = key_of(number);
    request.started = now.wall;
    request.account = kAccounts[number % std::size(kAccounts)];
    request.time_zone = "Europe/Berlin";
    request.agent = kAgents[number % std::size(kAgents)];
    request.label = number % 2 == 0 ? "north" : "";
    request.address = "192.0.2.1";
    request.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    request.confirmed = number % 3 != 0;
    return request;
}

void record(Tracker tracker, ActKind kind, Now now) {
    ActRequest request;
    request.kind = kind;
    request.sweeping = kind == ActKind::terminate;
    request.user = "root";
    request.role = "admin";
    request.accounts = "acme\n";
    request.account = "acme";
    request.what = "a filter";
    request.agent = "bob";
    request.pseudonym = "erased-01";
    if (const auto ticket = tracker.record_act(request, now)) {
        tracker.finish_act(*ticket, 1, now);
    }
}

void use_live(Tracker tracker, SessionHandle handle, Now now) {
    tracker.touch(handle, now);
    tracker.open_instance(handle, "invoice", "1", now);
    tracker.open_instance(handle, "order", "1", now);
    tracker.close_instance(handle, "complaint", "", now);
    tracker.identify(handle, "carol", now);
    tracker.relabel(handle, "south", now);
}

void use_ended(Tracker tracker, SessionHandle handle, Now now) {
    static_cast<void>(tracker.ended_facts(handle));
    tracker.note_message_shown(handle, 17);
    tracker.was_message_shown(handle, 17);
    tracker.use_reactivation(handle, 0);
    tracker.successor(handle, 5, now);
    tracker.note_successor(handle, key_of(1));
}

void use_session(Tracker tracker, std::uint64_t number, Now now) {
    const SessionKey key = key_of(number);
    tracker.find_unproven(key, now, true);
    const Found found = tracker.find(key, now);
    Row row;
    tracker.read_row(key, now, row, true);
    if (found.state == Found::State::live) {
        use_live(tracker, found.handle, now);
    } else if (found.state == Found::State::ended) {
        use_ended(tracker, found.handle, now);
    }
}

void list(Tracker tracker, Now now) {
    const auto all = [](const Tracker::Glance&) { return true; };
    const auto none = [](const Row&) {};
    for (RowCursor cursor; !cursor.done;) {
        tracker.read_rows(cursor, 256, now, all, none);
    }
    for (const AccountUsage& usage : tracker.accounts()) {
        static_cast<void>(tracker.account_usage(usage.name));
        static_cast<void>(tracker.recent_quarters(usage.index, now));
    }
    static_cast<void>(tracker.overall_usage());
    static_cast<void>(tracker.unseen_account());
    static_cast<void>(tracker.recent_quarters(0, now));
    static_cast<void>(tracker.figures());
    static_cast<void>(tracker.history_status());
}

void follow(Tracker tracker, Now now) {
    HistoryFeed feed(tracker);
    Event event;
    for (std::uint64_t sequence = feed.oldest_sequence(); feed.read_event(sequence, event) == EventRead::read;
         ++sequence) {
        static_cast<void>(feed.account_name(event.account));
    }
    for (RowCursor cursor; !cursor.done;) {
        feed.read_slots(
            cursor, 256, now, [](const Row&) {}, [](const EndedFacts&) {}, [](SessionKey, SessionKey) {});
    }
    static_cast<void>(feed.closed_quarters());
    static_cast<void>(feed.accounts());
    for (std::uint64_t act = feed.first_unsaved_act(); act < feed.next_act(); ++act) {
        static_cast<void>(feed.read_act(act));
    }
    feed.erase_agent({"*", "alice", "erased-02"});
}

void keep_up(Tracker tracker, Now now) {
    constexpr License kLicenses[] = {{"acme", 10, "UTC"}, {"*", 5, "Asia/Tokyo"}};
    tracker.set_licenses(kLicenses);
    for (std::uint32_t position = 0, calls = 0; calls == 0 || (position != 0 && calls < 64); ++calls) {
        position = tracker.sweep(position, 256, now);
    }
    tracker.roll_quarters(0, 256, now);
    tracker.elect(1, now);
    tracker.resign(1);
}

}  // namespace

FakeClock fill(Tracker tracker) {
    FakeClock clock;
    for (std::uint64_t number = 1; number <= kSessions; ++number) {
        const SessionHandle handle = tracker.begin(request_of(number, clock.now()), clock.now()).handle;
        for (std::uint64_t instance = 0; instance < number % 4; ++instance) {
            tracker.open_instance(handle, "invoice", std::to_string(instance), clock.now());
        }
        if (number % 5 == 0) {
            tracker.end(key_of(number), {EndReason::administrator, "root", "bye", "the shift is over"},
                        clock.now());
        }
        if (number % 7 == 0) {
            tracker.end(key_of(number), {EndReason::logout}, clock.now());
        }
        clock.advance(20s);
    }
    record(tracker, ActKind::terminate, clock.now());
    record(tracker, ActKind::erase, clock.now());
    keep_up(tracker, clock.now());
    return clock;
}

void use_everything(Tracker tracker, FakeClock clock) {
    for (std::uint64_t number = 1; number <= kSessions; ++number) {
        use_session(tracker, number, clock.now());
    }
    list(tracker, clock.now());
    follow(tracker, clock.now());
    for (std::uint64_t number = kSessions + 1; number <= kSessions + 8; ++number) {
        tracker.begin(request_of(number, clock.now()), clock.now());
        tracker.remember_run_out(key_of(number + 100), clock.now().wall, "acme", {}, clock.now(),
                                 key_of(number % 8));
    }
    for (std::uint64_t number = 1; number <= kSessions; number += 3) {
        tracker.end(key_of(number), {EndReason::administrator, "root", "bye"}, clock.now());
    }
    record(tracker, ActKind::terminate, clock.now());
    RowCursor cursor;
    tracker.end_all(cursor, 64, {std::nullopt, "bob", std::numeric_limits<std::uint64_t>::max()},
                    {EndReason::administrator}, clock.now());
    clock.advance(48h);
    keep_up(tracker, clock.now());
    list(tracker, clock.now());
    static_cast<void>(tracker.validate());
}

std::vector<Area> used_areas(Layout& layout) {
    const memory::Geometry& geometry = layout.geometry;
    const auto offset_of = [&layout](const void* part) {
        return static_cast<std::uint64_t>(static_cast<const char*>(part) -
                                          reinterpret_cast<const char*>(&layout));
    };
    const auto used = [](std::uint64_t offset, std::uint64_t count, std::uint64_t size) {
        return Area{offset, (count + 2) * size};
    };
    const memory::Totals& totals = layout.totals;
    return {
        {0, sizeof(Layout)},
        {offset_of(&layout.totals), sizeof(layout.totals)},
        {offset_of(&layout.history), sizeof(layout.history)},
        {offset_of(&layout.undo), 256},
        used(geometry.hot_offset, totals.fresh_slots, sizeof(memory::HotSlot)),
        used(geometry.cold_offset, totals.fresh_slots, sizeof(memory::ColdSlot)),
        {geometry.group_offset, geometry.groups * sizeof(memory::IndexGroup)},
        {geometry.overflow_offset, 2 * sizeof(memory::IndexGroup)},
        used(geometry.text_offset, totals.fresh_texts, sizeof(memory::TextBlock)),
        {geometry.bucket_offset, geometry.text_buckets * sizeof(memory::TextIndex)},
        used(geometry.instance_offset, totals.fresh_instances, sizeof(memory::InstanceRecord)),
        used(geometry.account_offset, totals.accounts, sizeof(memory::AccountRecord)),
        {geometry.account_bucket_offset, geometry.account_buckets * sizeof(std::uint32_t)},
        {geometry.event_offset, 256 * sizeof(memory::EventRecord)},
        {geometry.quarter_offset, 64 * sizeof(memory::QuarterRecord)},
        {geometry.act_offset, 8 * sizeof(memory::ActRecord)},
    };
}

void overwrite(Layout& layout, const Area& area, std::uint64_t position, std::uint8_t byte) {
    char* const start = reinterpret_cast<char*>(&layout);
    char* const place = start + area.offset + position % area.bytes;
    const auto is_within = [place](const auto& part) {
        const char* const begin = reinterpret_cast<const char*>(&part);
        return place >= begin && place < begin + sizeof(part);
    };
    if (!is_within(layout.geometry) && !is_within(layout.lock) && !is_within(layout.history.load_lock)) {
        *place = static_cast<char>(byte);
    }
}

}  // namespace agent_sessions::testing
