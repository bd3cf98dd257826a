#include "admin/session_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "admin/list_cursor.h"
#include "admin/problem.h"

namespace agent_sessions::admin {
namespace {

SortKey number_key(std::int64_t number, std::uint64_t session) {
    return {"", number, {0, session}};
}
SortKey text_key(std::string text, std::uint64_t session) {
    return {std::move(text), 0, {0, session}};
}

TEST(SessionOrderTest, ReadsEveryColumnBothWays) {
    const char* columns[] = {"agent", "started", "instances",  "last_seen", "account",
                             "label", "address", "user_agent", "state"};
    for (std::size_t index = 0; index < std::size(columns); ++index) {
        EXPECT_EQ(SessionOrder::parse(columns[index]).column, static_cast<SortColumn>(index));
        EXPECT_FALSE(SessionOrder::parse(columns[index]).descending);
        EXPECT_EQ(SessionOrder::parse(std::string("-") + columns[index]).column,
                  static_cast<SortColumn>(index));
        EXPECT_TRUE(SessionOrder::parse(std::string("-") + columns[index]).descending);
    }
    EXPECT_EQ(SessionOrder().column, SortColumn::started);
    EXPECT_TRUE(SessionOrder().descending) << "newest first";
}

TEST(SessionOrderTest, RefusesWhatDoesNotSort) {
    const auto code = [](std::string_view text) {
        try {
            SessionOrder::parse(text);
        } catch (const Refusal& refusal) {
            return refusal.code;
        }
        return ErrorCode::internal_error;
    };
    for (const char* text : {"interactions", "-interactions", "open_interactions", "-open_interactions"}) {
        EXPECT_EQ(code(text), ErrorCode::sort_not_supported) << text;
    }
    for (const char* text : {"", "-", "--agent", "+agent", " agent", "Agent", "ref", "agent,started"}) {
        EXPECT_EQ(code(text), ErrorCode::invalid_parameter) << text;
    }
}

TEST(SessionOrderTest, TiesGoByRefAscendingInBothDirections) {
    for (const bool descending : {false, true}) {
        const SessionOrder order{SortColumn::started, descending};
        EXPECT_TRUE(order.before(number_key(5, 1), number_key(5, 2)));
        EXPECT_FALSE(order.before(number_key(5, 2), number_key(5, 1)));
        EXPECT_FALSE(order.before(number_key(5, 1), number_key(5, 1)));
        EXPECT_EQ(order.before(number_key(4, 2), number_key(5, 1)), !descending);
    }
    EXPECT_EQ(tracker::to_ref({1, 0}) < tracker::to_ref({2, 0}),
              tracker::SessionKey({1, 0}) < tracker::SessionKey({2, 0}));
}

TEST(SessionOrderTest, AGuestSortsAsItsWordAndCaseDoesNotCount) {
    const SessionOrder order{SortColumn::agent, false};
    const tracker::Now now{};
    tracker::Row row;
    EXPECT_EQ(order.value_of(row, "alpha", now).key().text, "guest");
    row.agent = "ZOË";
    EXPECT_EQ(order.value_of(row, "alpha", now).key().text, "zoë");
}

TEST(SessionOrderTest, LastSeenIsAPlaceOnTheClockThatDoesNotJump) {
    using namespace std::chrono_literals;
    const SessionOrder order{SortColumn::last_seen, true};
    const tracker::BootTime seen{100s};
    std::int64_t numbers[2] = {};
    for (const int index : {0, 1}) {
        // The second time the clocks were read a millisecond apart from each other.
        const tracker::Now now{tracker::WallTime{5'000s} + tracker::Millis{index}, tracker::BootTime{160s}};
        tracker::Row row;
        row.last_seen = now.wall - (now.boot - seen);
        numbers[index] = order.value_of(row, "alpha", now).number;
    }
    EXPECT_EQ(numbers[0], numbers[1]);
    EXPECT_EQ(numbers[0], 100'000);
}

TEST(FirstKeysTest, KeepsTheFirstWhateverTheSequence) {
    std::vector<SortKey> keys;
    for (std::uint64_t index = 0; index < 60; ++index) {
        keys.push_back(number_key(static_cast<std::int64_t>(index / 4), index));  // with ties
    }
    std::mt19937 random(7);
    for (const bool descending : {false, true}) {
        const SessionOrder order{SortColumn::started, descending};
        const auto before = [&order](const SortKey& left, const SortKey& right) {
            return order.before(left, right);
        };
        for (const std::size_t size : {1U, 2U, 59U, 60U, 61U}) {
            std::shuffle(keys.begin(), keys.end(), random);
            FirstKeys first(order, size);
            for (const SortKey& key : keys) {
                first.offer({key.text, key.number, key.session});
            }
            std::vector<SortKey> expected = keys;
            std::sort(expected.begin(), expected.end(), before);
            expected.resize(std::min(size, expected.size()));
            const std::vector<SortKey> taken = first.take();
            ASSERT_EQ(taken.size(), expected.size());
            for (std::size_t index = 0; index < taken.size(); ++index) {
                EXPECT_EQ(taken[index].session, expected[index].session) << size << ' ' << index;
            }
        }
    }
}

TEST(ListCursorTest, ComesBackAsItWas) {
    const SessionOrder order{SortColumn::agent, true};
    for (const std::string& text :
         {std::string(), std::string("zoë"), std::string("\0\xFF", 2), std::string(400, 'x')}) {
        const SortKey key{text, -5, {0xFEDCBA9876543210, 0x0123456789ABCDEF}};
        const std::string cursor = encode_cursor(order, 42, key);
        EXPECT_EQ(
            cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
        const std::optional<SortKey> back = decode_cursor(cursor, order, 42);
        ASSERT_TRUE(back);
        EXPECT_EQ(back->text, key.text);
        EXPECT_EQ(back->number, key.number);
        EXPECT_EQ(back->session, key.session);
    }
}

TEST(ListCursorTest, BelongsToOneOrderAndFilter) {
    const SessionOrder order{SortColumn::agent, true};
    const std::string cursor = encode_cursor(order, 42, text_key("a", 1));
    EXPECT_TRUE(decode_cursor(cursor, order, 42));
    EXPECT_FALSE(decode_cursor(cursor, order, 43));
    EXPECT_FALSE(decode_cursor(cursor, {SortColumn::agent, false}, 42));
    EXPECT_FALSE(decode_cursor(cursor, {SortColumn::label, true}, 42));
}

TEST(ListCursorTest, DamageIsNoCursor) {
    const SessionOrder order;
    const std::string cursor = encode_cursor(order, 0, number_key(7, 1));
    for (std::size_t size = 0; size < cursor.size(); ++size) {
        EXPECT_FALSE(decode_cursor(cursor.substr(0, size), order, 0)) << size;
    }
    for (const char* text : {"", "=", "A", "null", "../..", "%00", "AQE=", "AQEB AAA"}) {
        EXPECT_FALSE(decode_cursor(text, order, 0)) << text;
    }
    EXPECT_FALSE(decode_cursor(cursor + "=", order, 0));
    EXPECT_FALSE(decode_cursor(cursor + "\n", order, 0));
    EXPECT_FALSE(decode_cursor(std::string(100'000, 'A'), order, 0));
    std::string version = cursor;
    version[0] = 'z';
    EXPECT_FALSE(decode_cursor(version, order, 0));
}

}  // namespace
}  // namespace agent_sessions::admin
