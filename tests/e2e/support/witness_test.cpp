#include "tests/e2e/support/witness_test.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "bench/programs/population.h"
#include "tests/support/soak.h"

namespace agent_sessions::e2e {
namespace {

using Fate = WitnessedSession::Fate;

constexpr std::size_t kLargestList = 20'000;

bool is_over(const WitnessedSession& session) {
    return session.fate == Fate::ended || session.fate == Fate::durable;
}

}  // namespace

WitnessTest::WitnessTest() {
    // Whoever is ended takes room as long as the test goes on.
    config.capacity = agent_sessions::testing::is_soak() ? "1000000" : "100000";
    config.set("agent_sessions_timeout", "10h absolute=20h instance=10h");
}

std::filesystem::path WitnessTest::segment() const {
    return server.prefix() / "run" / (std::string(kZone) + ".segment");
}

void WitnessTest::fill(std::size_t sessions) {
    using namespace tracker;
    const MappedSegment mapped(segment());
    Tracker tracker = mapped.tracker();
    const bench::Population population(8);
    timespec boot{};
    clock_gettime(CLOCK_BOOTTIME, &boot);
    const Now now{std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()),
                  BootTime{std::chrono::seconds{boot.tv_sec}}};
    const Lifetime lifetime{std::chrono::hours{10}, std::chrono::hours{20}, std::chrono::hours{10}};
    for (std::size_t number = 0; number < sessions; ++number) {
        const SessionKey key{bench::Population::mix(number + 1), number + 1};
        const bench::Person person = population.person(number);
        const Begun begun = tracker.begin(bench::begin_request(person, key, now.wall, lifetime), now);
        ASSERT_EQ(begun.result, BeginResult::begun) << number;
        tracker.open_instance(begun.handle, person.interaction, "", now);
    }
}

bool WitnessTest::wait_for_history(std::chrono::milliseconds patience) {
    const MappedSegment mapped(segment());
    const tracker::Tracker tracker = mapped.tracker();
    return wait_until([&] { return tracker.is_committed(tracker.latest_sequence()); }, patience);
}

std::vector<std::string> WitnessTest::try_cookies(const Witness& witness) {
    std::vector<std::string> alive;
    const bool had_failure = HasFailure();
    Connection connection(origin());
    for (const WitnessedSession& session : witness.ledger()) {
        const bool may_begin = session.fate == Fate::unsure;
        HttpRequest request = may_begin ? navigation("/app") : script_call("/api");
        request.with("Cookie", std::string(kCookie) + "=" + session.cookie);
        const HttpResponse response = connection.send(request);
        const std::string status = status_of(response);
        const bool is_live = response.status == 200 && (status == "ACTIVE" || (may_begin && status == "NEW"));
        if (is_over(session) || (session.fate == Fate::asked && !is_live)) {
            EXPECT_TRUE(is_message_for_script(response)) << session.ref << " of " << session.agent;
        } else {
            EXPECT_TRUE(is_live) << session.ref << " of " << session.agent << ": " << response.status << ' '
                                 << response.error << status;
        }
        if (is_live) {
            EXPECT_TRUE(session.ref.empty() || session.ref == ref_of(response)) << session.ref;
            alive.push_back(ref_of(response));
        }
        if (HasFailure() && !had_failure) {
            break;
        }
    }
    return alive;
}

void WitnessTest::expect_ledger(const Witness& witness, std::size_t others) {
    EXPECT_EQ(witness.failures(), std::vector<std::string>{});
    std::vector<std::string> alive = try_cookies(witness);
    AdminClient supervisor = admin();
    const auto expected = static_cast<std::int64_t>(alive.size() + others);
    EXPECT_TRUE(wait_until([&] { return supervisor.current() == expected; }))
        << "counted are " << supervisor.current() << ", alive by their cookies " << expected;
    EXPECT_EQ(supervisor.read("sessions?limit=1").at("total").to_number<std::int64_t>(), expected);
    std::map<std::string, const WitnessedSession*> by_ref;
    for (const WitnessedSession& session : witness.ledger()) {
        by_ref[session.ref] = &session;
    }
    if (alive.size() + others <= kLargestList && others == 0) {
        std::vector<std::string> listed = supervisor.all_refs("", 500);
        std::sort(listed.begin(), listed.end());
        std::sort(alive.begin(), alive.end());
        EXPECT_EQ(listed, alive) << "the list holds what is alive";
    }
    for (const std::string& ref : alive) {
        const auto found = by_ref.find(ref);
        if (found == by_ref.end() || HasFailure()) {
            continue;  // its begin was not answered, so there is nothing to compare it with
        }
        const WitnessedSession& session = *found->second;
        const boost::json::object row = supervisor.read("sessions/" + ref);
        EXPECT_EQ(text_of(row, "agent"), session.agent) << ref;
        EXPECT_EQ(text_of(row, "started"), session.started) << ref;
        EXPECT_LE(row.at("instances").to_number<std::size_t>(), session.instances.size()) << ref;
    }
    expect_sound_segment();
}

void WitnessTest::expect_durable_without_the_segment(const Witness& witness) {
    server.kill_all();
    lose_segment();
    start();
    Connection connection(origin());
    for (const WitnessedSession& session : witness.ledger()) {
        if (session.fate == Fate::durable && !HasFailure()) {
            EXPECT_TRUE(is_message_for_script(click_with(connection, session.cookie))) << session.ref;
        }
    }
    EXPECT_EQ(history.integrity(), "ok");
    EXPECT_EQ(history.half_written(), 0);
}

void WitnessTest::expect_sound_segment() const {
    EXPECT_EQ(MappedSegment(segment()).tracker().validate(), std::vector<std::string>{});
}

std::uint64_t WitnessTest::recoveries() const {
    return MappedSegment(segment()).tracker().figures().recoveries;
}

std::vector<pid_t> WitnessTest::history_writers() const {
    std::vector<pid_t> writers;
    for (const pid_t worker : server.workers()) {
        for (const pid_t child : children_of(worker)) {
            if (command_line(child).find("history") != std::string::npos) {
                writers.push_back(child);
            }
        }
    }
    return writers;
}

std::string WitnessTest::describe(const Witness& witness) {
    std::ostringstream text;
    text << witness.requests() << " requests (" << witness.broken() << " without an answer), "
         << witness.ledger().size() << " sessions, " << witness.count(Fate::durable)
         << " durable terminations, " << witness.count(Fate::asked) << " without an answer, longest wait "
         << witness.longest_wait().count() << " ms (" << witness.slowest() << ")";
    return text.str();
}

}  // namespace agent_sessions::e2e
