#include "admin/page_files.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "admin/digest.h"

namespace agent_sessions::admin {
namespace {

constexpr std::string_view kPage = "index.html";
constexpr std::string_view kBrand = "brand.css";
constexpr std::string_view kEndOfHead = "</head>";

constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kTypes{{
    {"css", "text/css; charset=utf-8"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/x-icon"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"txt", "text/plain; charset=utf-8"},
    {"webp", "image/webp"},
}};

// Empty = no type of the page.
std::string_view type_of(std::string_view name) noexcept {
    const std::size_t dot = name.rfind('.');
    const std::string_view ending = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
    const auto* const found = std::find_if(kTypes.begin(), kTypes.end(),
                                           [ending](const auto& type) { return type.first == ending; });
    return found == kTypes.end() ? std::string_view{} : found->second;
}

constexpr bool is_plain(char character) noexcept {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '_' || character == '-' || character == '.';
}

std::string etag_of(std::string_view bytes) {
    std::array<char, 24> text{};
    const int length = std::snprintf(text.data(), text.size(), "W/\"%016llx\"",
                                     static_cast<unsigned long long>(digest_of(bytes)));
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string branded_page() {
    std::string page(find_asset(kPage)->identity);
    page.insert(page.find(kEndOfHead), R"(<link rel="stylesheet" href=")" + std::string(kBrand) + "\">\n  ");
    return page;
}

}  // namespace

bool PageFiles::is_servable(std::string_view name) noexcept {
    return !name.starts_with('.') && std::all_of(name.begin(), name.end(), is_plain) &&
           !type_of(name).empty();
}

PageFiles::PageFiles(std::vector<File> files) {
    for (File& file : files) {
        if (is_servable(file.name)) {
            add(std::move(file.name), std::move(file.bytes));
        }
    }
    if (entries_.contains(kBrand) && !entries_.contains(kPage)) {
        add(std::string(kPage), branded_page());
    }
}

void PageFiles::add(std::string name, std::string bytes) {
    const auto [place, added] = entries_.try_emplace(std::move(name));
    Entry& entry = place->second;
    entry.bytes = std::move(bytes);
    entry.etag = etag_of(entry.bytes);
    entry.asset =
        Asset{place->first, place->first, type_of(place->first), entry.etag, entry.bytes, {}, false};
}

const Asset* PageFiles::find(std::string_view path) const noexcept {
    const Asset* const embedded = find_asset(path);
    const auto found = entries_.find(embedded != nullptr ? embedded->name : path);
    return found == entries_.end() ? nullptr : &found->second.asset;
}

}  // namespace agent_sessions::admin
