#include "ngx_module/gateway/token.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <initializer_list>

#include "ngx_module/gateway/adopted_value.h"
#include "ngx_module/gateway/base64url.h"
#include "ngx_module/gateway/light_mac.h"

namespace agent_sessions::gateway {

namespace {

constexpr std::string_view kTokenLabel = "agent-sessions token 1";
constexpr std::string_view kNameLabel = "agent-sessions name 2";
constexpr std::string_view kSuccessorLabel = "agent-sessions successor 1";
constexpr std::string_view kAdoptedLabel = "agent-sessions adopted 1";
constexpr std::string_view kMarkLabel = "agent-sessions mark 2";

constexpr std::size_t kTimeBytes = 6;
constexpr std::size_t kSignedBytes = 1 + kTimeBytes + kTokenRandomBytes;
constexpr std::size_t kSignatureBytes = 16;
constexpr std::size_t kTokenBytes = kSignedBytes + kSignatureBytes;
constexpr std::size_t kMarkBytes = 16;
constexpr std::size_t kDigestBytes = 32;
static_assert(base64url_length(kTokenBytes) == kTokenLength);
static_assert(base64url_length(kMarkBytes) == kMarkLength);

using Bytes = std::span<const std::uint8_t>;
using Digest = std::array<std::uint8_t, kDigestBytes>;

struct FreeMac {
    void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
};
struct FreeContext {
    void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeContext>;

template <std::size_t Size>
void store_big_endian(std::uint64_t number, std::span<std::uint8_t, Size> bytes) noexcept {
    for (std::size_t index = Size; index-- > 0;) {
        bytes[index] = static_cast<std::uint8_t>(number);
        number >>= 8;
    }
}

std::uint64_t load_big_endian(Bytes bytes) noexcept {
    std::uint64_t number = 0;
    for (const std::uint8_t byte : bytes) {
        number = number << 8 | byte;
    }
    return number;
}

MacContext make_keyed_context(EVP_MAC* mac, const Secret& secret) noexcept {
    MacContext context(EVP_MAC_CTX_new(mac));
    char digest_name[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
                                     OSSL_PARAM_construct_end()};
    if (!context || EVP_MAC_init(context.get(), secret.data(), secret.size(), parameters) != 1) {
        return nullptr;
    }
    return context;
}

// Starts the context anew with the key that it has.
bool compute_mac(EVP_MAC_CTX* context, std::string_view label, std::initializer_list<Bytes> parts,
                 Digest& digest) noexcept {
    if (context == nullptr || EVP_MAC_init(context, nullptr, 0, nullptr) != 1) {
        return false;
    }
    bool fine =
        EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(label.data()), label.size()) == 1;
    for (const Bytes part : parts) {
        fine = fine && EVP_MAC_update(context, part.data(), part.size()) == 1;
    }
    std::size_t length = 0;
    return fine && EVP_MAC_final(context, digest.data(), &length, digest.size()) == 1 &&
           length == kDigestBytes;
}

static_assert(LightMac::kTextBytes == kTokenLength);
static_assert(LightMac::kKeyBytes == kDigestBytes);

// REQUIRES: kTokenLength characters. nullopt = OpenSSL failed.
inline std::optional<tracker::SessionKey> session_key_of(const LightMac& namer,
                                                         std::string_view token) noexcept {
    const auto tag = namer.tag_of(token);
    return tag ? std::optional(tracker::SessionKey{tag->high, tag->low}) : std::nullopt;
}

bool derive_key(EVP_MAC_CTX* context, std::string_view label, LightMac& mac) noexcept {
    Digest key{};
    const bool fine = compute_mac(context, label, {}, key) && mac.set_key(key);
    OPENSSL_cleanse(key.data(), key.size());
    return fine;
}

std::array<std::uint8_t, 16> bytes_of(tracker::SessionKey key) noexcept {
    std::array<std::uint8_t, 16> bytes{};
    store_big_endian(key.high, std::span(bytes).first<8>());
    store_big_endian(key.low, std::span(bytes).last<8>());
    return bytes;
}

}  // namespace

struct TokenSigner::State {
    KeyRing ring;
    std::array<MacContext, kMaxKeys> contexts;
    MacContext adoption;
    std::array<LightMac, kMaxKeys> namers;
    std::array<LightMac, kMaxKeys> markers;
    std::array<std::uint8_t, 256> index_of_id;  // kMaxKeys = no such key

    State() noexcept { index_of_id.fill(kMaxKeys); }

    std::size_t index_of(const Key& key) const noexcept {
        return static_cast<std::size_t>(&key - ring.keys().data());
    }
    EVP_MAC_CTX* context_of(const Key& key) const noexcept { return contexts[index_of(key)].get(); }
    const LightMac& namer_of(const Key& key) const noexcept { return namers[index_of(key)]; }

    std::optional<Mark> mark(const Key& key, tracker::SessionKey ended,
                             std::uint32_t reactivations) const noexcept {
        std::array<std::uint8_t, LightMac::kTextBytes> text{};
        store_big_endian(ended.high, std::span(text).subspan<0, 8>());
        store_big_endian(ended.low, std::span(text).subspan<8, 8>());
        store_big_endian(reactivations, std::span(text).subspan<16, 4>());
        const auto tag =
            markers[index_of(key)].tag_of({reinterpret_cast<const char*>(text.data()), text.size()});
        if (!tag) {
            return std::nullopt;
        }
        Mark result;
        encode_base64url(bytes_of({tag->high, tag->low}), result.text);
        return result;
    }
};

TokenSigner::TokenSigner() noexcept = default;
TokenSigner::TokenSigner(TokenSigner&&) noexcept = default;
TokenSigner& TokenSigner::operator=(TokenSigner&&) noexcept = default;
TokenSigner::~TokenSigner() = default;

TokenSigner::TokenSigner(const KeyRing& ring) {
    const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    if (!mac || ring.empty()) {
        return;
    }
    auto state = std::make_unique<State>();
    state->ring = ring;
    for (std::size_t index = 0; index < ring.keys().size(); ++index) {
        state->contexts[index] = make_keyed_context(mac.get(), ring.keys()[index].secret);
        EVP_MAC_CTX* context = state->contexts[index].get();
        if (!derive_key(context, kNameLabel, state->namers[index]) ||
            !derive_key(context, kMarkLabel, state->markers[index])) {
            return;
        }
        state->index_of_id[ring.keys()[index].id] = static_cast<std::uint8_t>(index);
    }
    Secret adoption = ring.adoption();
    state->adoption = make_keyed_context(mac.get(), adoption);
    OPENSSL_cleanse(adoption.data(), adoption.size());
    state_ = std::move(state);
}

std::optional<tracker::SessionKey> TokenSigner::name(std::string_view value) const noexcept {
    if (value.size() != kTokenLength || !state_) {
        return std::nullopt;
    }
    const auto id = first_base64url_byte(value);
    const std::uint8_t index = id ? state_->index_of_id[*id] : kMaxKeys;
    if (index == kMaxKeys) {
        return std::nullopt;
    }
    return session_key_of(state_->namers[index], value);
}

std::optional<tracker::SessionKey> TokenSigner::name_adopted(std::string_view cookie_name,
                                                             std::string_view value) const noexcept {
    std::array<char, kMaxAdoptedBytes> plain;
    if (!state_ || value.size() > plain.size()) {
        return std::nullopt;
    }
    const std::string_view text = plain_cookie_value(value, plain);
    const auto bytes_of_text = [](std::string_view view) {
        return Bytes(reinterpret_cast<const std::uint8_t*>(view.data()), view.size());
    };
    Digest digest{};
    if (!compute_mac(state_->adoption.get(), kAdoptedLabel,
                     {bytes_of_text(cookie_name), bytes_of_text("="), bytes_of_text(text)}, digest)) {
        return std::nullopt;
    }
    return tracker::SessionKey{load_big_endian(Bytes(digest).subspan<0, 8>()),
                               load_big_endian(Bytes(digest).subspan<8, 8>())};
}

Verified TokenSigner::verify(std::string_view value) const noexcept {
    std::array<std::uint8_t, kTokenBytes> token{};
    if (!decode_base64url(value, token)) {
        return {Verified::Status::malformed, {}, {}};
    }
    if (!state_) {
        return {Verified::Status::keyless, {}, {}};
    }
    const Key* key = state_->ring.find(token[0]);
    if (key == nullptr) {
        return {Verified::Status::unknown_key, {}, {}};
    }
    const Bytes content = Bytes(token).first<kSignedBytes>();
    Digest digest{};
    if (!compute_mac(state_->context_of(*key), kTokenLabel, {content}, digest)) {
        return {Verified::Status::failed, {}, {}};
    }
    if (CRYPTO_memcmp(digest.data(), token.data() + kSignedBytes, kSignatureBytes) != 0) {
        return {Verified::Status::forged, {}, {}};
    }
    const auto name = session_key_of(state_->namer_of(*key), value);
    if (!name) {
        return {Verified::Status::failed, {}, {}};
    }
    const std::uint64_t issued = load_big_endian(content.subspan<1, kTimeBytes>());
    return {Verified::Status::genuine, *name,
            tracker::WallTime(tracker::Millis(static_cast<std::int64_t>(issued)))};
}

std::optional<Token> TokenSigner::mint(
    tracker::WallTime issued, std::span<const std::uint8_t, kTokenRandomBytes> random) const noexcept {
    const std::int64_t time = issued.time_since_epoch().count();
    if (!state_ || time < 0 || time >> (8 * kTimeBytes) != 0) {
        return std::nullopt;
    }
    const Key* key = state_->ring.signing_key(issued);
    if (key == nullptr) {
        return std::nullopt;
    }
    std::array<std::uint8_t, kTokenBytes> token{};
    token[0] = key->id;
    store_big_endian(static_cast<std::uint64_t>(time), std::span(token).subspan<1, kTimeBytes>());
    std::ranges::copy(random, token.begin() + 1 + kTimeBytes);

    Digest digest{};
    if (!compute_mac(state_->context_of(*key), kTokenLabel, {Bytes(token).first<kSignedBytes>()}, digest)) {
        return std::nullopt;
    }
    std::copy_n(digest.begin(), kSignatureBytes, token.begin() + kSignedBytes);

    Token result;
    encode_base64url(token, result.text);
    const auto name = session_key_of(state_->namer_of(*key), result.view());
    if (!name) {
        return std::nullopt;
    }
    result.key = *name;
    result.issued = issued;
    return result;
}

std::optional<Token> TokenSigner::mint_successor(tracker::SessionKey predecessor,
                                                 const tracker::Successor& promise) const noexcept {
    const Key* key = state_ ? state_->ring.signing_key(promise.issued) : nullptr;
    if (key == nullptr) {
        return std::nullopt;
    }
    const auto session = bytes_of(predecessor);
    std::array<std::uint8_t, 8> nonce{};
    store_big_endian(promise.nonce, std::span(nonce));
    std::array<std::uint8_t, 8> time{};
    store_big_endian(static_cast<std::uint64_t>(promise.issued.time_since_epoch().count()), std::span(time));

    Digest digest{};
    if (!compute_mac(state_->context_of(*key), kSuccessorLabel, {session, nonce, time}, digest)) {
        return std::nullopt;
    }
    return mint(promise.issued, Bytes(digest).first<kTokenRandomBytes>());
}

std::optional<Mark> TokenSigner::make_mark(tracker::SessionKey ended, std::uint32_t reactivations,
                                           tracker::WallTime now) const noexcept {
    const Key* key = state_ ? state_->ring.signing_key(now) : nullptr;
    return key != nullptr ? state_->mark(*key, ended, reactivations) : std::nullopt;
}

bool TokenSigner::mark_matches(std::string_view text, tracker::SessionKey ended,
                               std::uint32_t reactivations) const noexcept {
    if (!state_ || text.size() != kMarkLength) {
        return false;
    }
    bool matches = false;
    for (const Key& key : state_->ring.keys()) {
        const std::optional<Mark> mark = state_->mark(key, ended, reactivations);
        matches = (mark && CRYPTO_memcmp(mark->text.data(), text.data(), kMarkLength) == 0) || matches;
    }
    return matches;
}

}  // namespace agent_sessions::gateway
