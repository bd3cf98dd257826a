// The files of the Active Agents page, embedded in the module when it was built, so that page and API can
// never differ in version.
//
// Thread and process safety: constant data; everything here may be used from anywhere at any time.
// Cost: find_asset compares the path with a handful of names; it allocates nothing and reads no file.
#pragma once

#include <string_view>

namespace agent_sessions::admin {

// One file in both of its encodings. All views last as long as the process.
struct Asset {
    std::string_view path;  // relative to the admin location, without a leading slash: "app-0123ABCD.css"
    std::string_view name;  // the same without what names the content: "app.css"
    std::string_view content_type;
    // In the form of an ETag field, quotes included. Weak (RFC 9110 8.8.1), since one tag stands for both
    // encodings.
    std::string_view etag;
    std::string_view identity;  // the bytes as they are
    // The same bytes, gzipped; to be sent with Content-Encoding: gzip. Empty = there is none.
    std::string_view gzip;
    // The path names the content, so it may be cached for good. If not, it must be revalidated by its ETag.
    bool immutable;
};

// The asset at a path below the admin location, or nullptr. "" is the page, as "index.html" is, and a name is
// a path too, to be revalidated. The comparison is exact: no decoding, no leading slash, no ".gz" names.
const Asset* find_asset(std::string_view path) noexcept;

}  // namespace agent_sessions::admin
