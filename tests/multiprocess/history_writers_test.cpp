// Processes that write one history and are killed or frozen at random moments: whoever comes next goes on
// where they stopped. No event is written twice, and none is lost.
#include <gtest/gtest.h>

#include <csignal>
#include <random>
#include <thread>

#include "tests/multiprocess/writers.h"
#include "tests/support/soak.h"
#include "tests/support/temporary_directory.h"
#include "tracker/history/follower.h"
#include "tracker/history/loader.h"
#include "tracker/history/schema.h"

namespace agent_sessions::testing {
namespace {

using namespace std::chrono_literals;
using tracker::history::Connection;
using tracker::history::Follower;
using tracker::history::Retention;

// Enough that the ring never runs over here.
constexpr std::uint64_t kCapacity = 20'000;

class HistoryWriters : public ::testing::Test {
  protected:
    std::string path() const { return tracker::history::database_path(directory_.path().native(), "floor"); }
    std::int64_t number(const std::string& sql) const {
        return tracker::history::open_for_writing(path(), 10s).integer(sql);
    }

    // Writes until there is nothing left, or until it is killed or replaced.
    void write(bool until_idle) const {
        Follower follower(segment_.tracker(), path(), Retention{});
        for (;;) {
            switch (follower.step(now())) {
                case Follower::Outcome::replaced:
                    return;
                case Follower::Outcome::idle:
                    if (until_idle) {
                        return;
                    }
                    std::this_thread::sleep_for(200us);
                    break;
                case Follower::Outcome::failed:
                    std::this_thread::sleep_for(1ms);
                    break;
                default:
                    break;
            }
        }
    }

    // What is written once more than it may be leaves a trace. REQUIRES: the database is there.
    void watch_for_repetitions() const {
        tracker::history::open_for_writing(path(), 10s).execute(R"sql(
CREATE TABLE trace (what TEXT, key BLOB);
CREATE TRIGGER begun AFTER INSERT ON session BEGIN INSERT INTO trace VALUES ('begun', NEW.key); END;
CREATE TRIGGER begun_again AFTER UPDATE OF agent ON session BEGIN INSERT INTO trace VALUES ('again', NEW.key); END;
CREATE TRIGGER ended AFTER UPDATE OF ended_at ON session BEGIN INSERT INTO trace VALUES ('ended', NEW.key); END;
)sql");
    }

    MemorySegment segment_{kCapacity};
    TemporaryDirectory directory_;
};

struct Made {
    std::uint64_t begun = 0;
    std::uint64_t ended = 0;
    std::uint64_t acts = 0;
};

// Begins, ends and acts in a process of its own, which tells by its exit that all of it was done.
void make_events(Tracker tracker, const Made& made) {
    for (std::uint64_t session = 1; session <= made.begun; ++session) {
        if (tracker.begin(request(session, "alice"), now()).result != BeginResult::begun) {
            _exit(1);
        }
        if (session <= made.ended && tracker.end(key(session), {}, now()) != EndResult::ended) {
            _exit(2);
        }
        ActRequest act;
        act.user = "root";
        if (session <= made.acts && !tracker.record_act(act, now())) {
            _exit(3);
        }
        std::this_thread::sleep_for(200us);
    }
}

TEST_F(HistoryWriters, KilledAndFrozenAtRandomLoseNothingAndWriteNothingTwice) {
    fork_child([this] { write(true); });
    ASSERT_EQ(wait_for(-1), 0);
    watch_for_repetitions();
    const Made made = is_soak() ? Made{16'000, 14'000, 500} : Made{4'000, 3'000, 400};
    const pid_t maker = fork_child([&] { make_events(segment_.tracker(), made); });
    std::minstd_rand random(seed());
    int kills = 0;
    for (int status = 0; waitpid(maker, &status, WNOHANG) == 0; ++kills) {
        const pid_t first = fork_child([this] { write(false); });
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 20'000});
        if (kills % 4 != 0) {
            kill(first, SIGKILL);
            wait_for(first);
            continue;
        }
        // Frozen, followed by another, and awake again beside it.
        kill(first, SIGSTOP);
        const pid_t second = fork_child([this] { write(false); });
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 20'000});
        kill(first, SIGCONT);
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 20'000});
        for (const pid_t writer : {first, second}) {
            kill(writer, SIGKILL);
            wait_for(writer);
        }
    }
    ASSERT_GT(kills, 20);
    wait_for(fork_child([this] { write(true); }));
    EXPECT_EQ(number("SELECT count(*) FROM session"), static_cast<std::int64_t>(made.begun));
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE ended_at IS NOT NULL"),
              static_cast<std::int64_t>(made.ended));
    EXPECT_EQ(number("SELECT count(*) FROM audit"), static_cast<std::int64_t>(made.acts));
    EXPECT_EQ(number("SELECT count(*) FROM trace WHERE what = 'begun'"),
              static_cast<std::int64_t>(made.begun));
    EXPECT_EQ(number("SELECT count(*) FROM trace WHERE what = 'ended'"),
              static_cast<std::int64_t>(made.ended));
    EXPECT_EQ(number("SELECT count(*) FROM trace WHERE what = 'again'"), 0);
    EXPECT_EQ(number("SELECT lost FROM state"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
    EXPECT_EQ(number("SELECT last_sequence FROM state"),
              static_cast<std::int64_t>(segment_.tracker().latest_sequence()));
    EXPECT_EQ(segment_.tracker().validate(), std::vector<std::string>{});
}

// A child that does its work when it is told to, so that it is forked before this process opens the database:
// SQLite must not be carried over a fork.
class WaitingChild {
  public:
    explicit WaitingChild(const std::function<void()>& work) {
        EXPECT_EQ(::pipe(pipe_), 0);
        child_ = fork_child([&] {
            ::close(pipe_[1]);
            char signal = 0;
            while (::read(pipe_[0], &signal, 1) < 0) {
            }
            work();
        });
        ::close(pipe_[0]);
    }
    int run() {
        EXPECT_EQ(::write(pipe_[1], "!", 1), 1);
        return wait_for(child_);
    }

  private:
    int pipe_[2] = {-1, -1};
    pid_t child_ = 0;
};

TEST_F(HistoryWriters, WhoeverClosesTheDatabaseDoesNotTakeTheLogOfOneThatWritesAway) {
    const auto open = [this] { return tracker::history::open_for_writing(path(), 10s); };
    const std::string state = "INSERT INTO account (name, time_zone, first_seen) VALUES ";
    WaitingChild visitor([&] { open().integer("SELECT count(*) FROM account"); });
    WaitingChild witness([&] { _exit(static_cast<int>(open().integer("SELECT count(*) FROM account"))); });

    open();
    Connection reader = tracker::history::open_for_reading(path(), 1s);
    reader.integer("SELECT count(*) FROM account");
    Connection writer = open();
    writer.execute(state + "('before', '', 0)");
    ASSERT_EQ(visitor.run(), 0);
    writer.execute(state + "('after', '', 0)");
    EXPECT_EQ(WEXITSTATUS(witness.run()), 2) << "what was committed after the visit is not in the database";
}

}  // namespace
}  // namespace agent_sessions::testing
