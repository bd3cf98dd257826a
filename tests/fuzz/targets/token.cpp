// The value of an issued cookie, the one-time mark and the file of keys, each from the outside. The first
// line is a value; the second is a mark; the rest is a file of keys.
#include <array>
#include <string>

#include "ngx_module/gateway/base64url.h"
#include "ngx_module/gateway/token.h"
#include "tests/fuzz/support/input.h"
#include "tests/fuzz/support/promise.h"

namespace agent_sessions::fuzz {
namespace {

using namespace gateway;

TokenSigner signer_of(std::uint8_t byte) {
    Key key;
    key.id = 1;
    key.secret.fill(byte);
    KeyRing ring;
    ring.add(key);
    return TokenSigner(ring);
}

void verify(std::string_view value) {
    static const TokenSigner signer = signer_of(0x5a);
    static const TokenSigner stranger = signer_of(0xa5);
    static const TokenSigner keyless;
    const Verified verified = signer.verify(value);
    promise(stranger.verify(value).status != Verified::Status::genuine ||
                verified.status != Verified::Status::genuine,
            "a token is of one signer");
    promise(keyless.verify(value).status != Verified::Status::genuine, "without keys nothing is genuine");
    const auto name = signer.name(value);
    if (verified.status == Verified::Status::genuine) {
        promise(value.size() == kTokenLength, "a token has its length");
        promise(name && *name == verified.key, "a genuine token is called by its key");
    }
    promise(!name || value.size() == kTokenLength, "only what has the length of a token has a name");
    std::array<std::uint8_t, 39> decoded{};
    if (decode_base64url(value, decoded)) {
        std::array<char, kTokenLength> text{};
        encode_base64url(decoded, text);
        promise(value == std::string_view(text.data(), text.size()), "only one text means these bytes");
    } else {
        promise(verified.status == Verified::Status::malformed, "what can't be decoded is malformed");
    }
}

void use_mark(std::string_view text) {
    static const TokenSigner signer = signer_of(0x5a);
    const tracker::SessionKey ended{1, 2};
    const auto mark = signer.make_mark(ended, 3, tracker::WallTime{tracker::Millis{1}});
    promise(mark && signer.mark_matches(mark->view(), ended, 3), "a mark matches");
    promise(!signer.mark_matches(text, ended, 3) || text == mark->view(), "no other text is the mark");
}

void read_keys(std::string_view text) {
    std::string error;
    const auto ring = parse_key_ring(text, error);
    promise(ring.has_value() == error.empty(), "damage is named");
    if (ring) {
        promise(serialize(*ring) == text, "keys are written as they are read");
    }
}

}  // namespace
}  // namespace agent_sessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace agent_sessions::fuzz;
    Input input(bytes, size);
    verify(input.line());
    use_mark(input.line());
    read_keys(input.rest());
    return 0;
}
