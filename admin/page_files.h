// Files of an operator that stand in for those of the embedded page or beside them: a brand's colours, its
// logo.
//
// Thread safety: constant once made. Cost: a lookup by name; every file is in memory, none is read here.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "admin/assets.h"

namespace agent_sessions::admin {

class PageFiles {
  public:
    struct File {
        std::string name;
        std::string bytes;
    };

    // Can a file of this name be one of the page? Letters, digits, "_", "-" and ".", not in front; and one of
    // the endings css, html, ico, jpeg, jpg, js, json, png, svg, txt, webp.
    static bool is_servable(std::string_view name) noexcept;

    // Leaves out what is not servable. A "brand.css" is linked from the embedded page, behind its own style.
    explicit PageFiles(std::vector<File> files);
    PageFiles(const PageFiles&) = delete;
    PageFiles& operator=(const PageFiles&) = delete;

    // The file at a path below the admin location, or nullptr where the embedded one stands. "app.css" is
    // also found by the path that names its content, "app-0123ABCD.css".
    const Asset* find(std::string_view path) const noexcept;

  private:
    struct Entry {
        std::string bytes;
        std::string etag;
        Asset asset;
    };

    void add(std::string name, std::string bytes);

    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace agent_sessions::admin
