// The value of the issued cookie, and the one-time mark of the message's button.
//
// Token, 39 bytes, base64url without padding (52 characters):
//   key id 1 | issue time 6, big endian, ms since the epoch | random 16 | signature 16
//   signature = the first 16 bytes of HMAC-SHA-256(key, "agent-sessions token 1" || the first 23 bytes).
//   SessionKey = LightMAC-AES-128(name key, the 52 characters); name key = HMAC-SHA-256(key, "agent-sessions
//   name 2"). What is stored or shown of a session (its SessionKey) tells nothing of the token. And since a
//   table holds only keys of tokens that were made or verified here, a session that is found under the name
//   of a token proves all 52 characters of it: no HMAC is needed then.
// Mark: base64url of LightMAC-AES-128(mark key, SessionKey || u32 || 32 zeros); mark key = HMAC-SHA-256(key,
// "agent-sessions mark 2").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "ngx_module/gateway/key_ring.h"
#include "tracker/types.h"

namespace agent_sessions::gateway {

inline constexpr std::size_t kTokenLength = 52;
inline constexpr std::size_t kMarkLength = 22;
inline constexpr std::size_t kTokenRandomBytes = 16;

struct Token {
    std::array<char, kTokenLength> text{};
    tracker::SessionKey key;
    tracker::WallTime issued{};

    std::string_view view() const noexcept { return {text.data(), text.size()}; }
};

struct Verified {
    enum class Status : std::uint8_t {
        genuine,
        forged,       // well formed, but not signed by the key it names
        malformed,    // not 52 characters of canonical base64url
        unknown_key,  // names a key that was dropped, or never was
        failed,       // OpenSSL failed (no memory): nothing is known, treat as untracked
        keyless,      // well formed, but the signer has no keys
    };
    Status status = Status::malformed;
    tracker::SessionKey key;     // with `genuine` only
    tracker::WallTime issued{};  // with `genuine` only
};

struct Mark {
    std::array<char, kMarkLength> text{};

    std::string_view view() const noexcept { return {text.data(), text.size()}; }
};

// Signs and verifies with the keys of one ring. Keeps one keyed HMAC context per key.
// Process safety: one object per process, made after the fork. Thread safety: none (contexts are reused).
// Errors: std::bad_alloc and nothing else from the constructor; a signer whose `operator bool` is false has
// no usable key. No other function throws, and none allocates from C++.
class TokenSigner {
  public:
    TokenSigner() noexcept;
    explicit TokenSigner(const KeyRing& ring);
    TokenSigner(TokenSigner&&) noexcept;
    TokenSigner& operator=(TokenSigner&&) noexcept;
    ~TokenSigner();

    explicit operator bool() const noexcept { return state_ != nullptr; }

    // What the session of this token is called, if the token is genuine, which only a session that is known
    // under that key proves. nullopt = no token of any key of the ring. Cost: one LightMac.
    std::optional<tracker::SessionKey> name(std::string_view value) const noexcept;

    // What the session of an application's own cookie is called: the first 128 bits of HMAC-SHA-256(adoption
    // key, "agent-sessions adopted 1" || name || "=" || value), whereby the several ways to write one value
    // down (quoted, with %XX) are one. nullopt = no keys, or OpenSSL failed. Cost: one HMAC.
    std::optional<tracker::SessionKey> name_adopted(std::string_view cookie_name,
                                                    std::string_view value) const noexcept;

    // Cost: one HMAC. Compares in constant time.
    Verified verify(std::string_view value) const noexcept;

    // A new token, signed by the key that is active at `issued`. nullopt = OpenSSL failed or no key.
    // REQUIRES: `random` comes from RandomSource.
    std::optional<Token> mint(tracker::WallTime issued,
                              std::span<const std::uint8_t, kTokenRandomBytes> random) const noexcept;

    // The token that follows a run-out session. The same promise gives the same token in every worker (so two
    // tabs get one cookie) although the token is stored nowhere. REQUIRES: promise.available.
    std::optional<Token> mint_successor(tracker::SessionKey predecessor,
                                        const tracker::Successor& promise) const noexcept;

    // The mark that reactivates after this ended session, once: it is void when `reactivations` has moved on.
    std::optional<Mark> make_mark(tracker::SessionKey ended, std::uint32_t reactivations,
                                  tracker::WallTime now) const noexcept;
    // Made by any key of the ring? Cost: one LightMac per key.
    bool mark_matches(std::string_view text, tracker::SessionKey ended,
                      std::uint32_t reactivations) const noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace agent_sessions::gateway
