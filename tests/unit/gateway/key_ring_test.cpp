#include "ngx_module/gateway/key_ring.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace agent_sessions::gateway {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using tracker::Millis;
using tracker::WallTime;

constexpr WallTime kNow{Millis(1'800'000'000'000)};
constexpr Millis kAbsolute = 12h;

Secret secret_of(std::uint8_t byte) {
    Secret secret;
    secret.fill(byte);
    return secret;
}

std::string hex(char digit) {
    return std::string(64, digit);
}

const std::string kHead = "agent-sessions keys 1\n";

std::string damage_of(const std::string& text) {
    std::string error;
    const auto ring = parse_key_ring(text, error);
    EXPECT_FALSE(ring) << text;
    EXPECT_FALSE(error.empty()) << text;
    return error;
}

TEST(KeyRing, TheFirstKeySignsAtOnce) {
    KeyRing ring;
    EXPECT_TRUE(ring.needs_rotation(kNow, kAbsolute));
    EXPECT_TRUE(ring.rotate(kNow, kAbsolute, secret_of(1)));
    ASSERT_EQ(ring.keys().size(), 1U);
    EXPECT_EQ(ring.keys()[0].created, kNow);
    EXPECT_EQ(ring.keys()[0].active_from, kNow);
    EXPECT_EQ(ring.keys()[0].secret, secret_of(1));
    EXPECT_EQ(ring.signing_key(kNow), &ring.keys()[0]);
    EXPECT_FALSE(ring.needs_rotation(kNow, kAbsolute));
    EXPECT_FALSE(ring.rotate(kNow, kAbsolute, secret_of(2)));
}

TEST(KeyRing, ANewKeyWaitsForTheOtherWorkers) {
    KeyRing ring;
    ring.rotate(kNow, kAbsolute, secret_of(1));
    EXPECT_FALSE(ring.rotate(kNow + days(30), kAbsolute, secret_of(2)));
    const WallTime later = kNow + days(30) + 1ms;
    EXPECT_TRUE(ring.needs_rotation(later, kAbsolute));
    EXPECT_TRUE(ring.rotate(later, kAbsolute, secret_of(2)));
    ASSERT_EQ(ring.keys().size(), 2U);
    EXPECT_EQ(ring.keys()[1].created, later);
    EXPECT_EQ(ring.keys()[1].active_from, later + 1h);
    EXPECT_EQ(ring.signing_key(later), &ring.keys()[0]);
    EXPECT_EQ(ring.signing_key(later + 1h - 1ms), &ring.keys()[0]);
    EXPECT_EQ(ring.signing_key(later + 1h), &ring.keys()[1]);
    EXPECT_FALSE(ring.needs_rotation(later, kAbsolute));
}

TEST(KeyRing, AnOldKeyIsDroppedWhenNothingOfItCounts) {
    KeyRing ring;
    ring.rotate(kNow, kAbsolute, secret_of(1));
    const WallTime rotated = kNow + days(30) + 1ms;
    ring.rotate(rotated, kAbsolute, secret_of(2));
    const WallTime over = rotated + 1h + 2 * kAbsolute;
    EXPECT_FALSE(ring.rotate(over, kAbsolute, secret_of(3)));
    EXPECT_TRUE(ring.rotate(over + 1ms, kAbsolute, secret_of(3)));
    ASSERT_EQ(ring.keys().size(), 1U);
    EXPECT_EQ(ring.keys()[0].secret, secret_of(2));
}

// Workers that ran for a year signed with the first key until yesterday.
TEST(KeyRing, ALateRotationKeepsTheKeyThatSignedUntilNow) {
    KeyRing ring;
    ring.rotate(kNow, kAbsolute, secret_of(1));
    const WallTime year = kNow + days(365);
    EXPECT_TRUE(ring.rotate(year, kAbsolute, secret_of(2)));
    ASSERT_EQ(ring.keys().size(), 2U);
    EXPECT_EQ(ring.signing_key(year)->secret, secret_of(1));
    EXPECT_FALSE(ring.rotate(year + 1h, kAbsolute, secret_of(3)));
}

TEST(KeyRing, HoldsAtMostSixteen) {
    KeyRing ring;
    const Millis century = days(36500);
    WallTime now = kNow;
    for (int round = 0; round < 40; ++round, now += days(31)) {
        EXPECT_TRUE(ring.rotate(now, century, secret_of(static_cast<std::uint8_t>(round))));
        EXPECT_EQ(ring.keys().size(), std::min<std::size_t>(static_cast<std::size_t>(round) + 1, kMaxKeys));
        EXPECT_EQ(ring.keys().back().secret, secret_of(static_cast<std::uint8_t>(round)));
    }
    Key extra;
    extra.id = 200;
    extra.created = now;
    EXPECT_FALSE(ring.add(extra));
}

TEST(KeyRing, IdsWrapAround) {
    KeyRing ring;
    Key key;
    key.id = 255;
    key.created = kNow;
    ASSERT_TRUE(ring.add(key));
    ring.rotate(kNow + days(31), kAbsolute, secret_of(2));
    EXPECT_EQ(ring.keys()[1].id, 0);
    EXPECT_EQ(ring.find(255), &ring.keys()[0]);
    EXPECT_EQ(ring.find(0), &ring.keys()[1]);
    EXPECT_EQ(ring.find(1), nullptr);
}

TEST(KeyRing, IdsInUseAreSkipped) {
    KeyRing ring;
    for (const int id : {5, 6, 4}) {
        Key key;
        key.id = static_cast<std::uint8_t>(id);
        key.created = kNow;
        ASSERT_TRUE(ring.add(key));
    }
    ring.rotate(kNow + days(31), days(1000), secret_of(2));
    EXPECT_EQ(ring.keys().back().id, 7);
}

TEST(KeyRing, SignsWithAClockThatWasSetBack) {
    KeyRing ring;
    EXPECT_EQ(ring.signing_key(kNow), nullptr);
    ring.rotate(kNow, kAbsolute, secret_of(1));
    ring.rotate(kNow + days(31), kAbsolute, secret_of(2));
    EXPECT_EQ(ring.signing_key(kNow - days(100)), &ring.keys()[0]);
    EXPECT_FALSE(ring.needs_rotation(kNow - days(100), kAbsolute));
}

TEST(KeyRing, AddRefusesWhatContradicts) {
    KeyRing ring;
    Key key;
    key.id = 1;
    key.created = kNow;
    EXPECT_TRUE(ring.add(key));
    EXPECT_FALSE(ring.add(key)) << "same id";
    key.id = 2;
    key.created = kNow - 1ms;
    EXPECT_FALSE(ring.add(key)) << "older than the newest";
    key.created = kNow;
    EXPECT_TRUE(ring.add(key));
}

TEST(KeyRingText, IsWrittenAsDocumented) {
    KeyRing ring;
    ring.rotate(kNow, kAbsolute, secret_of(0xab));
    ring.rotate(kNow + days(31), kAbsolute, secret_of(0x01));
    std::string one;
    std::string two;
    for (int count = 0; count < 32; ++count) {
        one += "ab";
        two += "01";
    }
    EXPECT_EQ(serialize(ring), kHead + "0 1800000000000 1800000000000 " + one +
                                   "\n1 1802678400000 1802682000000 " + two + "\n");
}

TEST(KeyRingText, ComesBack) {
    KeyRing ring;
    WallTime now = kNow;
    for (int round = 0; round < 16; ++round, now += days(31)) {
        ring.rotate(now, days(36500), secret_of(static_cast<std::uint8_t>(round * 17)));
        std::string error;
        const auto parsed = parse_key_ring(serialize(ring), error);
        ASSERT_TRUE(parsed) << error;
        ASSERT_EQ(parsed->keys().size(), ring.keys().size());
        EXPECT_EQ(serialize(*parsed), serialize(ring));
        EXPECT_EQ(parsed->keys().back().secret, ring.keys().back().secret);
        EXPECT_EQ(parsed->keys().back().active_from, ring.keys().back().active_from);
    }
}

TEST(KeyRingText, DamageIsNamed) {
    EXPECT_EQ(damage_of(""), "no key in it");
    EXPECT_EQ(damage_of(kHead), "no key in it");
    EXPECT_EQ(damage_of("agent-sessions keys 2\n0 1 1 " + hex('0') + "\n"), "unknown format in line 1");
    EXPECT_EQ(damage_of("agent-sessions keys 1"), "no line end in line 1");
    EXPECT_EQ(damage_of("\n" + kHead), "unknown format in line 1");
    EXPECT_EQ(damage_of("\xef\xbb\xbf" + kHead), "unknown format in line 1");
    EXPECT_EQ(damage_of(kHead + "0 1 1 " + hex('0')), "no line end in line 2");
    EXPECT_EQ(damage_of(kHead + "0 1 1 " + hex('0') + "\n1 2 2 " + hex('0') + "\n1 3 3 " + hex('0') + "\n"),
              "repeated or misplaced key in line 4");
    EXPECT_EQ(damage_of(kHead + "0 5 5 " + hex('0') + "\n1 4 4 " + hex('0') + "\n"),
              "repeated or misplaced key in line 3");
    std::string many = kHead;
    for (int id = 0; id < 17; ++id) {
        many += std::to_string(id) + " 1 1 " + hex('0') + "\n";
    }
    EXPECT_EQ(damage_of(many), "too many keys in line 18");
}

TEST(KeyRingText, OnlyItsOwnSpellingIsRead) {
    std::string error;
    ASSERT_TRUE(parse_key_ring(kHead + "0 1 1 " + hex('0') + "\n", error));
    for (const std::string& line : {std::string(),
                                    std::string(" "),
                                    "0 1 " + hex('0'),
                                    "0 1 1 " + hex('0') + " ",
                                    "0  1 1 " + hex('0'),
                                    " 0 1 1 " + hex('0'),
                                    "00 1 1 " + hex('0'),
                                    "256 1 1 " + hex('0'),
                                    "-1 1 1 " + hex('0'),
                                    "+1 1 1 " + hex('0'),
                                    "0 01 1 " + hex('0'),
                                    "0 -1 1 " + hex('0'),
                                    "0 1 -1 " + hex('0'),
                                    "0 9223372036854775808 1 " + hex('0'),
                                    "0 1 1 " + hex('0') + "0",
                                    "0 1 1 " + hex('0').substr(1),
                                    "0 1 1 " + hex('g'),
                                    "0 1 1 " + hex('A'),
                                    "0 1 1 " + hex('0') + "\r",
                                    "0\t1 1 " + hex('0'),
                                    "0x0 1 1 " + hex('0'),
                                    "0 1.0 1 " + hex('0'),
                                    std::string("0 1 1"),
                                    std::string("# comment")}) {
        EXPECT_EQ(damage_of(kHead + line + "\n"), "no key in line 2") << line;
    }
}

// Cut anywhere, a file is damaged; never is half of it taken.
TEST(KeyRingText, EveryCutIsNoticed) {
    KeyRing ring;
    ring.rotate(kNow, kAbsolute, secret_of(1));
    ring.rotate(kNow + days(31), kAbsolute, secret_of(2));
    const std::string text = serialize(ring);
    const std::size_t after_first_key = text.find('\n', kHead.size()) + 1;
    for (std::size_t length = 0; length < text.size(); ++length) {
        std::string error;
        EXPECT_EQ(parse_key_ring(text.substr(0, length), error).has_value(), length == after_first_key)
            << length;
    }
}

TEST(KeyRingAdoption, StaysWhateverKeysComeAndGo) {
    KeyRing ring;
    ring.rotate(kNow, kAbsolute, secret_of(1));
    const Secret made = ring.adoption();
    EXPECT_NE(made, secret_of(1));
    EXPECT_FALSE(ring.keeps_adoption());
    ring.keep_adoption(made);
    ring.rotate(kNow + days(31), kAbsolute, secret_of(2));
    ring.rotate(kNow + days(60), kAbsolute, secret_of(3));
    ASSERT_NE(ring.keys()[0].secret, secret_of(1));
    EXPECT_EQ(ring.adoption(), made);
    std::string error;
    const auto read = parse_key_ring(serialize(ring), error);
    ASSERT_TRUE(read) << error;
    EXPECT_TRUE(read->keeps_adoption());
    EXPECT_EQ(read->adoption(), made);
}

TEST(KeyRingAdoption, StandsInTheLastLineOnly) {
    const std::string key = "0 1 1 " + hex('0') + "\n";
    const std::string adoption = "adoption " + hex('1') + "\n";
    EXPECT_EQ(damage_of(kHead + adoption + key), "no key in line 2");
    EXPECT_EQ(damage_of(kHead + key + adoption + adoption), "no key in line 3");
    EXPECT_EQ(damage_of(kHead + key + "adoption 1\n"), "no key in line 3");
    EXPECT_EQ(damage_of(kHead + adoption), "no key in it");
}

}  // namespace
}  // namespace agent_sessions::gateway
