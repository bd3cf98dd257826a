#include "admin/assets.h"

#include <gtest/gtest.h>

#include <boost/crc.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace agent_sessions::admin {
namespace {

// A little-endian number of four bytes.
std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t index = 4; index > 0; --index) {
        number = number << 8 | static_cast<unsigned char>(bytes.at(at + index - 1));
    }
    return number;
}

std::uint32_t crc32(std::string_view bytes) {
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

// The value of the page's first attribute of this name whose value ends so.
std::string linked_from_page(std::string_view attribute, std::string_view ending) {
    const std::string_view page = find_asset("")->identity;
    const std::string opening = std::string(attribute) + "=\"";
    for (std::size_t at = page.find(opening); at != std::string_view::npos; at = page.find(opening, at + 1)) {
        const std::size_t begin = at + opening.size();
        const std::string_view value = page.substr(begin, page.find('"', begin) - begin);
        if (value.ends_with(ending)) {
            return std::string(value);
        }
    }
    return {};
}

TEST(Assets, TheEmptyPathIsThePage) {
    const Asset* page = find_asset("");
    ASSERT_NE(page, nullptr);
    EXPECT_EQ(page, find_asset("index.html"));
    EXPECT_EQ(page->path, "index.html");
    EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
    EXPECT_FALSE(page->immutable);
    EXPECT_NE(page->identity.find("<title>Active Agents</title>"), std::string_view::npos);
}

TEST(Assets, EverythingThePageLinksIsThereByRelativeName) {
    const std::string script = linked_from_page("src", ".js");
    const std::string style = linked_from_page("href", ".css");
    const std::string icon = linked_from_page("href", ".svg");
    ASSERT_NE(find_asset(script), nullptr) << script;
    ASSERT_NE(find_asset(style), nullptr) << style;
    ASSERT_NE(find_asset(icon), nullptr) << icon;
    EXPECT_EQ(find_asset(script)->content_type, "text/javascript; charset=utf-8");
    EXPECT_EQ(find_asset(style)->content_type, "text/css; charset=utf-8");
    EXPECT_EQ(find_asset(icon)->content_type, "image/svg+xml");
    EXPECT_TRUE(find_asset(script)->immutable);
    EXPECT_TRUE(find_asset(style)->immutable);
    EXPECT_FALSE(find_asset(icon)->immutable);
}

TEST(Assets, ANameStandsForItsContentAndIsRevalidated) {
    for (const std::string name : {"app.js", "app.css"}) {
        const Asset* named = find_asset(name);
        ASSERT_NE(named, nullptr) << name;
        const Asset* linked = find_asset(linked_from_page(name == "app.js" ? "src" : "href", name.substr(3)));
        ASSERT_NE(linked, nullptr);
        EXPECT_EQ(linked->name, name);
        EXPECT_EQ(named->identity, linked->identity);
        EXPECT_EQ(named->content_type, linked->content_type);
        EXPECT_FALSE(named->immutable);
    }
}

TEST(Assets, BothEncodingsHaveTheSameContent) {
    for (const std::string& path : {std::string(), linked_from_page("src", ".js"),
                                    linked_from_page("href", ".css"), linked_from_page("href", ".svg")}) {
        const Asset* asset = find_asset(path);
        ASSERT_NE(asset, nullptr) << path;
        EXPECT_FALSE(asset->identity.empty());
        // RFC 1952: the magic number and "deflate" in front; checksum and size of the content at the end.
        ASSERT_GT(asset->gzip.size(), 18U) << path;
        EXPECT_TRUE(asset->gzip.starts_with("\x1f\x8b\x08")) << path;
        EXPECT_EQ(number_at(asset->gzip, asset->gzip.size() - 8), crc32(asset->identity)) << path;
        EXPECT_EQ(number_at(asset->gzip, asset->gzip.size() - 4), asset->identity.size()) << path;
    }
}

TEST(Assets, EveryTagIsWeakQuotedAndOnlyItsOwn) {
    const std::string_view page = find_asset("")->etag;
    const std::string_view script = find_asset(linked_from_page("src", ".js"))->etag;
    for (const std::string_view tag : {page, script}) {
        EXPECT_TRUE(tag.starts_with("W/\"") && tag.ends_with('"') && tag.size() > 8) << tag;
    }
    EXPECT_NE(page, script);
}

TEST(Assets, OtherPathsAreNone) {
    for (const std::string_view path : {"/", "/index.html", "INDEX.HTML", "index.html.gz", "index",
                                        "assets.inc", "../index.html", "app", "index.html?", "api/1/"}) {
        EXPECT_EQ(find_asset(path), nullptr) << path;
    }
    EXPECT_EQ(find_asset(std::string_view("index.html\0", 11)), nullptr);
}

TEST(Assets, TheDescriptionOfTheApiIsAmongThem) {
    const Asset* description = find_asset("api/1/openapi.json");
    ASSERT_NE(description, nullptr);
    EXPECT_EQ(description->content_type, "application/json");
    EXPECT_FALSE(description->immutable);
    EXPECT_NE(description->identity.find("\"openapi\": \"3.1.0\""), std::string_view::npos);
}

}  // namespace
}  // namespace agent_sessions::admin
