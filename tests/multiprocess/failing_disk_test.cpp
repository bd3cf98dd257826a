// A disk that refuses the nth write, sync, open, rename or truncation, for every n: nothing that was
// acknowledged as durable is lost, nothing is half-written, and the history recovers by itself (RELIABILITY
// T6).
//
// SOAK=1 tries every n with every error and several failures in a row; without it, a part of them.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <iostream>

#include "tests/file_faults/file_faults.h"
#include "tests/multiprocess/writers.h"
#include "tests/support/soak.h"
#include "tests/support/temporary_directory.h"
#include "tracker/attachment.h"
#include "tracker/history/follower.h"
#include "tracker/history/loader.h"
#include "tracker/history/schema.h"

namespace agent_sessions::testing {
namespace {

using tracker::history::Follower;

namespace files = std::filesystem;
using namespace file_faults;

// What the processes under test tell: written by them, read by the test.
struct Told {
    static constexpr std::size_t kSessions = 32;
    enum class Fate : std::uint8_t { unborn, live, ended, ended_durably };

    std::array<Fate, kSessions> sessions{};
    std::uint64_t acts = 0;
    bool recovered = false;
    bool obeys_the_past = false;
    char fault[1000] = {};
};

template <typename T>
class SharedObject {
  public:
    SharedObject()
        : object_(new (mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
                      T) {}
    ~SharedObject() { munmap(object_, sizeof(T)); }
    SharedObject(const SharedObject&) = delete;
    SharedObject& operator=(const SharedObject&) = delete;
    T* operator->() const { return object_; }
    T& operator*() const { return *object_; }

  private:
    T* object_;
};

class Place {
  public:
    Place() { make(); }

    std::string path() const { return directory_.path(); }
    std::string run() const { return directory_.path() / "run"; }
    std::string database() const { return tracker::history::database_path(state().native(), "floor"); }

    void become_copy_of(const Place& other) {
        remove();
        files::copy(other.state(), state());
    }
    void empty() {
        remove();
        make();
    }
    void lose_segment() { files::remove_all(run()); }

  private:
    files::path state() const { return directory_.path() / "state"; }

    void make() const {
        files::create_directory(state());
        files::permissions(state(), files::perms(0700));
    }
    void remove() const {
        files::remove_all(state());
        files::remove_all(run());
    }

    TemporaryDirectory directory_{files::exists("/dev/shm") ? "/dev/shm" : files::temp_directory_path()};
};

// What nginx does with a zone, without nginx: a master that attaches, a worker that loads and follows.
class Instance {
  public:
    explicit Instance(const Place& place) : path_(place.database()) {
        tracker::AttachOptions options;
        options.directory = place.run();
        options.name = "floor";
        // An operator starts it again until it runs.
        for (int tries = 0; tries < 100 && attachment_ == nullptr; ++tries) {
            Attachment::Outcome outcome = tracker::Attachment::open(options, clock_.now());
            attachment_ = std::move(outcome.attachment);
        }
        if (attachment_ == nullptr) {
            _exit(3);
        }
        tracker_ = attachment_->tracker(Waiting::patient);
        load_ = tracker::history::load_at_start(tracker_, path_, clock_.now());
        follower_ = std::make_unique<Follower>(tracker_, path_, tracker::history::Retention{});
    }

    Tracker& tracker() { return tracker_; }
    Now now() const { return clock_.now(); }
    const std::string& load_fault() const { return load_.fault; }
    const std::string& fault() const { return follower_->fault(); }

    Follower::Outcome step() {
        clock_.advance(Millis{250});
        return follower_->step(clock_.now());
    }
    bool catch_up(int steps) {
        for (; steps > 0; --steps) {
            if (step() == Follower::Outcome::idle) {
                return true;
            }
        }
        return false;
    }

  private:
    using Attachment = tracker::Attachment;

    FakeClock clock_;
    std::string path_;
    std::unique_ptr<Attachment> attachment_;
    Tracker tracker_;
    tracker::history::Load load_;
    std::unique_ptr<Follower> follower_;
};

// Sessions from..to, every other one ended by an admin, whose act is recorded with it.
void live_through(Instance& instance, Told& told, std::size_t from, std::size_t to) {
    std::array<std::uint64_t, Told::kSessions> waits_for{};
    const auto note_durable = [&] {
        for (std::size_t number = from; number < to; ++number) {
            if (told.sessions[number] == Told::Fate::ended &&
                instance.tracker().is_committed(waits_for[number])) {
                told.sessions[number] = Told::Fate::ended_durably;
            }
        }
    };
    for (std::size_t number = from; number < to; ++number) {
        const SessionKey session = key(number + 1);
        BeginRequest begin = request(number + 1, "agent");
        begin.started = instance.now().wall;
        if (instance.tracker().begin(begin, instance.now()).result != BeginResult::begun) {
            _exit(4);
        }
        told.sessions[number] = Told::Fate::live;
        if (number % 2 == 1) {
            instance.tracker().end(session, {EndReason::administrator, "root", "bye"}, instance.now());
            tracker::ActRequest act;
            act.user = "root";
            act.role = "admin";
            act.accounts = tracker::kAllAccountsLine;
            act.what = "one";
            act.ended = 1;
            const auto ticket = instance.tracker().record_act(act, instance.now());
            told.sessions[number] = Told::Fate::ended;
            told.acts += 1;
            waits_for[number] = ticket->sequence;
        }
        instance.step();
        note_durable();
    }
    told.recovered = instance.catch_up(1000);
    note_durable();
}

Found::State state_of(Instance& instance, std::size_t number) {
    return instance.tracker().find(key(number + 1), instance.now()).state;
}

// What stands in memory and on the disk after a start without the segment. Empty = all is as it was told.
std::string find_lie(const Place& place, const Told& told) {
    Instance instance(place);
    if (!instance.load_fault().empty()) {
        return "not loaded: " + instance.load_fault();
    }
    if (!instance.catch_up(100)) {
        return "does not come to rest: " + instance.fault();
    }
    for (std::size_t number = 0; number < Told::kSessions; ++number) {
        const Found::State state = state_of(instance, number);
        const Told::Fate fate = told.sessions[number];
        const std::string name = "session " + std::to_string(number);
        if (fate == Told::Fate::ended_durably && state != Found::State::ended) {
            return name + " was ended durably and lives";
        }
        if (told.recovered && fate == Told::Fate::live && state != Found::State::live) {
            return name + " is lost";
        }
    }
    auto connection = tracker::history::open_for_reading(place.database(), std::chrono::seconds{1});
    auto check = connection.prepare("PRAGMA integrity_check");
    if (!check.step() || check.text(0) != "ok") {
        return "integrity_check: " + check.text(0);
    }
    const auto acts = static_cast<std::uint64_t>(connection.integer("SELECT count(*) FROM audit"));
    if (told.recovered && acts != told.acts) {
        return std::to_string(acts) + " acts are kept, not " + std::to_string(told.acts);
    }
    const auto faults = instance.tracker().validate();
    return faults.empty() ? std::string() : faults.front();
}

class FailingDisk : public ::testing::Test {
  protected:
    static constexpr std::size_t kPast = 8;

    FailingDisk() {
        plan_->stay_below(place_.path());
        use_fault_plan(&*plan_);
    }
    ~FailingDisk() override { use_fault_plan(nullptr); }

    static std::string run_child(const std::function<void()>& work) {
        const int status = wait_for(fork_child(work));
        if (WIFSIGNALED(status)) {
            return "killed by signal " + std::to_string(WTERMSIG(status));
        }
        return WEXITSTATUS(status) == 0 ? std::string() : "exit " + std::to_string(WEXITSTATUS(status));
    }

    // One life with failures, and what is found in the next one. false = nothing failed any more.
    bool live_with(std::uint32_t calls, int error, std::int64_t after, std::int64_t count, const Told& past) {
        *told_ = past;
        plan_->set(calls, error, after, count);
        std::string crash = run_child([&] {
            Instance instance(place_);
            live_through(instance, *told_, kPast, Told::kSessions);
            told_->obeys_the_past = true;
            for (std::size_t number = 0; number < kPast; ++number) {
                const bool ended = past.sessions[number] == Told::Fate::ended_durably;
                told_->obeys_the_past =
                    told_->obeys_the_past && (!ended || state_of(instance, number) == Found::State::ended);
            }
            instance.fault().copy(told_->fault, sizeof(told_->fault) - 1);
            _exit(0);
        });
        plan_->clear();
        const auto refused = plan_->refused.load();
        SCOPED_TRACE("calls " + std::to_string(calls) + ", error " + std::to_string(error) + ", " +
                     std::to_string(count) + " refused after " + std::to_string(after));
        EXPECT_EQ(crash, "");
        EXPECT_TRUE(told_->recovered) << told_->fault;
        EXPECT_TRUE(told_->obeys_the_past);
        place_.lose_segment();
        crash = run_child([&] {
            const std::string lie = find_lie(place_, *told_);
            std::fill(std::begin(told_->fault), std::end(told_->fault), '\0');
            lie.copy(told_->fault, sizeof(told_->fault) - 1);
            _exit(0);
        });
        EXPECT_EQ(crash, "");
        EXPECT_EQ(std::string(told_->fault), "");
        return refused != 0;
    }

    // For n = 1 … until nothing fails any more. Gives how many lives that were.
    int fail_every(std::uint32_t calls, int error, std::int64_t count, bool with_past) {
        Place past_place;
        SharedObject<Told> past;
        if (with_past) {
            const std::string crash = run_child([&] {
                Instance instance(past_place);
                live_through(instance, *past, 0, kPast);
                _exit(0);
            });
            EXPECT_EQ(crash, "");
            EXPECT_TRUE(past->recovered);
        }
        int lives = 0;
        const std::int64_t stride = is_soak() ? 1 : 3;
        for (std::int64_t after = 0; !HasFailure(); after += stride) {
            with_past ? place_.become_copy_of(past_place) : place_.empty();
            ++lives;
            if (!live_with(calls, error, after, count, *past)) {
                break;
            }
        }
        return lives;
    }

    void fail_every_way(std::uint32_t calls, std::initializer_list<int> errors) {
        int lives = 0;
        for (const int error : errors) {
            for (const std::int64_t count : {1, 7}) {
                lives += fail_every(calls, error, count, true);
                if (is_soak()) {
                    lives += fail_every(calls, error, count, false);
                }
            }
            if (!is_soak()) {
                lives += fail_every(calls, error, 1, false);
            }
        }
        std::cout << lives << " lives\n";
        EXPECT_GT(lives, 8);
    }

    Place place_;
    SharedObject<FaultPlan> plan_;
    SharedObject<Told> told_;
};

TEST_F(FailingDisk, RefusesTheNthWrite) {
    fail_every_way(kWriteCalls, {ENOSPC});
}

TEST_F(FailingDisk, RefusesTheNthSync) {
    fail_every_way(kSyncCalls, {EIO});
}

TEST_F(FailingDisk, RefusesTheNthOpen) {
    fail_every_way(kOpenCalls, {EIO, EMFILE});
}

TEST_F(FailingDisk, RefusesTheNthTruncationOrRename) {
    fail_every_way(kTruncateCalls | kRenameCalls, {ENOSPC});
}

}  // namespace
}  // namespace agent_sessions::testing
