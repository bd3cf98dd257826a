// How many times the disk is waited for until a termination of many is answered as durable, and that whoever
// holds the writer back for that cannot stop it.
#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <boost/json.hpp>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "admin/handle.h"
#include "tests/file_faults/file_faults.h"
#include "tests/multiprocess/writers.h"
#include "tests/support/history_thread.h"
#include "tests/support/real_clock.h"
#include "tests/support/temporary_directory.h"
#include "tracker/history/schema.h"
#include "tracker/history_feed.h"

namespace agent_sessions::testing {
namespace {

using namespace std::chrono_literals;

// Time goes on with the turns of an act and its writer, so that no machine is too slow for what is counted.
BootTime boot_time{std::chrono::hours{1}};

Now turn_now() noexcept {
    return {WallTime{std::chrono::hours{480'000}} + boot_time.time_since_epoch(), boot_time};
}

// The writer, which has its turn when it has rested, or the doorbell rang.
class TurningWriter {
  public:
    TurningWriter(Tracker tracker, std::string path)
        : feed_(tracker), writer_(tracker, std::move(path), {}) {}

    void turn() {
        const std::uint32_t rung = feed_.doorbell();
        if (rung == heard_ && boot_time < rests_until_) {
            return;
        }
        heard_ = rung;
        const auto pause = writer_.work(std::nullopt, turn_now());
        ASSERT_TRUE(pause) << writer_.fault();
        rests_until_ = boot_time + *pause;
    }

  private:
    tracker::HistoryFeed feed_;
    tracker::history::Writer writer_;
    std::uint32_t heard_ = 0;
    BootTime rests_until_{};
};

// As an event loop gives them: so much work, and then others have their turn.
class Turn final : public admin::Slice {
  public:
    explicit Turn(int looks) : looks_(looks) {}
    bool over() const noexcept override { return --looks_ <= 0; }
    Now now() const noexcept override { return turn_now(); }

  private:
    mutable int looks_;
};

class HistorySyncs : public ::testing::Test {
  protected:
    static constexpr std::int64_t kMany = 1'000'000;

    HistorySyncs() {
        plan_.stay_below(directory_.path().native());
        plan_.set(file_faults::kSyncCalls, 0, kMany, 0);
        file_faults::use_fault_plan(&plan_);
    }
    ~HistorySyncs() override { file_faults::use_fault_plan(nullptr); }

    std::string path() const { return tracker::history::database_path(directory_.path().native(), "floor"); }
    std::int64_t syncs() const { return kMany - plan_.let_pass; }

    static bool is_written(Tracker tracker) { return tracker.is_committed(tracker.latest_sequence()); }

    static void begin(Tracker tracker, std::uint64_t number, std::string_view account, Now now) {
        BeginRequest begin = request(number, "alice");
        begin.account = account;
        begin.started = now.wall;
        ASSERT_EQ(tracker.begin(begin, now).result, BeginResult::begun);
    }
    // A table with room for `capacity`, in which `sessions` have begun and were written, no more at a time
    // than the ring holds. The last is of "globex", the others of "acme".
    Tracker fill(std::uint64_t capacity, std::uint64_t sessions) {
        Tracker tracker = segment_.emplace(capacity).tracker();
        writer_ = std::make_unique<TurningWriter>(tracker, path());
        for (std::uint64_t number = 0; number < sessions; ++number) {
            const bool is_last = number + 1 == sessions;
            begin(tracker, number, is_last ? "globex" : "acme", turn_now());
            if (number % 10'000 == 0 || is_last) {
                go_on_until([&] { return is_written(tracker); });
            }
        }
        settle();
        return tracker;
    }
    void go_on_until(const std::function<bool()>& holds) {
        for (int turns = 0; !holds(); ++turns) {
            ASSERT_LT(turns, 1'000'000);
            boot_time += 1ms;
            writer_->turn();
        }
    }
    // What was left for when nobody waits is done.
    void settle() {
        const BootTime end = boot_time + 2s;
        go_on_until([&] { return boot_time >= end; });
    }

    // Turns of `looks`, of a millisecond each.
    boost::json::object terminate(Tracker tracker, const std::string& body, int looks) {
        admin::Request request;
        request.method = "POST";
        request.path = "api/1/sessions/terminate";
        request.body = body;
        request.content_type = "application/json";
        request.host = "agents.example";
        request.caller = {"ada", "admin", "*", true, ""};
        request.now = turn_now();
        admin::Handled handled = admin::handle(request, tracker, nullptr);
        go_on_until([&] {
            if (!handled.response) {
                handled.response = handled.task->step(Turn(looks));
            }
            return handled.response.has_value();
        });
        EXPECT_EQ(handled.response->status, 200) << handled.response->body;
        return boost::json::parse(handled.response->body).as_object();
    }

    void expect_two_syncs_at_most(Tracker tracker, const std::string& body, int looks) {
        const BootTime start = boot_time;
        const std::int64_t before = syncs();
        const boost::json::object answer = terminate(tracker, body, looks);
        const std::int64_t waited_for = syncs() - before;
        EXPECT_GT(boot_time - start, 250ms) << "so the writer has had its turn meanwhile";
        EXPECT_TRUE(answer.at("durable").as_bool());
        EXPECT_GE(waited_for, 1);
        EXPECT_LE(waited_for, 2);
    }

    const TemporaryDirectory directory_;
    file_faults::FaultPlan plan_;
    std::optional<MemorySegment> segment_;
    std::unique_ptr<TurningWriter> writer_;
};

// Also where the log was copied into the database before, and begins anew.
TEST_F(HistorySyncs, OneIsDurableAfterOne) {
    Tracker tracker = fill(10'000, 8'000);
    const std::int64_t before = syncs();
    terminate(tracker, "{\"refs\":[\"" + to_ref(key(1)) + "\"]}", 1'000);
    EXPECT_EQ(syncs() - before, 1);
}

TEST_F(HistorySyncs, TenThousandByTheirRefsAreDurableAfterTwoAtMost) {
    Tracker tracker = fill(10'000, 10'000);
    std::string body;
    for (std::uint64_t number = 0; number < 10'000; ++number) {
        body += (number == 0 ? "{\"refs\":[\"" : "\",\"") + to_ref(key(number));
    }
    expect_two_syncs_at_most(tracker, body + "\"]}", 60);
    EXPECT_EQ(tracker.figures().live, 0u);
}

// More of them than the ring has room for.
TEST_F(HistorySyncs, AllOfAnAccountAreDurableAfterTwoAtMost) {
    constexpr std::uint64_t kSessions = 70'000;
    Tracker tracker = fill(80'000, kSessions + 1);
    ASSERT_LT(segment_->layout().geometry.events, kSessions);
    expect_two_syncs_at_most(tracker, R"({"filter":{"account":"acme"}})", 33);
    EXPECT_EQ(tracker.figures().live, 1u);
    settle();
    go_on_until([&] { return is_written(tracker); });
    auto database = tracker::history::open_for_reading(path(), 1s);
    EXPECT_EQ(database.integer("SELECT count(*) FROM session WHERE ended_at IS NULL"), 1);
    EXPECT_EQ(database.integer("SELECT ended FROM audit"), static_cast<std::int64_t>(kSessions));
}

class HeldBack : public HistorySyncs {
  protected:
    static bool wait_until(const std::function<bool()>& holds) {
        for (const Now start = real_now(); !holds(); std::this_thread::sleep_for(1ms)) {
            if (real_now().boot - start.boot > 20s) {
                return false;
            }
        }
        return true;
    }
    static void begin_and_wait(Tracker tracker, std::uint64_t number) {
        begin(tracker, number, "acme", real_now());
        ASSERT_TRUE(wait_until([&] { return is_written(tracker); }));
    }

    // `signal`s a process that holds the writer back as an act under way does, in the middle of it.
    void expect_written_although(int signal) {
        const MemorySegment segment{10'000};
        Tracker tracker = segment.tracker();
        const pid_t holder = fork_child([&] {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;) {
                tracker.hold_history(real_now());
                std::this_thread::sleep_for(1ms);
            }
        });
        HistoryThread writer(tracker, path(), real_now);
        begin_and_wait(tracker, 0);
        ASSERT_TRUE(wait_until([&] { return tracker::HistoryFeed(tracker).is_held(real_now()); }));
        kill(holder, signal);
        if (signal == SIGKILL) {
            wait_for(holder);
        }
        begin(tracker, 1, "acme", real_now());
        EXPECT_TRUE(wait_until([&] { return is_written(tracker); }));
        EXPECT_FALSE(tracker::HistoryFeed(tracker).is_held(real_now()));
        if (signal != SIGKILL) {
            kill(holder, SIGKILL);
            wait_for(holder);
        }
    }
};

TEST_F(HeldBack, ByAProcessThatIsKilledTheWriterGoesOn) {
    expect_written_although(SIGKILL);
}

TEST_F(HeldBack, ByAProcessThatHangsTheWriterGoesOn) {
    expect_written_although(SIGSTOP);
}

TEST_F(HeldBack, ByAnActThatComesToNoEndTheWriterGoesOn) {
    const MemorySegment segment{10'000};
    Tracker tracker = segment.tracker();
    HistoryThread writer(tracker, path(), real_now);
    begin_and_wait(tracker, 0);
    begin(tracker, 1, "acme", real_now());
    EXPECT_TRUE(wait_until([&] {
        tracker.hold_history(real_now());
        return is_written(tracker);
    }));
}

}  // namespace
}  // namespace agent_sessions::testing
