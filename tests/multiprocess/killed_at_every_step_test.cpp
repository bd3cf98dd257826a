// Processes that are killed with SIGKILL between any two stores of each kind of change (RELIABILITY T2):
// afterwards the change has happened wholly or not at all.
#include <gtest/gtest.h>

#include <csignal>
#include <functional>

#include "tests/multiprocess/writers.h"
#include "tracker/memory/transaction.h"

namespace agent_sessions::testing {
namespace {

using namespace std::chrono_literals;

void die_at_step() {
    if (steps_left-- == 0) {
        kill(getpid(), SIGKILL);
    }
}

// A change, what the table looks like before and after it, and a way to prepare.
struct Change {
    const char* name;
    std::function<void(Tracker&)> prepare;
    std::function<void(Tracker&)> apply;
    std::function<bool(Tracker&)> is_before;
    std::function<bool(Tracker&)> is_after;
};

std::string agent_of(Tracker& tracker, std::uint64_t number) {
    Row row;
    return tracker.read_row(key(number), now(), row) ? row.agent : "(none)";
}

std::uint32_t instances_of(Tracker& tracker, std::uint64_t number) {
    Row row;
    return tracker.read_row(key(number), now(), row) ? row.instances : 9999;
}

std::uint64_t promised_nonce(Tracker& tracker) {
    return tracker.layout()->hot(handle_of(tracker, 1).slot).successor_nonce.load();
}

bool is_state(Tracker& tracker, std::uint64_t number, Found::State state) {
    return tracker.find(key(number), now()).state == state;
}

// Keys that all belong to the first group of the index.
SessionKey in_one_group(std::uint64_t number) {
    return {number, number * 0x9e3779b97f4a7c15U};
}

void begin_in_one_group(Tracker& tracker, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t number = first; number <= last; ++number) {
        BeginRequest begin = request(number, "alice");
        begin.key = in_one_group(number);
        tracker.begin(begin, now());
    }
}

std::uint32_t overflow_groups(Tracker& tracker) {
    return tracker.layout()->totals.fresh_overflow;
}

const std::string kLongName(128, 'n');

// With one open instance.
void begin_busy(Tracker& tracker) {
    tracker.begin(request(1, "alice"), now());
    tracker.open_instance(handle_of(tracker, 1), kLongName, "7", now());
}

void let_finish(Tracker& tracker, std::string_view message) {
    tracker.end_when_finished(key(1), {EndReason::administrator, "root", message, kLongName}, 5min, now());
}

// The words of what is pending for a live session.
std::string pending_message(Tracker& tracker) {
    Row row;
    return is_state(tracker, 1, Found::State::live) && tracker.read_row(key(1), now(), row) && row.pending_end
               ? row.pending_end->message
               : "(none)";
}

// Ended as was asked for; the counts follow at the latest with the sweep a second later.
bool has_finished(Tracker& tracker) {
    if (!is_state(tracker, 1, Found::State::ended)) {
        return false;
    }
    tracker.sweep(0, 1000, later(6min));
    const auto facts = tracker.ended_facts(handle_of(tracker, 1));
    return facts && facts->reason == EndReason::administrator && facts->by == "root" &&
           facts->message == kLongName && facts->why == kLongName && tracker.overall_usage().current == 0;
}

const Change kChanges[] = {
    {"begin", [](Tracker&) {}, [](Tracker& t) { t.begin(request(1, kLongName), now()); },
     [](Tracker& t) { return is_state(t, 1, Found::State::unknown) && t.overall_usage().current == 0; },
     [](Tracker& t) {
         return is_state(t, 1, Found::State::live) && t.overall_usage().current == 1 &&
                agent_of(t, 1) == kLongName;
     }},
    {"identify", [](Tracker& t) { t.begin(request(1, {}), now()); },
     [](Tracker& t) { t.identify(handle_of(t, 1), kLongName, now()); },
     [](Tracker& t) { return agent_of(t, 1).empty() && t.overall_usage().agents == 0; },
     [](Tracker& t) { return agent_of(t, 1) == kLongName && t.overall_usage().agents == 1; }},
    {"relabel", [](Tracker& t) { t.begin(request(1, {}), now()); },
     [](Tracker& t) { t.relabel(handle_of(t, 1), "other words that also take more than one block", now()); },
     [](Tracker& t) {
         Row row;
         return t.read_row(key(1), now(), row) && row.label.starts_with("a label");
     },
     [](Tracker& t) {
         Row row;
         return t.read_row(key(1), now(), row) && row.label.starts_with("other");
     }},
    {"open", [](Tracker& t) { t.begin(request(1, "alice"), now()); },
     [](Tracker& t) { t.open_instance(handle_of(t, 1), kLongName, "7", now()); },
     [](Tracker& t) { return instances_of(t, 1) == 0; }, [](Tracker& t) { return instances_of(t, 1) == 1; }},
    {"close",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.open_instance(handle_of(t, 1), kLongName, "7", now());
     },
     [](Tracker& t) { t.close_instance(handle_of(t, 1), kLongName, "7", now()); },
     [](Tracker& t) { return instances_of(t, 1) == 1; }, [](Tracker& t) { return instances_of(t, 1) == 0; }},
    {"rename",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.open_instance(handle_of(t, 1), "Billing", "7", now());
     },
     [](Tracker& t) { t.open_instance(handle_of(t, 1), kLongName, "7", now()); },
     [](Tracker& t) {
         Row row;
         return t.read_row(key(1), now(), row) && row.interactions == std::vector<std::string>{"Billing"};
     },
     [](Tracker& t) {
         Row row;
         return t.read_row(key(1), now(), row) && row.interactions == std::vector<std::string>{kLongName};
     }},
    {"end",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.open_instance(handle_of(t, 1), kLongName, "7", now());
         t.open_instance(handle_of(t, 1), "Billing", "8", now());
     },
     [](Tracker& t) {
         t.end(key(1), {EndReason::administrator, "root", kLongName}, now());
     },
     [](Tracker& t) { return is_state(t, 1, Found::State::live) && t.overall_usage().current == 1; },
     // Refused from the first instant on; the counts follow at the latest with the sweep.
     [](Tracker& t) {
         t.sweep(0, 1000, later(2s));
         return is_state(t, 1, Found::State::ended) && t.overall_usage().current == 0 &&
                t.overall_usage().agents == 0;
     }},
    {"let_finish", begin_busy, [](Tracker& t) { let_finish(t, kLongName); },
     [](Tracker& t) { return pending_message(t) == "(none)" && is_state(t, 1, Found::State::live); },
     [](Tracker& t) { return pending_message(t) == kLongName; }},
    {"let_finish_again",
     [](Tracker& t) {
         begin_busy(t);
         let_finish(t, "Words that take more than one block of the pool of texts.");
     },
     [](Tracker& t) { let_finish(t, kLongName); },
     [](Tracker& t) { return pending_message(t).starts_with("Words"); },
     [](Tracker& t) { return pending_message(t) == kLongName; }},
    {"keep",
     [](Tracker& t) {
         begin_busy(t);
         let_finish(t, kLongName);
     },
     [](Tracker& t) { t.keep(key(1), now()); }, [](Tracker& t) { return pending_message(t) == kLongName; },
     [](Tracker& t) { return pending_message(t) == "(none)" && is_state(t, 1, Found::State::live); }},
    {"close_the_last_and_end",
     [](Tracker& t) {
         begin_busy(t);
         let_finish(t, kLongName);
     },
     [](Tracker& t) { t.close_instance(handle_of(t, 1), kLongName, "7", now()); },
     // Never live with nothing open.
     [](Tracker& t) { return pending_message(t) == kLongName && instances_of(t, 1) == 1; }, has_finished},
    {"end_when_the_time_is_up",
     [](Tracker& t) {
         begin_busy(t);
         let_finish(t, kLongName);
     },
     [](Tracker& t) { t.sweep(0, 1000, later(5min)); },
     [](Tracker& t) { return pending_message(t) == kLongName && instances_of(t, 1) == 1; }, has_finished},
    {"forget",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.end(key(1), {EndReason::administrator, "root", kLongName}, now());
     },
     [](Tracker& t) { t.sweep(0, 1000, later(72h)); },
     [](Tracker& t) { return is_state(t, 1, Found::State::ended) && t.figures().ended == 1; },
     [](Tracker& t) { return is_state(t, 1, Found::State::unknown) && t.figures().ended == 0; }},
    {"mark",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.end(key(1), {}, now());
     },
     [](Tracker& t) { t.use_reactivation(handle_of(t, 1), 0); },
     [](Tracker& t) { return t.ended_facts(handle_of(t, 1))->reactivations == 0; },
     [](Tracker& t) { return t.ended_facts(handle_of(t, 1))->reactivations == 1; }},
    {"successor",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.end(key(1), {EndReason::idle, {}, {}}, now());
         t.successor(handle_of(t, 1), 1, now());
     },
     [](Tracker& t) { t.successor(handle_of(t, 1), 2, later(20s)); },
     [](Tracker& t) { return promised_nonce(t) == 1; }, [](Tracker& t) { return promised_nonce(t) == 2; }},
    {"rekey", [](Tracker& t) { t.begin(request(1, "alice"), now()); },
     [](Tracker& t) { t.rekey(handle_of(t, 1), key(2), 7, now()); },
     [](Tracker& t) {
         return is_state(t, 1, Found::State::live) && is_state(t, 2, Found::State::unknown) &&
                agent_of(t, 1) == "alice" && t.key_of(handle_of(t, 1)) == key(1);
     },
     [](Tracker& t) {
         return is_state(t, 1, Found::State::live) && is_state(t, 2, Found::State::live) &&
                handle_of(t, 1) == handle_of(t, 2) && agent_of(t, 2) == "alice" &&
                t.key_of(handle_of(t, 1)) == key(2) && t.overall_usage().current == 1;
     }},
    {"renew", [](Tracker& t) { t.begin(request(1, {}), now()); },
     [](Tracker& t) {
         t.renew(handle_of(t, 1), key(1), {key(2), {true, 7, now().wall}, 1}, now());
     },
     [](Tracker& t) {
         return is_state(t, 1, Found::State::live) && is_state(t, 2, Found::State::unknown) &&
                !t.unseen_renewal(key(1)).available;
     },
     [](Tracker& t) {
         return handle_of(t, 1) == handle_of(t, 2) && t.key_of(handle_of(t, 1)) == key(2) &&
                t.unseen_renewal(key(1)).nonce == 7 && t.overall_usage().current == 1;
     }},
    {"set_aside",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.end(key(1), {EndReason::idle, {}, {}}, now());
     },
     [](Tracker& t) { t.set_aside(handle_of(t, 1), key(1), key(2), now()); },
     [](Tracker& t) { return is_state(t, 1, Found::State::ended) && is_state(t, 2, Found::State::unknown); },
     [](Tracker& t) { return is_state(t, 1, Found::State::unknown) && is_state(t, 2, Found::State::ended); }},
    {"alias",
     [](Tracker& t) {
         t.begin(request(1, "alice"), now());
         t.rekey(handle_of(t, 1), key(2), 7, now());
         t.touch(handle_of(t, 2), now());
         t.sweep(0, 1000, later(1s));
     },
     [](Tracker& t) { t.sweep(0, 1000, later(32s)); },
     [](Tracker& t) { return is_state(t, 1, Found::State::live) && is_state(t, 2, Found::State::live); },
     [](Tracker& t) { return is_state(t, 1, Found::State::unknown) && is_state(t, 2, Found::State::live); }},
    {"crowded", [](Tracker& t) { begin_in_one_group(t, 1, memory::kGroupEntries); },
     [](Tracker& t) { begin_in_one_group(t, memory::kGroupEntries + 1, memory::kGroupEntries + 1); },
     [](Tracker& t) { return t.overall_usage().current == memory::kGroupEntries && overflow_groups(t) == 0; },
     [](Tracker& t) { return t.overall_usage().current > memory::kGroupEntries && overflow_groups(t) == 1; }},
    {"uncrowded",
     [](Tracker& t) {
         begin_in_one_group(t, 1, memory::kGroupEntries + 1);
         t.end(in_one_group(memory::kGroupEntries + 1), {EndReason::logout}, now());
     },
     [](Tracker& t) { t.sweep(memory::kGroupEntries, 1, later(1h)); },
     [](Tracker& t) { return t.figures().ended == 1 && t.layout()->totals.free_overflow == 0; },
     [](Tracker& t) { return t.figures().ended == 0 && t.layout()->totals.free_overflow == 1; }},
    {"licence", [](Tracker& t) { t.begin(request(1, "alice"), now()); },
     [](Tracker& t) {
         const License license[] = {{"globex", 25, "America/Argentina/ComodRivadavia"}};
         t.set_licenses(license);
     },
     [](Tracker& t) {
         return t.account_usage("globex")->time_zone.empty() && !t.account_usage("globex")->total;
     },
     [](Tracker& t) {
         return t.account_usage("globex")->time_zone == "America/Argentina/ComodRivadavia" &&
                t.account_usage("globex")->total == 25U;
     }},
};

class KilledAtEveryStep : public ::testing::TestWithParam<Change> {};

TEST_P(KilledAtEveryStep, TheStateIsBeforeOrAfterNeverBetween) {
    const Change& change = GetParam();
    bool has_survived = false;
    std::uint32_t deaths = 0;
    std::uint32_t seen_before = 0;
    std::uint32_t seen_after = 0;
    for (std::uint32_t steps = 0; !has_survived; ++steps) {
        MemorySegment segment;
        Tracker tracker = segment.tracker();
        change.prepare(tracker);
        const int status = wait_for(fork_child([&] {
            steps_left = steps;
            memory::step_hook = die_at_step;
            change.apply(tracker);
        }));
        has_survived = WIFEXITED(status);
        deaths += has_survived ? 0 : 1;
        // The first to take the lock undoes what the dead one left.
        EXPECT_EQ(tracker.validate(), std::vector<std::string>{}) << change.name << " step " << steps;
        const bool before = change.is_before(tracker);
        const bool after = !before && change.is_after(tracker);
        seen_before += before ? 1 : 0;
        seen_after += after ? 1 : 0;
        ASSERT_TRUE(before || after) << change.name << " killed at step " << steps
                                     << " is neither before nor after";
        EXPECT_EQ(tracker.validate(), std::vector<std::string>{}) << change.name << " step " << steps;
        ASSERT_LT(steps, 100'000U);
    }
    EXPECT_GE(deaths, 3U);
    EXPECT_GT(seen_before, 0U);
    EXPECT_GT(seen_after, 0U);
}

INSTANTIATE_TEST_SUITE_P(Changes, KilledAtEveryStep, ::testing::ValuesIn(kChanges),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace agent_sessions::testing
