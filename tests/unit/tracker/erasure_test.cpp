// A person's name is taken out of a segment: nobody finds it there any more, and nothing else is different.
#include <thread>

#include "tests/unit/tracker/tracker_test.h"
#include "tracker/history_feed.h"

namespace agent_sessions::testing {
namespace {

using tracker::EndReason;

constexpr std::string_view kName = "anna.schmidt@example.com (Support North)";
constexpr std::string_view kPseudonym = "erased-0123";

class Erasure : public TrackerTest {
  protected:
    void erase(std::string_view account = "*", std::string_view name = kName) {
        for (tracker::ErasureCursor cursor; !cursor.done;) {
            tracker_.erase_agent(cursor, {account, name, kPseudonym}, 100);
        }
    }

    bool is_in_memory(std::string_view text) const {
        return segment_.bytes().find(text) != std::string_view::npos;
    }

    // As the history finds it.
    tracker::Act act(const std::optional<tracker::ActTicket>& ticket) {
        return tracker::HistoryFeed(tracker_).read_act(ticket->number).value();
    }
    std::optional<tracker::ActTicket> act_on_all(std::string_view what, std::string_view reason = {}) {
        tracker::ActRequest request;
        request.user = "root";
        request.what = what;
        request.reason = reason;
        request.accounts = tracker::kAllAccountsLine;
        return tracker_.record_act(request, clock_.now());
    }

    tracker::SessionHandle begin_whole(std::uint64_t number, std::string_view agent,
                                       std::string_view account = "acme") {
        tracker::BeginRequest whole = request(number, agent, account);
        whole.label = "north";
        whole.address = "192.0.2.77";
        whole.user_agent = "Tell-tale/1.0";
        return tracker_.begin(whole, clock_.now()).handle;
    }
};

TEST_F(Erasure, ReplacesTheNameOfLiveSessionsAndTakesAddressAndBrowserAway) {
    begin_whole(1, kName);
    begin_whole(2, "bob");
    const auto before = tracker_.account_usage("acme");
    erase();
    EXPECT_EQ(row(1).agent, kPseudonym);
    EXPECT_EQ(row(1).address, "");
    EXPECT_EQ(row(1).user_agent, "");
    EXPECT_EQ(row(1).label, "north");
    EXPECT_EQ(row(2).agent, "bob");
    EXPECT_EQ(row(2).address, "192.0.2.77");
    const auto after = tracker_.account_usage("acme");
    EXPECT_EQ(after->current, before->current);
    EXPECT_EQ(after->agents, before->agents);
    EXPECT_FALSE(is_in_memory(kName));
    EXPECT_FALSE(is_in_memory("anna.schmidt")) << "nor a part of it";
}

TEST_F(Erasure, CoversOneAccountOnlyWhereItNamesOne) {
    begin_whole(1, kName, "acme");
    begin_whole(2, kName, "other");
    erase("acme");
    EXPECT_EQ(row(1).agent, kPseudonym);
    EXPECT_EQ(row(2).agent, kName);
}

// An account that only the history knows has no number in the segment; it must not stand for all of them.
TEST_F(Erasure, AnAccountThatIsNotInTheSegmentIsNotAllOfThem) {
    begin_whole(1, kName, "acme");
    erase("gone");
    EXPECT_EQ(row(1).agent, kName);
    tracker::ActRequest request;
    request.kind = tracker::ActKind::erase;
    request.accounts = "gone\n";
    request.agent = kName;
    request.pseudonym = kPseudonym;
    const auto ticket = tracker_.record_act(request, clock_.now());
    ASSERT_TRUE(ticket);
    EXPECT_EQ(tracker::HistoryFeed(tracker_).read_act(ticket->number)->account, "gone");
}

TEST_F(Erasure, EndedSessionsAndTheWordsOfTheirEndLoseTheName) {
    begin_whole(1, kName);
    tracker_.end(key(1),
                 {EndReason::administrator, "root", "Dear Anna.Schmidt@example.com (Support North), bye", ""},
                 clock_.now());
    begin_whole(2, "bob");
    tracker_.end(key(2), {EndReason::administrator, "root", "", "sat at the desk of " + std::string(kName)},
                 clock_.now());
    erase();
    EXPECT_EQ(tracker_.ended_facts(find(1).handle)->agent, kPseudonym);
    EXPECT_EQ(tracker_.ended_facts(find(1).handle)->message, "Dear erased-0123, bye");
    EXPECT_EQ(tracker_.ended_facts(find(2).handle)->agent, "bob");
    EXPECT_EQ(tracker_.ended_facts(find(2).handle)->why, "sat at the desk of erased-0123");
    EXPECT_FALSE(is_in_memory("chmidt"));
}

// The bytes of a text that nobody needs any more stayed readable until its block was used again.
TEST_F(Erasure, ANameThatNoSessionHasAnyMoreIsNotLeftInFreeBlocks) {
    const auto handle = begin_whole(1, kName);
    tracker_.open_instance(handle, "Anna's private flow, of many words and therefore of many blocks", "1",
                           clock_.now());
    end(1, EndReason::logout);
    clock_.advance(tracker::Millis{3 * 60 * 60 * 1000});
    tracker_.sweep(0, 10'000, clock_.now());
    ASSERT_EQ(find(1).state, tracker::Found::State::unknown);
    erase();  // the events
    EXPECT_FALSE(is_in_memory("chmidt"));
    EXPECT_FALSE(is_in_memory("Tell-tale"));
}

// A shorter event left the end of the longer one behind it in its place of the ring.
TEST_F(Erasure, AnEventHoldsNothingOfTheOneThatStoodThereBefore) {
    begin_whole(1, kName);
    end(1, EndReason::logout);
    for (std::uint64_t number = 2; tracker_.latest_sequence() < 2 * segment_.layout().geometry.events;
         ++number) {
        begin(number);
        end(number, EndReason::logout);
        if (number % 500 == 0) {
            clock_.advance(tracker::Millis{3 * 60 * 60 * 1000});
            tracker_.sweep(0, 10'000, clock_.now());
        }
    }
    EXPECT_FALSE(is_in_memory("chmidt"));
}

TEST_F(Erasure, ActsThatWereAboutTheAgentLoseTheName) {
    const std::string what = "agent \"" + std::string(kName) + "\"";
    tracker::ActRequest about;
    about.user = "root";
    about.what = what;
    about.agent = kName;
    about.reason = kName;
    about.accounts = "acme\n";
    const auto ended = tracker_.record_act(about, clock_.now());
    about.accounts = "other\n";
    const auto others = tracker_.record_act(about, clock_.now());
    about.accounts = tracker::kAllAccountsLine;
    const auto anybodys = tracker_.record_act(about, clock_.now());
    erase("acme");
    tracker::HistoryFeed feed(tracker_);
    EXPECT_EQ(feed.read_act(ended->number)->agent, kPseudonym);
    EXPECT_EQ(feed.read_act(ended->number)->what, "agent \"erased-0123\"");
    EXPECT_EQ(feed.read_act(ended->number)->reason, kPseudonym);
    EXPECT_EQ(feed.read_act(others->number)->agent, kName) << "another account's agent";
    EXPECT_EQ(feed.read_act(anybodys->number)->agent, kPseudonym) << "perhaps this account's";
    erase();
    EXPECT_FALSE(is_in_memory("chmidt"));
}

// An admin could make the audit tell something else of acts, by a "name" that is a ref or a word of ours.
TEST_F(Erasure, RefsAndTheModulesWordsInTheAuditAreNobodysName) {
    const std::string ref(32, '7');
    const std::pair<std::string_view, std::string_view> names[] = {
        {ref, ref}, {"all", "all"}, {"search", "search \"bob\""}, {"Guest", "agent Guest, label none"}};
    for (const auto& [name, what] : names) {
        const auto ticket = act_on_all(what);
        erase("*", name);
        EXPECT_EQ(act(ticket).what, what);
    }
}

TEST_F(Erasure, ASearchForTheNameIsFoundInAnyCase) {
    const auto ticket = act_on_all("search \"\u00e9lodie martin\"");
    erase("*", "\u00c9lodie Martin");
    EXPECT_EQ(act(ticket).what, "search \"erased-0123\"");
}

// An admin of one account could change what the audit tells of acts that only others may see.
TEST_F(Erasure, WordsOfAnActOnAllAccountsAreLeftToAnErasureInAllOfThem) {
    const std::string what = "search \"" + std::string(kName) + "\"";
    const std::string reason = "sat with " + std::string(kName);
    const auto ticket = act_on_all(what, reason);
    erase("acme");
    EXPECT_EQ(act(ticket).what, what);
    EXPECT_EQ(act(ticket).reason, reason);
    erase();
    EXPECT_EQ(act(ticket).what, "search \"erased-0123\"");
    EXPECT_EQ(act(ticket).reason, "sat with erased-0123");
}

TEST_F(Erasure, TheApplicationMayNameTheAgentAnew) {
    const auto handle = begin_whole(1, kName);
    erase();
    EXPECT_NE(find(1).agent_hash, tracker_.hash_name(kName)) << "the request path would not look";
    EXPECT_EQ(tracker_.identify(handle, kName, clock_.now()), tracker::IdentifyResult::named);
    EXPECT_EQ(row(1).agent, kName);
}

TEST_F(Erasure, ComesBackWhereTheLockIsBusyAndGoesOnFromThere) {
    begin_whole(1, kName);
    tracker::Tracker trying = segment_.tracker(tracker::Waiting::event_loop);
    tracker::ErasureCursor cursor;
    std::thread([&] {
        pthread_mutex_lock(&segment_.layout().lock);
        std::thread([&] { trying.erase_agent(cursor, {"*", kName, kPseudonym}, 1'000'000); }).join();
        pthread_mutex_unlock(&segment_.layout().lock);
    }).join();
    EXPECT_FALSE(cursor.done);
    EXPECT_EQ(row(1).agent, kName);
    trying.erase_agent(cursor, {"*", kName, kPseudonym}, 1'000'000);
    EXPECT_TRUE(cursor.done);
    EXPECT_EQ(row(1).agent, kPseudonym);
}

}  // namespace
}  // namespace agent_sessions::testing
