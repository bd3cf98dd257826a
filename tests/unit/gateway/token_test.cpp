#include "ngx_module/gateway/token.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <set>
#include <string>
#include <vector>

#include "ngx_module/gateway/base64url.h"
#include "ngx_module/gateway/light_mac.h"

namespace agent_sessions::gateway {
namespace {

using namespace std::chrono_literals;
using tracker::Millis;
using tracker::SessionKey;
using tracker::Successor;
using tracker::WallTime;
using Status = Verified::Status;

constexpr WallTime kIssued{Millis(1'800'000'000'123)};
constexpr std::array<std::uint8_t, kTokenRandomBytes> kRandom{0, 1, 2,  3,  4,  5,  6,  7,
                                                              8, 9, 10, 11, 12, 13, 14, 255};

Key make_key(std::uint8_t id, WallTime active_from = WallTime{}) {
    Key key;
    key.id = id;
    key.active_from = active_from;
    key.secret.fill(static_cast<std::uint8_t>(id + 1));
    return key;
}

KeyRing ring_of(std::initializer_list<Key> keys) {
    KeyRing ring;
    for (const Key& key : keys) {
        EXPECT_TRUE(ring.add(key));
    }
    return ring;
}

// An independent way to the same digest.
std::vector<std::uint8_t> hmac(const Secret& secret, const std::string& data) {
    std::vector<std::uint8_t> digest(EVP_MAX_MD_SIZE);
    unsigned length = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest.data(), &length);
    digest.resize(length);
    return digest;
}

std::uint64_t big_endian(const std::uint8_t* bytes) {
    std::uint64_t number = 0;
    for (int index = 0; index < 8; ++index) {
        number = number << 8 | bytes[index];
    }
    return number;
}

class TokenTest : public testing::Test {
  protected:
    const KeyRing ring_ = ring_of({make_key(7)});
    const TokenSigner signer_{ring_};
};

TEST_F(TokenTest, IsMadeAsDocumented) {
    const auto token = signer_.mint(kIssued, kRandom);
    ASSERT_TRUE(token);
    std::array<std::uint8_t, 39> bytes{};
    ASSERT_TRUE(decode_base64url(token->view(), bytes));

    EXPECT_EQ(bytes[0], 7);
    std::uint64_t time = 0;
    for (int index = 1; index <= 6; ++index) {
        time = time << 8 | bytes[static_cast<std::size_t>(index)];
    }
    EXPECT_EQ(time, 1'800'000'000'123U);
    EXPECT_TRUE(std::equal(kRandom.begin(), kRandom.end(), bytes.begin() + 7));

    const std::string content(bytes.begin(), bytes.begin() + 23);
    const auto digest = hmac(make_key(7).secret, "agent-sessions token 1" + content);
    EXPECT_TRUE(std::equal(digest.begin(), digest.begin() + 16, bytes.begin() + 23));
    EXPECT_EQ(token->issued, kIssued);

    const auto name_key = hmac(make_key(7).secret, "agent-sessions name 2");
    LightMac namer;
    ASSERT_TRUE(namer.set_key(std::span(name_key).first<LightMac::kKeyBytes>()));
    const auto name = namer.tag_of(token->view());
    ASSERT_TRUE(name);
    EXPECT_EQ(token->key, (SessionKey{name->high, name->low}));
}

TEST_F(TokenTest, IsNamedWithoutBeingVerified) {
    const auto token = signer_.mint(kIssued, kRandom);
    ASSERT_TRUE(token);
    EXPECT_EQ(signer_.name(token->view()), token->key);
    EXPECT_FALSE(signer_.name(""));
    EXPECT_FALSE(signer_.name(token->view().substr(1)));
    EXPECT_FALSE(signer_.name(std::string(token->view()) + "A"));
    EXPECT_FALSE(TokenSigner().name(token->view()));
    EXPECT_FALSE(TokenSigner(ring_of({make_key(8)})).name(token->view()));
    EXPECT_EQ(TokenSigner(ring_of({make_key(6), make_key(7)})).name(token->view()), token->key);
}

// What is known under the name of a token proves all of it, the signature too.
TEST_F(TokenTest, EveryChangedByteGivesAnotherName) {
    const auto token = signer_.mint(kIssued, kRandom);
    ASSERT_TRUE(token);
    for (std::size_t place = 0; place < kTokenLength; ++place) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed(token->view());
            changed[place] = static_cast<char>(byte);
            if (changed != token->view()) {
                ASSERT_NE(signer_.name(changed), token->key) << place << " " << byte;
            }
        }
    }
}

TEST_F(TokenTest, ComesBackGenuine) {
    const auto token = signer_.mint(kIssued, kRandom);
    ASSERT_TRUE(token);
    // Twice, since the context of the key is used again.
    for (int round = 0; round < 3; ++round) {
        const Verified verified = signer_.verify(token->view());
        EXPECT_EQ(verified.status, Status::genuine);
        EXPECT_EQ(verified.key, token->key);
        EXPECT_EQ(verified.issued, kIssued);
    }
}

TEST_F(TokenTest, EveryChangedCharacterIsNoticed) {
    const auto token = signer_.mint(kIssued, kRandom);
    ASSERT_TRUE(token);
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (std::size_t place = 0; place < kTokenLength; ++place) {
        for (const char replacement : alphabet) {
            std::string changed(token->view());
            if (changed[place] == replacement) {
                continue;
            }
            changed[place] = replacement;
            std::array<std::uint8_t, 39> bytes{};
            ASSERT_TRUE(decode_base64url(changed, bytes));
            const Verified verified = signer_.verify(changed);
            ASSERT_EQ(verified.status, bytes[0] == 7 ? Status::forged : Status::unknown_key) << place;
            ASSERT_EQ(verified.key, SessionKey{});
            ASSERT_EQ(verified.issued, WallTime{});
        }
    }
}

TEST_F(TokenTest, MalformedInputIsNamed) {
    const auto token = signer_.mint(kIssued, kRandom);
    ASSERT_TRUE(token);
    const std::string good(token->view());
    std::vector<std::string> bad = {"",
                                    "A",
                                    good.substr(1),
                                    good + "A",
                                    good + "=",
                                    good.substr(0, 51) + "=",
                                    good.substr(0, 51) + "+",
                                    good.substr(0, 51) + "/",
                                    good.substr(0, 51) + " ",
                                    " " + good.substr(1),
                                    good + good,
                                    std::string(52, '\0'),
                                    std::string(52, '\xff'),
                                    std::string(1 << 20, 'A')};
    for (std::size_t place = 0; place < kTokenLength; ++place) {
        bad.push_back(good);
        bad.back()[place] = '.';
    }
    for (const std::string& value : bad) {
        EXPECT_EQ(signer_.verify(value).status, Status::malformed) << value.substr(0, 100);
    }
}

TEST_F(TokenTest, KeysAreToldApart) {
    const auto token = signer_.mint(kIssued, kRandom);
    ASSERT_TRUE(token);

    Key other = make_key(7);
    other.secret[31] ^= 1;
    EXPECT_EQ(TokenSigner(ring_of({other})).verify(token->view()).status, Status::forged);
    EXPECT_EQ(TokenSigner(ring_of({make_key(8)})).verify(token->view()).status, Status::unknown_key);
    EXPECT_EQ(TokenSigner(ring_of({make_key(8), make_key(7), make_key(9)})).verify(token->view()).status,
              Status::genuine);
}

TEST_F(TokenTest, TheKeyThatIsActiveAtTheIssueSigns) {
    const TokenSigner signer(ring_of({make_key(1), make_key(2, kIssued + 1h)}));
    const auto key_id = [&](WallTime at) {
        const auto token = signer.mint(at, kRandom);
        std::array<std::uint8_t, 39> bytes{};
        EXPECT_TRUE(token && decode_base64url(token->view(), bytes));
        EXPECT_EQ(signer.verify(token->view()).status, Status::genuine);
        return bytes[0];
    };
    EXPECT_EQ(key_id(kIssued), 1);
    EXPECT_EQ(key_id(kIssued + 1h - 1ms), 1);
    EXPECT_EQ(key_id(kIssued + 1h), 2);
}

TEST_F(TokenTest, TimesOutsideOfSixBytesAreRefused) {
    EXPECT_FALSE(signer_.mint(WallTime(Millis(-1)), kRandom));
    EXPECT_FALSE(signer_.mint(WallTime(Millis(1LL << 48)), kRandom));
    EXPECT_FALSE(signer_.mint(WallTime(Millis::min()), kRandom));
    for (const std::int64_t time : {std::int64_t{0}, (std::int64_t{1} << 48) - 1}) {
        const auto token = signer_.mint(WallTime(Millis(time)), kRandom);
        ASSERT_TRUE(token);
        EXPECT_EQ(signer_.verify(token->view()).issued, WallTime(Millis(time)));
    }
}

TEST_F(TokenTest, RandomnessAndTimeNameDifferentSessions) {
    std::set<SessionKey> keys;
    for (int byte = 0; byte < 256; ++byte) {
        auto random = kRandom;
        random[5] = static_cast<std::uint8_t>(byte);
        keys.insert(signer_.mint(kIssued, random)->key);
        keys.insert(signer_.mint(kIssued + Millis(byte + 1), kRandom)->key);
    }
    EXPECT_EQ(keys.size(), 512U);
}

TEST_F(TokenTest, SignerWithoutKeysIsEmpty) {
    const TokenSigner signers[] = {TokenSigner(), TokenSigner(KeyRing())};
    for (const TokenSigner& signer : signers) {
        EXPECT_FALSE(signer);
        EXPECT_FALSE(signer.mint(kIssued, kRandom));
        EXPECT_FALSE(signer.mint_successor({1, 2}, Successor{true, 3, kIssued}));
        EXPECT_FALSE(signer.make_mark({1, 2}, 0, kIssued));
        EXPECT_FALSE(signer.mark_matches(std::string(kMarkLength, 'A'), {1, 2}, 0));
        EXPECT_EQ(signer.verify(signer_.mint(kIssued, kRandom)->view()).status, Status::keyless);
        EXPECT_EQ(signer.verify("x").status, Status::malformed);
    }
    EXPECT_TRUE(signer_);
}

TEST_F(TokenTest, CanBeMoved) {
    TokenSigner moved{ring_};
    TokenSigner target;
    target = std::move(moved);
    EXPECT_TRUE(target);
    EXPECT_EQ(target.verify(signer_.mint(kIssued, kRandom)->view()).status, Status::genuine);
}

TEST_F(TokenTest, SuccessorIsTheSameForEveryWorker) {
    const TokenSigner other_worker{ring_};
    const Successor promise{true, 0x0102030405060708, kIssued};
    const auto first = signer_.mint_successor({11, 12}, promise);
    const auto second = other_worker.mint_successor({11, 12}, promise);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->view(), second->view());
    EXPECT_EQ(signer_.verify(first->view()).status, Status::genuine);
    EXPECT_EQ(signer_.verify(first->view()).key, first->key);
    EXPECT_EQ(first->issued, kIssued);
}

TEST_F(TokenTest, SuccessorIsMadeAsDocumented) {
    const SessionKey predecessor{0x0102030405060708, 0x1112131415161718};
    const auto token = signer_.mint_successor(predecessor, {true, 0x2122232425262728, kIssued});
    ASSERT_TRUE(token);
    std::string data = "agent-sessions successor 1";
    for (const std::uint64_t number : {predecessor.high, predecessor.low, std::uint64_t{0x2122232425262728},
                                       std::uint64_t{1'800'000'000'123}}) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            data += static_cast<char>(number >> shift);
        }
    }
    const auto digest = hmac(make_key(7).secret, data);
    std::array<std::uint8_t, 39> bytes{};
    ASSERT_TRUE(decode_base64url(token->view(), bytes));
    EXPECT_TRUE(std::equal(bytes.begin() + 7, bytes.begin() + 23, digest.begin()));
}

TEST_F(TokenTest, SuccessorDependsOnAllOfThePromise) {
    const Successor promise{true, 5, kIssued};
    std::set<std::string> texts;
    texts.emplace(signer_.mint_successor({11, 12}, promise)->view());
    texts.emplace(signer_.mint_successor({12, 11}, promise)->view());
    texts.emplace(signer_.mint_successor({11, 13}, promise)->view());
    texts.emplace(signer_.mint_successor({11, 12}, {true, 6, kIssued})->view());
    texts.emplace(signer_.mint_successor({11, 12}, {true, 5, kIssued + 1ms})->view());
    EXPECT_EQ(texts.size(), 5U);
    EXPECT_FALSE(signer_.mint_successor({11, 12}, {true, 5, WallTime(Millis(-1))}));
}

TEST_F(TokenTest, SuccessorIsStableWhileAKeyBecomesActive) {
    // One worker does not know the new key yet, and the promise is older than its activity.
    const TokenSigner knows_both(ring_of({make_key(7), make_key(8, kIssued + 1h)}));
    const Successor promise{true, 5, kIssued};
    EXPECT_EQ(signer_.mint_successor({1, 2}, promise)->view(),
              knows_both.mint_successor({1, 2}, promise)->view());
}

TEST_F(TokenTest, MarkIsMadeAsDocumented) {
    const auto mark = signer_.make_mark({0x0102030405060708, 0x1112131415161718}, 0x21222324, kIssued);
    ASSERT_TRUE(mark);
    std::string text(LightMac::kTextBytes, '\0');
    for (std::size_t index = 0; index < 20; ++index) {
        const std::size_t part = index < 8 ? 0x01 : index < 16 ? 0x11 - 8 : 0x21 - 16;
        text[index] = static_cast<char>(part + index);
    }
    const auto key = hmac(make_key(7).secret, "agent-sessions mark 2");
    LightMac mac;
    ASSERT_TRUE(mac.set_key(std::span(key).first<LightMac::kKeyBytes>()));
    const auto tag = mac.tag_of(text);
    ASSERT_TRUE(tag);
    std::array<std::uint8_t, 16> bytes{};
    ASSERT_TRUE(decode_base64url(mark->view(), bytes));
    EXPECT_EQ(big_endian(bytes.data()), tag->high);
    EXPECT_EQ(big_endian(&bytes[8]), tag->low);
}

TEST_F(TokenTest, MarkIsBoundToSessionAndCount) {
    const SessionKey ended{21, 22};
    const std::string mark(signer_.make_mark(ended, 3, kIssued)->view());
    EXPECT_TRUE(signer_.mark_matches(mark, ended, 3));
    EXPECT_FALSE(signer_.mark_matches(mark, ended, 2));
    EXPECT_FALSE(signer_.mark_matches(mark, ended, 4));
    EXPECT_FALSE(signer_.mark_matches(mark, {22, 21}, 3));
    EXPECT_FALSE(signer_.mark_matches(mark, {21, 23}, 3));
    EXPECT_FALSE(signer_.mark_matches(mark + "A", ended, 3));
    EXPECT_FALSE(signer_.mark_matches(mark.substr(1), ended, 3));
    EXPECT_FALSE(signer_.mark_matches("", ended, 3));
    for (std::size_t place = 0; place < mark.size(); ++place) {
        std::string changed = mark;
        changed[place] = changed[place] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(signer_.mark_matches(changed, ended, 3)) << place;
    }
}

TEST_F(TokenTest, MarkOutlivesTheChangeOfKeys) {
    const std::string mark(signer_.make_mark({1, 2}, 0, kIssued)->view());
    EXPECT_TRUE(TokenSigner(ring_of({make_key(7), make_key(8)})).mark_matches(mark, {1, 2}, 0));
    EXPECT_TRUE(TokenSigner(ring_of({make_key(6), make_key(7)})).mark_matches(mark, {1, 2}, 0));
    EXPECT_FALSE(TokenSigner(ring_of({make_key(8)})).mark_matches(mark, {1, 2}, 0));
}

TEST(Base64Url, KnowsTheStandardsExamples) {
    const std::pair<std::string, std::string> examples[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};
    for (const auto& [plain, encoded] : examples) {
        const std::vector<std::uint8_t> bytes(plain.begin(), plain.end());
        std::string text(base64url_length(bytes.size()), '?');
        encode_base64url(bytes, text);
        EXPECT_EQ(text, encoded);
        std::vector<std::uint8_t> decoded(bytes.size());
        EXPECT_TRUE(decode_base64url(encoded, decoded)) << encoded;
        EXPECT_EQ(decoded, bytes);
    }
}

TEST(Base64Url, GivesTheFirstByteAlone) {
    EXPECT_EQ(first_base64url_byte("Zm9vYmFy"), 'f');
    EXPECT_EQ(first_base64url_byte("_w"), 0xff);
    EXPECT_EQ(first_base64url_byte("AA????"), 0);
    for (const char* text : {"", "Z", "Z=", "=Z", "+A", "A/", "A\xff"}) {
        EXPECT_FALSE(first_base64url_byte(text)) << text;
    }
}

TEST(Base64Url, RefusesWhatIsNotCanonical) {
    std::array<std::uint8_t, 1> one{};
    std::array<std::uint8_t, 2> two{};
    EXPECT_TRUE(decode_base64url("Zg", one));
    for (const char* text : {"Zh", "Z/", "Z+", "Z=", "Zg==", "Z", "", "Z\xc3", "Zg "}) {
        EXPECT_FALSE(decode_base64url(text, one)) << text;
    }
    EXPECT_TRUE(decode_base64url("Zm8", two));
    for (const char* text : {"Zm9", "Zm-", "Zm8=", "Zm"}) {
        EXPECT_FALSE(decode_base64url(text, two)) << text;
    }
}

TEST_F(TokenTest, AnAdoptedCookieIsNamedAsDocumented) {
    const auto digest = hmac(ring_.adoption(), "agent-sessions adopted 1sid=a/b");
    const SessionKey expected{big_endian(digest.data()), big_endian(digest.data() + 8)};
    for (const char* value : {"a/b", "\"a/b\"", "a%2Fb", "%61%2fb"}) {
        EXPECT_EQ(signer_.name_adopted("sid", value), expected) << value;
    }
    EXPECT_NE(signer_.name_adopted("other", "a/b"), expected);
    EXPECT_FALSE(signer_.name_adopted("sid", std::string(4097, 'a')));
    EXPECT_FALSE(TokenSigner().name_adopted("sid", "a"));
}

}  // namespace
}  // namespace agent_sessions::gateway
