#include "ngx_module/gateway/key_ring.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <charconv>

namespace agent_sessions::gateway {

namespace {

constexpr std::string_view kHeadLine = "agent-sessions keys 1";
constexpr std::string_view kAdoptionWord = "adoption ";
constexpr std::string_view kAdoptionLabel = "agent-sessions adoption 1";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kMaxLineBytes = 128;

std::int64_t to_number(tracker::WallTime time) noexcept {
    return time.time_since_epoch().count();
}

void append_secret(std::string& text, const Secret& secret) {
    for (const std::uint8_t byte : secret) {
        text += kHexDigits[byte >> 4];
        text += kHexDigits[byte & 0xf];
    }
}

void append_line(std::string& text, const Key& key) {
    text += std::to_string(key.id);
    text += ' ';
    text += std::to_string(to_number(key.created));
    text += ' ';
    text += std::to_string(to_number(key.active_from));
    text += ' ';
    append_secret(text, key.secret);
    text += '\n';
}

void append_adoption(std::string& text, const KeyRing& ring) {
    text += kAdoptionWord;
    Secret secret = ring.adoption();
    append_secret(text, secret);
    OPENSSL_cleanse(secret.data(), secret.size());
    text += '\n';
}

std::string_view take_field(std::string_view& rest) noexcept {
    const std::size_t end = rest.find(' ');
    const std::string_view field = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return field;
}

template <typename Number>
bool read_number(std::string_view field, Number& number) noexcept {
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
    return error == std::errc{} && end == field.data() + field.size();
}

bool read_time(std::string_view field, tracker::WallTime& time) noexcept {
    std::int64_t number = 0;
    if (!read_number(field, number) || number < 0) {
        return false;
    }
    time = tracker::WallTime(tracker::Millis(number));
    return true;
}

bool read_secret(std::string_view field, Secret& secret) noexcept {
    if (field.size() != 2 * secret.size()) {
        return false;
    }
    for (std::size_t index = 0; index < secret.size(); ++index) {
        const std::size_t high = kHexDigits.find(field[2 * index]);
        const std::size_t low = kHexDigits.find(field[2 * index + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) {
            return false;
        }
        secret[index] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return true;
}

bool read_key(std::string_view line, Key& key) {
    std::string_view rest = line;
    const bool readable = read_number(take_field(rest), key.id) && read_time(take_field(rest), key.created) &&
                          read_time(take_field(rest), key.active_from) && read_secret(rest, key.secret);
    if (!readable) {
        return false;
    }
    // Leading zeros and the like: what is not written as we write it was not written by us.
    std::string canonical;
    canonical.reserve(kMaxLineBytes);
    append_line(canonical, key);
    canonical.pop_back();
    const bool same = canonical == line;
    OPENSSL_cleanse(canonical.data(), canonical.size());
    return same;
}

}  // namespace

KeyRing::~KeyRing() {
    OPENSSL_cleanse(keys_.data(), sizeof(keys_));
    OPENSSL_cleanse(adoption_.data(), adoption_.size());
}

const Key* KeyRing::signing_key(tracker::WallTime at) const noexcept {
    const Key* earliest = nullptr;
    for (std::size_t index = size_; index-- > 0;) {
        const Key& key = keys_[index];
        if (key.active_from <= at) {
            return &key;
        }
        if (earliest == nullptr || key.active_from <= earliest->active_from) {
            earliest = &key;
        }
    }
    return earliest;
}

const Key* KeyRing::find(std::uint8_t id) const noexcept {
    for (const Key& key : keys()) {
        if (key.id == id) {
            return &key;
        }
    }
    return nullptr;
}

bool KeyRing::add(const Key& key) noexcept {
    if (size_ == kMaxKeys || find(key.id) != nullptr) {
        return false;
    }
    if (size_ > 0 && key.created < keys_[size_ - 1].created) {
        return false;
    }
    keys_[size_] = key;
    ++size_;
    return true;
}

Secret KeyRing::adoption() const noexcept {
    if (keeps_adoption_ || size_ == 0) {
        return adoption_;
    }
    Secret secret{};
    unsigned int size = 0;
    HMAC(EVP_sha256(), keys_[0].secret.data(), static_cast<int>(kKeyBytes),
         reinterpret_cast<const unsigned char*>(kAdoptionLabel.data()), kAdoptionLabel.size(), secret.data(),
         &size);
    return secret;
}

void KeyRing::keep_adoption(const Secret& secret) noexcept {
    adoption_ = secret;
    keeps_adoption_ = true;
}

bool KeyRing::needs_rotation(tracker::WallTime now, tracker::Millis absolute) const noexcept {
    KeyRing trial = *this;
    return trial.rotate(now, absolute, Secret{});
}

bool KeyRing::rotate(tracker::WallTime now, tracker::Millis absolute, const Secret& fresh) noexcept {
    bool changed = false;
    while (size_ > 1 && now - keys_[0].created > kKeySigningAge + 2 * absolute &&
           now - keys_[1].active_from > 2 * absolute) {
        drop_oldest();
        changed = true;
    }

    const bool first = size_ == 0;
    if (first || now - keys_[size_ - 1].created > kKeySigningAge) {
        if (size_ == kMaxKeys) {
            drop_oldest();
        }
        Key key;
        key.id = first ? std::uint8_t{0} : static_cast<std::uint8_t>(keys_[size_ - 1].id + 1);
        while (find(key.id) != nullptr) {
            ++key.id;
        }
        key.created = now;
        key.active_from = first ? now : now + kKeyLeadTime;
        key.secret = fresh;
        keys_[size_] = key;
        ++size_;
        OPENSSL_cleanse(key.secret.data(), key.secret.size());
        changed = true;
    }
    return changed;
}

void KeyRing::drop_oldest() noexcept {
    std::move(keys_.begin() + 1, keys_.begin() + static_cast<std::ptrdiff_t>(size_), keys_.begin());
    --size_;
    OPENSSL_cleanse(keys_[size_].secret.data(), kKeyBytes);
}

std::string serialize(const KeyRing& ring) {
    std::string text;
    // No growth, so that no copy of a secret stays behind.
    text.reserve(kMaxLineBytes * (ring.keys().size() + 2));
    text += kHeadLine;
    text += '\n';
    for (const Key& key : ring.keys()) {
        append_line(text, key);
    }
    if (ring.keeps_adoption()) {
        append_adoption(text, ring);
    }
    return text;
}

std::optional<KeyRing> parse_key_ring(std::string_view text, std::string& error) {
    KeyRing ring;
    std::size_t line_number = 0;
    while (!text.empty()) {
        ++line_number;
        const auto complain = [&](std::string_view what) {
            error = std::string(what) + " in line " + std::to_string(line_number);
            return std::nullopt;
        };
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) {
            return complain("no line end");
        }
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (line_number == 1) {
            if (line != kHeadLine) {
                return complain("unknown format");
            }
            continue;
        }
        if (text.empty() && line.starts_with(kAdoptionWord)) {
            Secret secret{};
            const bool readable = read_secret(line.substr(kAdoptionWord.size()), secret);
            if (readable) {
                ring.keep_adoption(secret);
            }
            OPENSSL_cleanse(secret.data(), secret.size());
            if (!readable) {
                return complain("no key");
            }
            continue;
        }
        Key key;
        const bool readable = read_key(line, key);
        const bool added = readable && ring.add(key);
        OPENSSL_cleanse(key.secret.data(), key.secret.size());
        if (!readable) {
            return complain("no key");
        }
        if (!added) {
            return complain(ring.keys().size() == kMaxKeys ? "too many keys" : "repeated or misplaced key");
        }
    }
    if (ring.empty()) {
        error = "no key in it";
        return std::nullopt;
    }
    return ring;
}

}  // namespace agent_sessions::gateway
