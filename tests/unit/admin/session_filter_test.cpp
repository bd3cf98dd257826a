#include "admin/session_filter.h"

#include <gtest/gtest.h>

#include <set>

namespace agent_sessions::admin {
namespace {

using namespace std::chrono_literals;

SessionFilter filter_of(std::string_view name, std::optional<std::string_view> value) {
    SessionFilter filter;
    filter.set(Source::query, name, name, value);
    return filter;
}

bool is_refused(std::string_view name, std::optional<std::string_view> value) {
    try {
        filter_of(name, value);
    } catch (const Refusal& refusal) {
        EXPECT_EQ(refusal.code, ErrorCode::invalid_parameter);
        EXPECT_EQ(refusal.errors.at(0).name, name);
        return true;
    }
    return false;
}

tracker::Row ada() {
    tracker::Row row;
    row.agent = "Ada";
    row.label = "Team Écarlate";
    row.address = "2001:DB8::1";
    row.user_agent = "Firefox";
    row.interactions = {"Refund", "Transfer"};
    row.agent_sessions = 2;
    return row;
}

tracker::Row guest() {
    return tracker::Row{};
}

TEST(DurationTest, ReadsSecondsAndUnits) {
    EXPECT_EQ(parse_duration("0"), 0s);
    EXPECT_EQ(parse_duration("600"), 600s);
    EXPECT_EQ(parse_duration("600s"), 600s);
    EXPECT_EQ(parse_duration("10m"), 600s);
    EXPECT_EQ(parse_duration("2h"), 7200s);
    EXPECT_EQ(parse_duration("365d"), 31'536'000s);
    EXPECT_EQ(parse_duration("31536000"), 31'536'000s);
}

TEST(DurationTest, RefusesEverythingElse) {
    for (const char* text : {"",
                             "-1",
                             "+1",
                             " 1",
                             "1 ",
                             "m",
                             "s",
                             "1e9",
                             "0x1",
                             "1.5",
                             "31536001",
                             "366d",
                             "8761h",
                             "2147483648",
                             "4294967296",
                             "9223372036854775808",
                             "99999999999999999999d",
                             "1ms",
                             "10mm",
                             "1M"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(SessionFilterTest, AddressIsExactAndEmptyMeansNone) {
    EXPECT_TRUE(filter_of("address", "2001:DB8::1").accepts(ada(), "alpha"));
    EXPECT_FALSE(filter_of("address", "2001:DB8::").accepts(ada(), "alpha"));
    EXPECT_FALSE(filter_of("address", "").accepts(ada(), "alpha"));
    EXPECT_TRUE(filter_of("address", "").accepts(guest(), "alpha"));
    EXPECT_TRUE(filter_of("address", std::nullopt).accepts(guest(), "alpha"));
    EXPECT_TRUE(is_refused("address", std::string(tracker::kMaxAddressBytes + 1, '1')));
    EXPECT_EQ(filter_of("address", "192.0.2.1").description(), "address \"192.0.2.1\"");
}

TEST(SessionFilterTest, IsDescribedAsItWasTyped) {
    EXPECT_EQ(filter_of("q", "\u00c9LODIE M").description(), "search \"\u00c9LODIE M\"");
    EXPECT_EQ(filter_of("label", "the \"A\" team").description(), "label \"the \"\"A\"\" team\"");
    EXPECT_EQ(filter_of("agent", "").description(), "agent Guest");
}

// A part of a name at its end could not be erased.
TEST(SessionFilterTest, ADescriptionLeavesOutWholeValuesWhereThereIsNoRoom) {
    SessionFilter filter;
    const std::string label(tracker::kMaxLabelBytes, 'l');
    for (const auto& [name, value] : {std::pair<std::string, std::string>{"account", "acme"},
                                      {"agent", "Maximilian"},
                                      {"label", label},
                                      {"q", std::string(256, 'q')},
                                      {"multiple", "1"}}) {
        filter.set(Source::query, name, name, value);
    }
    const std::string names = "account \"acme\", agent \"Maximilian\", label ";
    const std::string end = ", search \u2026, agents with several sessions";
    EXPECT_EQ(filter.description(), names + '"' + label + '"' + end);
    EXPECT_EQ(filter.description((names + end).size() + label.size()), names + "\u2026" + end);
}

TEST(SessionFilterTest, ADescriptionAlwaysFits) {
    SessionFilter filter;
    for (const auto& [name, most] :
         {std::pair<std::string, std::size_t>{"account", tracker::kMaxAccountBytes},
          {"agent", tracker::kMaxAgentBytes},
          {"label", tracker::kMaxLabelBytes},
          {"interaction", tracker::kMaxInteractionBytes},
          {"address", tracker::kMaxAddressBytes},
          {"q", std::size_t{256}}}) {
        filter.set(Source::query, name, name, std::string(most, '"'));
    }
    filter.set(Source::query, "idle_gt", "idle_gt", "365d");
    filter.set(Source::query, "multiple", "multiple", "1");
    filter.set(Source::query, "state", "state", "ending");
    const std::string terms = "when finished, after 86400 s at most: ";
    EXPECT_LE(terms.size() + filter.description(tracker::kMaxActTextBytes - terms.size()).size(),
              tracker::kMaxActTextBytes);
}

TEST(SessionFilterTest, AgentIsExactAndEmptyMeansGuests) {
    EXPECT_TRUE(filter_of("agent", "Ada").accepts(ada(), "alpha"));
    EXPECT_FALSE(filter_of("agent", "ada").accepts(ada(), "alpha"));
    EXPECT_FALSE(filter_of("agent", "Ad").accepts(ada(), "alpha"));
    EXPECT_TRUE(filter_of("agent", "").accepts(guest(), "alpha"));
    EXPECT_TRUE(filter_of("agent", std::nullopt).accepts(guest(), "alpha"));
    EXPECT_FALSE(filter_of("agent", "").accepts(ada(), "alpha"));

    tracker::Row called_guest;
    called_guest.agent = "Guest";
    EXPECT_TRUE(filter_of("agent", "Guest").accepts(called_guest, "alpha"));
    EXPECT_FALSE(filter_of("agent", "Guest").accepts(guest(), "alpha"));
    EXPECT_FALSE(filter_of("agent", "").accepts(called_guest, "alpha"));
}

TEST(SessionFilterTest, LabelAndInteractionAreExact) {
    EXPECT_TRUE(filter_of("label", "Team Écarlate").accepts(ada(), "alpha"));
    EXPECT_FALSE(filter_of("label", "Team").accepts(ada(), "alpha"));
    EXPECT_TRUE(filter_of("label", "").accepts(guest(), "alpha"));
    EXPECT_FALSE(filter_of("label", "").accepts(ada(), "alpha"));
    EXPECT_TRUE(filter_of("interaction", "Transfer").accepts(ada(), "alpha"));
    EXPECT_FALSE(filter_of("interaction", "Trans").accepts(ada(), "alpha"));
    EXPECT_FALSE(filter_of("interaction", "Transfer").accepts(guest(), "alpha"));
}

TEST(SessionFilterTest, SearchLooksEverywhereWithoutRegardToCase) {
    for (const char* text : {"ada", "ADA", "refu", "écarl", "ÉCARL", "2001:db8", "ALPH", "TEAM É"}) {
        EXPECT_TRUE(filter_of("q", text).accepts(ada(), "alpha")) << text;
    }
    for (const char* text : {"firefox", "guest", "ada refund", "beta"}) {
        EXPECT_FALSE(filter_of("q", text).accepts(ada(), "alpha")) << text;
    }
    EXPECT_TRUE(filter_of("q", "gUEs").accepts(guest(), "alpha"));
}

TEST(SessionFilterTest, ShownTextIsWhatMatches) {
    tracker::Row row;
    row.agent = "a\xFF";
    EXPECT_TRUE(filter_of("agent", "a\xEF\xBF\xBD").accepts(row, "alpha"));
    EXPECT_TRUE(filter_of("q", "\xEF\xBF\xBD").accepts(row, "alpha"));
}

TEST(SessionFilterTest, MultipleWantsANamedAgentWithTwoSessions) {
    EXPECT_TRUE(filter_of("multiple", "1").accepts(ada(), "alpha"));
    tracker::Row once = ada();
    once.agent_sessions = 1;
    EXPECT_FALSE(filter_of("multiple", "1").accepts(once, "alpha"));
    EXPECT_TRUE(filter_of("multiple", "0").accepts(once, "alpha"));
    EXPECT_FALSE(filter_of("multiple", "0").narrows());
    tracker::Row guests = guest();
    guests.agent_sessions = 9;
    EXPECT_FALSE(filter_of("multiple", "1").accepts(guests, "alpha"));
}

TEST(SessionFilterTest, IdleIsLongerThan) {
    const tracker::Now now{tracker::WallTime{1'000s}, tracker::BootTime{500s}};
    tracker::Tracker::Glance glance{};
    glance.last_seen = tracker::WallTime{940s};
    EXPECT_TRUE(filter_of("idle_gt", "59").accepts(glance, now));
    EXPECT_FALSE(filter_of("idle_gt", "60").accepts(glance, now));
    EXPECT_FALSE(filter_of("idle_gt", "1m").accepts(glance, now));
    EXPECT_TRUE(SessionFilter().accepts(glance, now));
}

TEST(SessionFilterTest, RefusesValuesThatCanNotBeMeant) {
    for (const char* name : {"account", "interaction", "q", "idle_gt", "multiple"}) {
        EXPECT_TRUE(is_refused(name, "")) << name;
        EXPECT_TRUE(is_refused(name, std::nullopt)) << name;
    }
    for (const char* value : {"2", "-1", "true", "yes", "01", " 1"}) {
        EXPECT_TRUE(is_refused("multiple", value)) << value;
    }
    EXPECT_FALSE(is_refused("agent", std::string(128, 'a')));
    EXPECT_TRUE(is_refused("agent", std::string(129, 'a')));
    EXPECT_TRUE(is_refused("label", std::string(129, 'a')));
    EXPECT_TRUE(is_refused("interaction", std::string(129, 'a')));
    EXPECT_TRUE(is_refused("account", std::string(65, 'a')));
    EXPECT_TRUE(is_refused("q", std::string(257, 'a')));
}

TEST(SessionFilterTest, DigestTellsConditionsApart) {
    const SessionFilter filters[] = {
        SessionFilter(),
        filter_of("q", "a"),
        filter_of("agent", "a"),
        filter_of("agent", ""),
        filter_of("label", "a"),
        filter_of("label", ""),
        filter_of("interaction", "a"),
        filter_of("address", "a"),
        filter_of("address", ""),
        filter_of("account", "a"),
        filter_of("idle_gt", "1"),
        filter_of("multiple", "1"),
        filter_of("q", "a\nagent=1:a"),
    };
    std::set<std::uint64_t> digests;
    for (const SessionFilter& filter : filters) {
        digests.insert(filter.digest());
    }
    EXPECT_EQ(digests.size(), std::size(filters));
    EXPECT_EQ(filter_of("idle_gt", "60").digest(), filter_of("idle_gt", "1m").digest());
}

}  // namespace
}  // namespace agent_sessions::admin
