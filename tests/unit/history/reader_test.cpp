#include "tracker/history/reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "tests/unit/history/history_database.h"

namespace agent_sessions::tracker::history {
namespace {

using namespace std::chrono_literals;

template <typename Result>
AnswerState wait_for(const std::shared_ptr<Answer<Result>>& answer) {
    for (int looks = 0; looks < 10'000 && answer->state() == AnswerState::waiting; ++looks) {
        std::this_thread::sleep_for(1ms);
    }
    return answer->state();
}

std::int64_t count_audit(Connection& connection) {
    return connection.integer("SELECT count(*) FROM audit");
}

TEST(Reader, AnswersFromTheDatabase) {
    HistoryDatabase database;
    Reader reader(database.path());
    const auto answer = reader.ask(count_audit);
    ASSERT_EQ(wait_for(answer), AnswerState::answered);
    EXPECT_EQ(answer->result(), 0);
}

TEST(Reader, AMissingDatabaseIsAnAnswerAndOneThatComesIsUsed) {
    HistoryDatabase database;
    database.remove();
    Reader reader(database.path());
    const auto first = reader.ask(count_audit);
    ASSERT_EQ(wait_for(first), AnswerState::failed);
    EXPECT_FALSE(first->error().empty());
    database.create();
    EXPECT_EQ(wait_for(reader.ask(count_audit)), AnswerState::answered);
}

TEST(Reader, AReplacedDatabaseIsOpenedAnew) {
    HistoryDatabase database;
    Reader reader(database.path());
    ASSERT_EQ(wait_for(reader.ask(count_audit)), AnswerState::answered);
    database.remove();
    EXPECT_EQ(wait_for(reader.ask(count_audit)), AnswerState::failed);
    database.create();
    database.execute(
        "INSERT INTO audit (at, role, action, accounts, what, ended, result) VALUES (1, 'a', 'b', 'c', 'd', "
        "0, "
        "'done')");
    const auto answer = reader.ask(count_audit);
    ASSERT_EQ(wait_for(answer), AnswerState::answered);
    EXPECT_EQ(answer->result(), 1);
}

TEST(Reader, WhatIsThrownIsAnAnswer) {
    HistoryDatabase database;
    Reader reader(database.path());
    const auto answer =
        reader.ask([](Connection& connection) { return connection.integer("SELECT nonsense"); });
    ASSERT_EQ(wait_for(answer), AnswerState::failed);
    EXPECT_NE(answer->error().find("nonsense"), std::string::npos);
    EXPECT_EQ(wait_for(reader.ask(count_audit)), AnswerState::answered);
}

TEST(Reader, NothingCanBeWritten) {
    HistoryDatabase database;
    Reader reader(database.path());
    const auto answer = reader.ask([](Connection& connection) {
        connection.execute("DELETE FROM audit");
        return 0;
    });
    EXPECT_EQ(wait_for(answer), AnswerState::failed);
}

TEST(Reader, AllOfAQuestionSeesOneState) {
    HistoryDatabase database;
    Reader reader(database.path());
    const auto answer = reader.ask([&database](Connection& connection) {
        const std::int64_t before = count_audit(connection);
        database.execute(
            "INSERT INTO audit (at, role, action, accounts, what, ended, result) VALUES (1, 'a', 'b', 'c', "
            "'d', "
            "0, 'done')");
        return count_audit(connection) - before;
    });
    ASSERT_EQ(wait_for(answer), AnswerState::answered);
    EXPECT_EQ(answer->result(), 0);
}

TEST(Reader, TooManyQuestionsAreRefusedAndThoseNobodyWaitsForAreLeftOut) {
    HistoryDatabase database;
    Reader reader(database.path());
    std::promise<void> open;
    std::shared_future<void> opened = open.get_future();
    std::promise<void> begun;
    const auto slow = reader.ask([&begun, opened](Connection&) {
        begun.set_value();
        opened.wait();
        return 0;
    });
    begun.get_future().wait();
    std::atomic<int> asked{0};
    const auto question = [&asked](Connection&) { return ++asked; };
    std::vector<std::shared_ptr<Answer<int>>> answers;
    for (std::size_t number = 0; number < Reader::kMaxWaiting; ++number) {
        answers.push_back(reader.ask(question));
    }
    EXPECT_EQ(answers.back()->state(), AnswerState::waiting);
    EXPECT_EQ(reader.ask(question)->state(), AnswerState::busy);
    answers.resize(10);
    const auto other = reader.ask(question);
    EXPECT_EQ(other->state(), AnswerState::waiting);
    open.set_value();
    EXPECT_EQ(wait_for(other), AnswerState::answered);
    EXPECT_EQ(asked, 11);
    EXPECT_EQ(slow->state(), AnswerState::answered);
}

TEST(Reader, ItsEndCutsOffTheQuestionAtHandAndSettlesTheRest) {
    HistoryDatabase database;
    auto reader = std::make_unique<Reader>(database.path());
    std::promise<void> begun;
    const auto endless = reader->ask([&begun](Connection& connection) {
        begun.set_value();
        return connection.integer(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
    });
    const auto waiting = reader->ask(count_audit);
    begun.get_future().wait();
    reader.reset();
    EXPECT_EQ(endless->state(), AnswerState::failed);
    EXPECT_EQ(waiting->state(), AnswerState::failed);
}

// The files of this process with that name, its log included.
std::size_t open_files_of(const std::string& path) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        count += std::filesystem::read_symlink(entry.path(), gone).native().starts_with(path) ? 1U : 0U;
    }
    return count;
}

bool comes_to_rest(Reader& reader) {
    for (int looks = 0; looks < 10'000; ++looks) {
        if (reader.rest()) {
            return true;
        }
        std::this_thread::sleep_for(1ms);
    }
    return false;
}

TEST(Reader, AtRestHasNoDatabaseOpenAndQuestionsWait) {
    HistoryDatabase database;
    Reader reader(database.path());
    ASSERT_TRUE(reader.rest()) << "it has not begun";
    reader.go_on();
    ASSERT_EQ(wait_for(reader.ask(count_audit)), AnswerState::answered);
    EXPECT_GT(open_files_of(database.path()), 0U);
    ASSERT_TRUE(comes_to_rest(reader));
    EXPECT_EQ(open_files_of(database.path()), 0U);
    const auto answer = reader.ask(count_audit);
    ASSERT_TRUE(reader.rest());
    EXPECT_EQ(answer->state(), AnswerState::waiting);
    reader.go_on();
    EXPECT_EQ(wait_for(answer), AnswerState::answered);
}

TEST(Reader, RestsOnlyWhenTheQuestionAtHandIsAnswered) {
    HistoryDatabase database;
    Reader reader(database.path());
    std::promise<void> open;
    std::shared_future<void> opened = open.get_future();
    std::promise<void> begun;
    const auto slow = reader.ask([&begun, opened](Connection&) {
        begun.set_value();
        opened.wait();
        return 0;
    });
    const auto next = reader.ask(count_audit);
    begun.get_future().wait();
    EXPECT_FALSE(reader.rest());
    open.set_value();
    ASSERT_TRUE(comes_to_rest(reader));
    EXPECT_EQ(slow->state(), AnswerState::answered);
    EXPECT_EQ(next->state(), AnswerState::waiting);
    reader.go_on();
    EXPECT_EQ(wait_for(next), AnswerState::answered);
}

TEST(Reader, GoesOnWhereItWasToRestForAMoment) {
    HistoryDatabase database;
    Reader reader(database.path());
    for (int round = 0; round < 200; ++round) {
        ASSERT_EQ(wait_for(reader.ask(count_audit)), AnswerState::answered);
        static_cast<void>(reader.rest());
        reader.go_on();
    }
}

TEST(Reader, ItsThreadTakesNoSignals) {
    HistoryDatabase database;
    Reader reader(database.path());
    const auto answer = reader.ask([](Connection&) {
        sigset_t blocked;
        pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
        return sigismember(&blocked, SIGTERM) == 1 && sigismember(&blocked, SIGALRM) == 1;
    });
    ASSERT_EQ(wait_for(answer), AnswerState::answered);
    EXPECT_TRUE(answer->result());
}

}  // namespace
}  // namespace agent_sessions::tracker::history
