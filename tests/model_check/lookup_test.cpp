// The look-up without a lock against everything that changes the table, in every order of their steps: begin,
// end, expiry, reuse of the slot, another key, and the repair of what a killed process left.
//
// What must hold whatever the order: a session that lives is found; one whose end was acknowledged is never
// found alive; a handle is that of the key which was asked for; and when all have ended, the counts equal a
// recount.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/model_check/small_table.h"
#include "tests/support/soak.h"

namespace agent_sessions::model_check {
namespace {

using namespace std::chrono_literals;
using namespace tracker;
using State = Found::State;

constexpr std::uint64_t kMostRuns = 20'000'000;

class Lookup : public ::testing::Test {
  protected:
    explicit Lookup(std::uint64_t slots = 3) : table_(slots) {}

    static Now now(Millis later = 0ms) { return SmallTable::now(later); }
    static SessionKey key(std::uint64_t number) { return SmallTable::key(number); }

    SessionHandle begin(std::uint64_t number) {
        return tracker_.begin(SmallTable::request(number), now()).handle;
    }

    void end(std::uint64_t number) { tracker_.end(key(number), {EndReason::administrator, {}, {}}, now()); }

    // Nothing of an ended session has to be remembered any more at this instant.
    static Now when_forgotten() { return now(std::chrono::hours{72}); }

    std::string faults() {
        std::string text;
        for (const std::string& fault : tracker_.validate()) {
            text += fault + "; ";
        }
        return text;
    }

    void expect_sound(const Model& model) {
        const Outcome outcome = explore(model, kMostRuns);
        EXPECT_EQ(outcome.fault, "");
        EXPECT_TRUE(outcome.is_complete);
        std::cout << outcome.runs << " runs\n";
    }

    SmallTable table_;
    Tracker tracker_ = table_.tracker();
};

TEST_F(Lookup, AnAcknowledgedEndIsSeenByEveryLaterLook) {
    begin(1);
    auto& acknowledged = table_.word(0);
    State seen{};
    bool is_later = false;
    Model model;
    model.processes = {[&] {
                           end(1);
                           acknowledged.store(1);
                       },
                       [&] {
                           is_later = acknowledged.load() != 0;
                           seen = tracker_.find_unproven(key(1), now(2s), true).state;
                       }};
    model.judge = [&]() -> std::string {
        if (seen != State::ended && (is_later || seen != State::live)) {
            return "seen as state " + std::to_string(static_cast<int>(seen));
        }
        return tracker_.find(key(1), now()).state == State::ended ? faults() : "the end was undone";
    };
    expect_sound(model);
}

TEST_F(Lookup, ALivingSessionIsFoundWhileItsNeighboursComeAndGo) {
    // Whoever looks for the third meets the entries of the others on the way.
    begin(1);
    begin(2);
    const SessionHandle handle = begin(3);
    end(1);
    // The sweep is far in the future, and this one must not run out by it.
    table_.layout().hot(handle.slot).deadline.store(~std::uint32_t{0});
    table_.layout().hot(handle.slot).idle_seconds.store(~std::uint32_t{0});
    State seen{};
    State seen_by_another{};
    Model model;
    model.processes = {[&] {
                           tracker_.sweep(0, 1, when_forgotten());
                           begin(4);
                       },
                       [&] { end(2); }, [&] { seen = tracker_.find_unproven(key(3), now(), true).state; },
                       [&] { seen_by_another = tracker_.find(key(3), now()).state; }};
    model.judge = [&] {
        return seen == State::live && seen_by_another == State::live ? faults()
                                                                     : "a living session was not found";
    };
    expect_sound(model);
}

TEST_F(Lookup, ASlotThatIsUsedAgainIsNeverTakenForTheSessionBefore) {
    const SessionHandle first = begin(1);
    end(1);
    Found old;
    Found next;
    Model model;
    model.processes = {[&] {
                           tracker_.sweep(0, 3, when_forgotten());
                           begin(2);
                       },
                       [&] { old = tracker_.find_unproven(key(1), now(), false); },
                       [&] { next = tracker_.find_unproven(key(2), now(), false); }};
    model.judge = [&]() -> std::string {
        if (old.state == State::live || (old.state == State::ended && !(old.handle == first))) {
            return "the ended session was found as another one";
        }
        if (next.state == State::ended || (next.state == State::live && next.handle == first)) {
            return "the new session was found as the ended one";
        }
        if (next.state == State::live && next.started != SmallTable::request(2).started) {
            return "the new session was found half made";
        }
        return faults();
    };
    expect_sound(model);
}

TEST_F(Lookup, OfTwoBeginsWithOneKeyOneBeginsAndBothFindIt) {
    Begun first;
    Begun second;
    Found seen;
    Model model;
    model.processes = {[&] { first = tracker_.begin(SmallTable::request(1), now()); },
                       [&] { second = tracker_.begin(SmallTable::request(1), now()); },
                       [&] { seen = tracker_.find_unproven(key(1), now(), false); }};
    model.judge = [&]() -> std::string {
        const bool is_one = (first.result == BeginResult::begun) != (second.result == BeginResult::begun);
        if (!is_one || !(first.handle == second.handle)) {
            return "it began twice, or never";
        }
        if (seen.state == State::ended ||
            (seen.state == State::live && seen.started != SmallTable::request(1).started)) {
            return "it was found half made";
        }
        return tracker_.overall_usage().current == 1 ? faults() : "it was counted twice, or never";
    };
    expect_sound(model);
}

TEST_F(Lookup, ATouchAnEndAndAnExpiryAtOnceEndItOnceAndForAll) {
    const SessionHandle handle = begin(1);
    auto& over = table_.word(0);
    EndResult ended{};
    bool was_over = false;
    bool touched = false;
    Model model;
    model.processes = {[&] {
                           ended = tracker_.end(key(1), {EndReason::administrator, {}, {}}, now());
                           over.store(1);
                       },
                       [&] { tracker_.sweep(0, 3, now(31min)); },
                       [&] {
                           was_over = over.load() != 0;
                           touched = tracker_.touch(handle, now(29min));
                       }};
    model.judge = [&]() -> std::string {
        if (was_over && touched) {
            return "a touch came after the end and was accepted";
        }
        const Found found = tracker_.find(key(1), now());
        if (found.state != State::ended) {
            return "it was revived";
        }
        const bool by_person = ended == EndResult::ended;
        if (by_person != (found.reason == EndReason::administrator)) {
            return "who ended it is not whom it was told";
        }
        return tracker_.overall_usage().current == 0 ? faults() : "it is still counted";
    };
    expect_sound(model);
}

TEST_F(Lookup, ASessionThatGetsAnotherKeyIsFoundByEither) {
    const SessionHandle handle = begin(1);
    State by_earlier{};
    Found by_newer;
    Model model;
    model.processes = {[&] { tracker_.rekey(handle, key(2), 0, now()); },
                       [&] { by_earlier = tracker_.find(key(1), now()).state; },
                       [&] { by_newer = tracker_.find_unproven(key(2), now(), false); }};
    model.judge = [&]() -> std::string {
        if (by_earlier != State::live) {
            return "its earlier key found nothing";
        }
        if (by_newer.state == State::ended ||
            (by_newer.state == State::live && !(by_newer.handle == handle))) {
            return "its newer key found another one";
        }
        return faults();
    };
    expect_sound(model);
}

TEST_F(Lookup, AnEndByEitherKeyEndsBothWhileItGetsAnother) {
    const SessionHandle handle = begin(1);
    EndResult ended{};
    Model model;
    model.processes = {[&] { tracker_.rekey(handle, key(2), 0, now()); },
                       [&] {
                           ended = tracker_.end(key(1), {EndReason::administrator, {}, {}}, now());
                       }};
    model.judge = [&]() -> std::string {
        if (ended != EndResult::ended || tracker_.find(key(1), now()).state != State::ended) {
            return "it was not ended by its earlier key";
        }
        return tracker_.find(key(2), now()).state == State::live ? "it lives on under its newer key"
                                                                 : faults();
    };
    expect_sound(model);
}

// The victim is killed before any of its writes; whoever comes next repairs what it left, while others look.
class Repair : public Lookup {
  protected:
    static constexpr std::uint64_t kBystander = 7;
    static constexpr std::uint64_t kClosed = 8;
    static constexpr std::uint64_t kNext = 9;

    // The first slot and the first entry are free for the victim: whoever looks meets its entry on the way.
    Repair() : Lookup(6) {
        begin(1);
        begin(kBystander);
        begin(kClosed);
        end(1);
        tracker_.sweep(0, 1, when_forgotten());
        end(kClosed);
    }

    // `judge` says what is wrong with what became of the victim's change.
    void expect_repaired(const std::function<void()>& change, const std::function<std::string()>& judge) {
        State bystander{};
        State closed{};
        Model model;
        model.victim = 0;
        model.processes = {change, [&] { begin(kNext); },
                           [&] { bystander = tracker_.find_unproven(key(kBystander), now(), true).state; }};
        // One more makes it a matter of minutes.
        if (testing::is_soak()) {
            model.processes.emplace_back([&] { closed = tracker_.find(key(kClosed), now()).state; });
        } else {
            closed = State::ended;
        }
        model.judge = [&]() -> std::string {
            if (bystander != State::live) {
                return "a session that had nothing to do with it was not found";
            }
            if (closed != State::ended) {
                return "an ended session was not found as ended";
            }
            if (tracker_.find(key(kNext), now()).state != State::live) {
                return "whoever came after the victim did not begin";
            }
            const std::string fault = faults();
            return fault.empty() ? judge() : fault;
        };
        expect_sound(model);
    }

    State state_of(std::uint64_t number) { return tracker_.find(key(number), now()).state; }
};

TEST_F(Repair, ABeginHappensOrNot) {
    expect_repaired([&] { begin(1); },
                    [&] {
                        const bool is_live = state_of(1) == State::live;
                        return tracker_.overall_usage().current == (is_live ? 3U : 2U) ? "" : "half a begin";
                    });
}

TEST_F(Repair, AnEndHappensOrNot) {
    begin(1);
    expect_repaired([&] { end(1); },
                    [&] {
                        // In force, but still counted, until somebody settles it.
                        tracker_.sweep(0, 6, now(2s));
                        const bool is_live = state_of(1) == State::live;
                        return tracker_.overall_usage().current == (is_live ? 3U : 2U) ? "" : "half an end";
                    });
}

TEST_F(Repair, AnotherKeyIsThereWithItsAliasOrNot) {
    const SessionHandle handle = begin(1);
    expect_repaired([&] { tracker_.rekey(handle, key(2), 0, now()); },
                    [&] { return state_of(1) == State::live ? "" : "its earlier key leads nowhere"; });
}

}  // namespace
}  // namespace agent_sessions::model_check
