// A tracker whose history is written into a database of its own, one pass at a time and by a clock that
// stands still until it is told to move.
#pragma once

#include <memory>
#include <string>

#include "tests/support/temporary_directory.h"
#include "tests/unit/tracker/tracker_test.h"
#include "tracker/history/follower.h"
#include "tracker/history/schema.h"

namespace agent_sessions::tracker::history {

class FollowedHistory : public testing::TrackerTest {
  protected:
    using Outcome = Follower::Outcome;

    std::string path() const { return database_path(directory_.path().native(), "floor"); }

    // Passes until there is nothing more to do at once.
    Outcome follow(Follower& follower) {
        for (;;) {
            const Outcome outcome = follower.step(clock_.now());
            if (outcome != Outcome::more) {
                return outcome;
            }
        }
    }
    Outcome follow() { return follow(follower_); }

    Connection database() const { return Connection(path(), OpenMode::read_write, std::chrono::seconds{1}); }
    void execute(const std::string& sql) const { database().execute(sql); }
    std::int64_t number(const std::string& sql) const { return database().integer(sql); }
    // NULL and no row are "-".
    std::string text(const std::string& sql) const {
        Connection connection = database();
        Statement query = connection.prepare(sql);
        return query.step() ? query.text_or_null(0).value_or("-") : "-";
    }
    std::int64_t sessions() const { return number("SELECT count(*) FROM session"); }
    std::int64_t alive() const { return number("SELECT count(*) FROM session WHERE ended_at IS NULL"); }

    // More events than the ring holds, of a session that is alive.
    void overrun(SessionHandle handle) {
        for (std::uint64_t event = 0; event < segment_.layout().geometry.events + 10; ++event) {
            tracker_.open_instance(handle, event % 2 == 0 ? "A" : "B", "1", clock_.now());
        }
    }

    ActTicket act(ActRequest request) {
        request.user = "root";
        request.role = "admin";
        const auto ticket = tracker_.record_act(request, clock_.now());
        EXPECT_TRUE(ticket);
        return ticket.value_or(ActTicket{});
    }
    ActTicket erase(std::string_view agent, std::string_view account = "*") {
        ActRequest request;
        request.kind = ActKind::erase;
        const std::string line = std::string(account) + '\n';
        request.accounts = line;
        request.what = "an agent";
        request.agent = agent;
        request.pseudonym = "erased-1";
        return act(request);
    }
    ActTicket sweep(std::string_view account, std::string_view agent = {}) {
        ActRequest request;
        request.sweeping = true;
        request.account = account;
        request.accounts = kAllAccountsLine;
        request.what = "all";
        request.agent = agent;
        request.reason = "the shift is over";
        return act(request);
    }

    testing::TemporaryDirectory directory_;
    Follower follower_{tracker_, path(), Retention{}};
};

}  // namespace agent_sessions::tracker::history
