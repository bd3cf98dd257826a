#include "ngx_module/upstream_header.h"

#include <cstdint>
#include <cstring>

#include "ngx_module/text.h"

namespace agent_sessions::ngx {

namespace {

constexpr std::uint64_t each_byte(std::uint8_t byte) noexcept {
    return 0x0101'0101'0101'0101U * byte;
}

std::uint64_t load_word(const char* bytes) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof(word));
    return word;
}

// With `-` in the place of each `_`.
std::uint64_t with_hyphens(std::uint64_t word) noexcept {
    const std::uint64_t others = word ^ each_byte('_');
    const std::uint64_t found = ~(((others & each_byte(0x7f)) + each_byte(0x7f)) | others | each_byte(0x7f));
    return word ^ (found >> 7) * ('_' ^ '-');
}

// As nearly all headers are written, word by word; the last one overlaps the one before. REQUIRES: both are
// equally long.
bool is_called_with_hyphens(const char* key, std::string_view name) noexcept {
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    if (name.size() < kWord) {
        return false;
    }
    for (std::size_t position = 0; position + kWord < name.size(); position += kWord) {
        if (load_word(key + position) != with_hyphens(load_word(name.data() + position))) {
            return false;
        }
    }
    const std::size_t last = name.size() - kWord;
    return load_word(key + last) == with_hyphens(load_word(name.data() + last));
}

char as_in_variables(char character) noexcept {
    if (character >= 'A' && character <= 'Z') {
        return static_cast<char>(character - 'A' + 'a');
    }
    return character == '-' ? '_' : character;
}

// REQUIRES: both are equally long, and not empty.
bool is_called(const ngx_table_elt_t& field, std::string_view name) noexcept {
    if (as_in_variables(static_cast<char>(*field.key.data)) != name.front()) {
        return false;
    }
    if (field.lowcase_key != nullptr &&
        is_called_with_hyphens(reinterpret_cast<const char*>(field.lowcase_key), name)) {
        return true;
    }
    const auto* key = reinterpret_cast<const char*>(field.key.data);
    for (const char wanted : name) {
        if (as_in_variables(*key++) != wanted) {
            return false;
        }
    }
    return true;
}

// What the application said to somebody else is not about who asks now.
bool is_from_cache([[maybe_unused]] const ngx_http_request_t& request) noexcept {
#if (NGX_HTTP_CACHE)
    return request.cached != 0;
#else
    return false;
#endif
}

}  // namespace

std::optional<std::string_view> find_upstream_header(const ngx_http_request_t& request,
                                                     std::string_view name) noexcept {
    if (request.upstream == nullptr || name.empty() || is_from_cache(request)) {
        return std::string_view();
    }
    const ngx_table_elt_t* found = nullptr;
    for (const ngx_list_part_t* part = &request.upstream->headers_in.headers.part; part != nullptr;
         part = part->next) {
        const auto* const fields = static_cast<const ngx_table_elt_t*>(part->elts);
        for (const auto* field = fields; field != fields + part->nelts; ++field) {
            // nginx sets the hash of a line to 0 that is not to count.
            if (field->key.len != name.size() || field->hash == 0 || !is_called(*field, name)) {
                continue;
            }
            if (found != nullptr) {
                return std::nullopt;
            }
            found = field;
        }
    }
    return found != nullptr ? to_view(found->value) : std::string_view();
}

}  // namespace agent_sessions::ngx
