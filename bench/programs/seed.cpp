// seed NAME=VALUE...: fills the segment of a zone with sessions that have genuine cookies, before nginx
// starts.
//
//   run, state, zone, capacity   as in agent_sessions_zone
//   sessions                     how many begin
//   accounts                     over how many accounts they spread (1)
//   idle                         idle timeout in seconds (43200)
//   spread                       up to so many seconds are added to it, evenly over the sessions (0)
//   cookies                      file for the cookies' values, one a line, in the order of their begins
//   fresh, fresh_cookies         so many more cookies, whose sessions have not begun, and their file
//
// The history is written too, and then every session is seen once more, so that its idle time starts when all
// is ready. Prints one line of JSON: sessions, seconds of their begins and of the history, bytes of the
// segment. All belongs to the caller's user.
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/programs/main.h"
#include "bench/programs/population.h"
#include "ngx_module/gateway/key_file.h"
#include "ngx_module/gateway/random_source.h"
#include "ngx_module/gateway/token.h"
#include "tracker/attachment.h"
#include "tracker/history/follower.h"
#include "tracker/history/loader.h"
#include "tracker/history/schema.h"
#include "tracker/memory/layout.h"

namespace agent_sessions::bench {
namespace {

tracker::Now read_clocks() {
    timespec boot{};
    ::clock_gettime(CLOCK_BOOTTIME, &boot);
    return {std::chrono::floor<tracker::Millis>(std::chrono::system_clock::now()),
            tracker::BootTime{tracker::Millis{std::int64_t{boot.tv_sec} * 1000 + boot.tv_nsec / 1'000'000}}};
}

class Seeder {
  public:
    explicit Seeder(const Options& options)
        : options_(options),
          population_(options.number("accounts", 1)),
          attachment_(attach()),
          tracker_(attachment_->tracker(tracker::Waiting::patient)),
          signer_(load_keys()),
          database_(tracker::history::database_path(options.text("state"), options.text("zone"))) {
        // As nginx's first worker does before anything begins.
        const tracker::history::Load load =
            tracker::history::load_at_start(tracker_, database_, read_clocks());
        if (!load.fault.empty()) {
            throw std::runtime_error(load.fault);
        }
        const auto idle = static_cast<std::int64_t>(options.number("idle", 43'200));
        lifetime_.idle = lifetime_.instance = std::chrono::seconds{idle};
        lifetime_.absolute = std::chrono::hours{24};
    }

    void begin_sessions() {
        std::ofstream cookies(options_.text("cookies"));
        const std::uint64_t sessions = options_.number("sessions", 0);
        const std::uint64_t spread = options_.number("spread", 0);
        for (std::uint64_t number = 0; number < sessions; ++number) {
            const tracker::Now now = read_clocks();
            const Person person = population_.person(number);
            const gateway::Token token = mint(now.wall - person.age);
            tracker::Lifetime lifetime = lifetime_;
            lifetime.idle += std::chrono::seconds{number * spread / sessions};
            const tracker::Begun begun =
                tracker_.begin(begin_request(person, token.key, token.issued, lifetime), now);
            if (begun.result != tracker::BeginResult::begun) {
                throw std::runtime_error("session " + std::to_string(number) + " could not begin");
            }
            tracker_.open_instance(begun.handle, person.interaction, "", now);
            handles_.push_back(begun.handle);
            cookies << token.view() << '\n';
        }
        finish(cookies);
    }

    void write_history() {
        tracker::history::Follower follower(tracker_, database_, {});
        using Outcome = tracker::history::Follower::Outcome;
        for (Outcome outcome = Outcome::more; outcome != Outcome::idle;) {
            outcome = follower.step(read_clocks());
            if (outcome == Outcome::failed || outcome == Outcome::replaced) {
                throw std::runtime_error("the history could not be written: " + follower.fault());
            }
        }
    }

    void see_all() {
        const tracker::Now now = read_clocks();
        for (const tracker::SessionHandle handle : handles_) {
            tracker_.touch(handle, now);
        }
    }

    void mint_fresh() {
        const std::uint64_t fresh = options_.number("fresh", 0);
        if (fresh == 0) {
            return;
        }
        std::ofstream cookies(options_.text("fresh_cookies"));
        for (std::uint64_t number = 0; number < fresh; ++number) {
            cookies << mint(read_clocks().wall).view() << '\n';
        }
        finish(cookies);
    }

    std::uint64_t segment_bytes() const { return tracker_.layout()->geometry.total_bytes; }

  private:
    std::unique_ptr<tracker::Attachment> attach() const {
        tracker::AttachOptions attach;
        attach.directory = options_.text("run");
        attach.name = options_.text("zone");
        attach.capacity = options_.number("capacity", tracker::kMinCapacity);
        tracker::Attachment::Outcome outcome = tracker::Attachment::open(attach, read_clocks());
        if (outcome.attachment == nullptr) {
            throw std::runtime_error(outcome.error);
        }
        return std::move(outcome.attachment);
    }

    gateway::TokenSigner load_keys() const {
        const std::string path = options_.text("state") + "/" + options_.text("zone") + ".keys";
        const gateway::LoadedKeys keys = gateway::load_or_create_keys(
            path, read_clocks().wall, std::chrono::hours{24}, std::chrono::seconds{5});
        if (!keys.ring) {
            throw std::runtime_error(keys.error);
        }
        return gateway::TokenSigner(*keys.ring);
    }

    gateway::Token mint(tracker::WallTime issued) {
        std::array<std::uint8_t, gateway::kTokenRandomBytes> random{};
        if (random_.fill(random)) {
            if (const auto token = signer_.mint(issued, random)) {
                return *token;
            }
        }
        throw std::runtime_error("no cookie could be made");
    }

    static void finish(std::ofstream& file) {
        file.close();
        if (!file) {
            throw std::runtime_error("the cookies could not be written");
        }
    }

    const Options& options_;
    Population population_;
    std::unique_ptr<tracker::Attachment> attachment_;
    tracker::Tracker tracker_;
    gateway::TokenSigner signer_;
    std::string database_;
    std::vector<tracker::SessionHandle> handles_;
    gateway::RandomSource random_;
    tracker::Lifetime lifetime_;
};

double seconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int run(const Options& options) {
    Seeder seeder(options);
    const double begins = seconds_of([&seeder] { seeder.begin_sessions(); });
    const double history = seconds_of([&seeder] { seeder.write_history(); });
    seeder.mint_fresh();
    seeder.see_all();
    std::cout << R"({"sessions":)" << options.number("sessions", 0) << R"(,"seconds":)" << begins
              << R"(,"history_seconds":)" << history << R"(,"segment_bytes":)" << seeder.segment_bytes()
              << "}\n";
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace agent_sessions::bench

int main(int count, char** arguments) {
    using namespace agent_sessions::bench;
    return main_of(std::span(arguments, static_cast<std::size_t>(count)), run);
}
