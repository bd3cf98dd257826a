#include "ngx_module/gateway/reactivation_url.h"

#include <algorithm>
#include <cstring>

#include "ngx_module/gateway/request_kind.h"

namespace agent_sessions::gateway {

namespace {

std::string_view take_piece(std::string_view& query) noexcept {
    const std::size_t end = query.find('&');
    const std::string_view piece = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    return piece;
}

bool is_mark(std::string_view piece) noexcept {
    return piece.starts_with(kMarkParameter) &&
           (piece.size() == kMarkParameter.size() || piece[kMarkParameter.size()] == '=');
}

// Tells nearly every query from one with a mark by a byte of each piece.
bool may_have_mark(std::string_view query) noexcept {
    while (query.size() >= kMarkParameter.size()) {
        if (query.front() == kMarkParameter.front() && query.starts_with(kMarkParameter)) {
            return true;
        }
        const auto* separator = static_cast<const char*>(std::memchr(query.data(), '&', query.size()));
        if (separator == nullptr) {
            return false;
        }
        query.remove_prefix(static_cast<std::size_t>(separator - query.data()) + 1);
    }
    return false;
}

// A fragment is never sent by a browser, and nginx leaves it out of what it serves.
std::string_view without_fragment(std::string_view text) noexcept {
    return text.substr(0, text.find('#'));
}

constexpr bool needs_encoding(char character) noexcept {
    const auto byte = static_cast<unsigned char>(character);
    return byte <= 0x20 || byte >= 0x7f || character == '"' || character == '<' || character == '>' ||
           character == '\\';
}

void append_encoded(std::string& url, char character) {
    constexpr std::string_view kHexDigits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(character);
    url += '%';
    url += kHexDigits[byte >> 4];
    url += kHexDigits[byte & 0xf];
}

// Copies what needs no encoding in one piece.
template <typename NeedsEncoding>
void append_safe(std::string& url, std::string_view text, NeedsEncoding needs) {
    while (!text.empty()) {
        const auto* stop = std::find_if(text.begin(), text.end(), needs);
        url.append(text.begin(), stop);
        text.remove_prefix(static_cast<std::size_t>(stop - text.begin()));
        if (!text.empty()) {
            append_encoded(url, text.front());
            text.remove_prefix(1);
        }
    }
}

std::string safe_path(std::string_view path) {
    path = without_fragment(path);
    // "//host" and, to browsers, "/\host" would leave this host.
    const std::size_t first = path.find_first_not_of("/\\");
    path = first == std::string_view::npos ? std::string_view{} : path.substr(first);

    std::string url = "/";
    append_safe(url, path, [](char character) { return needs_encoding(character) || character == '?'; });
    return url;
}

void append_query(std::string& url, std::string_view query) {
    append_safe(url, query, needs_encoding);
}

struct Target {
    std::string_view path;
    std::string_view query;
};

Target split_target(std::string_view target) noexcept {
    target = without_fragment(target);
    const std::size_t mark = target.find('?');
    return {target.substr(0, mark),
            mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1)};
}

// What of a Referer stands behind its authority, where that is this host.
std::optional<Target> target_on_host(std::string_view referer, std::string_view host) noexcept {
    const std::size_t separator = referer.find("://");
    if (separator == std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t end = referer.find_first_of("/?#\\", separator + 3);
    if (!same_authority(referer.substr(0, end), host)) {
        return std::nullopt;
    }
    return split_target(end == std::string_view::npos ? std::string_view{} : referer.substr(end));
}

constexpr std::uint32_t kHashStart = 2166136261U;

// FNV-1a
std::uint32_t hash_more(std::uint32_t hash, std::string_view text) noexcept {
    for (const char character : text) {
        hash = (hash ^ static_cast<unsigned char>(character)) * 16777619U;
    }
    return hash;
}

}  // namespace

std::optional<std::string_view> find_mark(std::string_view query) noexcept {
    if (!may_have_mark(query)) {
        return std::nullopt;
    }
    query = without_fragment(query);
    while (!query.empty()) {
        const std::string_view piece = take_piece(query);
        if (is_mark(piece)) {
            return piece.size() == kMarkParameter.size() ? std::string_view{}
                                                         : piece.substr(kMarkParameter.size() + 1);
        }
    }
    return std::nullopt;
}

std::string strip_mark(std::string_view query) {
    query = without_fragment(query);
    std::string kept;
    kept.reserve(query.size());
    bool first = true;
    bool more = !query.empty();
    while (more) {
        more = query.find('&') != std::string_view::npos;
        const std::string_view piece = take_piece(query);
        if (is_mark(piece)) {
            continue;
        }
        if (!first) {
            kept += '&';
        }
        first = false;
        kept += piece;
    }
    return kept;
}

std::string clean_url(std::string_view path, std::string_view query) {
    std::string url = safe_path(path);
    const std::string kept = strip_mark(query);
    if (!kept.empty()) {
        url += '?';
        append_query(url, kept);
    }
    return url;
}

std::string reactivation_url(std::string_view path, std::string_view query, std::string_view mark) {
    std::string url = clean_url(path, query);
    url += url.find('?') == std::string::npos ? '?' : '&';
    url += kMarkParameter;
    url += '=';
    append_query(url, mark);
    return url;
}

std::string reactivation_url_of_page(std::string_view path, std::string_view host,
                                     std::optional<std::string_view> referer, std::string_view mark) {
    const std::optional<Target> page = referer ? target_on_host(*referer, host) : std::nullopt;
    return page ? reactivation_url(page->path, page->query, mark) : reactivation_url(path, {}, mark);
}

std::uint32_t url_hash(std::string_view host, std::string_view path, std::string_view query) noexcept {
    constexpr std::string_view kSeparator("\0", 1);
    std::uint32_t hash = hash_more(hash_more(kHashStart, host), kSeparator);
    hash = hash_more(hash, without_fragment(path));
    query = without_fragment(query);
    while (!query.empty()) {
        const std::string_view piece = take_piece(query);
        if (!is_mark(piece)) {
            hash = hash_more(hash_more(hash, kSeparator), piece);
        }
    }
    return hash != 0 ? hash : 1;
}

}  // namespace agent_sessions::gateway
