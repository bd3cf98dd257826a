#include "admin/assets.h"

#include <span>

// build/web/assets.inc, found from the root, names every file of the built page once, as
//   AGENT_SESSIONS_ASSET(symbol, path, name, content_type, etag, bytes, gzipped_bytes, immutable)
// It changes whenever any byte of the page does, so it is all that this file's object has to depend on.
#ifndef AGENT_SESSIONS_WEB_DIR
#error "AGENT_SESSIONS_WEB_DIR must be the absolute path of build/web as a string, for the assembler"
#endif

// The assembler places the bytes behind a symbol that stays inside the shared object.
// clang-format off
#define AGENT_SESSIONS_EMBED(symbol, file, bytes)                                                   \
    asm(".pushsection .rodata,\"a\",@progbits\n"                                                    \
        ".balign 16\n"                                                                              \
        ".globl agent_sessions_asset_" #symbol "\n"                                                 \
        ".hidden agent_sessions_asset_" #symbol "\n"                                                \
        ".type agent_sessions_asset_" #symbol ", @object\n"                                         \
        ".size agent_sessions_asset_" #symbol ", " #bytes "\n"                                      \
        "agent_sessions_asset_" #symbol ":\n"                                                       \
        ".incbin \"" AGENT_SESSIONS_WEB_DIR "/" file "\"\n"                                         \
        ".popsection\n");                                                                           \
    extern "C" const char agent_sessions_asset_##symbol[] __attribute__((visibility("hidden")));
// clang-format on

#define AGENT_SESSIONS_ASSET(symbol, path, name, content_type, etag, bytes, gzipped_bytes, immutable) \
    AGENT_SESSIONS_EMBED(symbol, path, bytes)                                                         \
    AGENT_SESSIONS_EMBED(symbol##_gz, path ".gz", gzipped_bytes)
#include "build/web/assets.inc"
#undef AGENT_SESSIONS_ASSET

namespace agent_sessions::admin {
namespace {

constexpr std::string_view kPage = "index.html";

#define AGENT_SESSIONS_ASSET(symbol, path, name, content_type, etag, bytes, gzipped_bytes, immutable) \
    Asset{path,                                                                                       \
          name,                                                                                       \
          content_type,                                                                               \
          etag,                                                                                       \
          std::string_view(agent_sessions_asset_##symbol, bytes),                                     \
          std::string_view(agent_sessions_asset_##symbol##_gz, gzipped_bytes),                        \
          immutable},
constexpr Asset kAssets[] = {
#include "build/web/assets.inc"
};
#undef AGENT_SESSIONS_ASSET

// The same by their names, which stay when the content changes.
#define AGENT_SESSIONS_ASSET(symbol, path, name, content_type, etag, bytes, gzipped_bytes, immutable) \
    Asset{name,                                                                                       \
          name,                                                                                       \
          content_type,                                                                               \
          etag,                                                                                       \
          std::string_view(agent_sessions_asset_##symbol, bytes),                                     \
          std::string_view(agent_sessions_asset_##symbol##_gz, gzipped_bytes),                        \
          false},
constexpr Asset kNamed[] = {
#include "build/web/assets.inc"
};
#undef AGENT_SESSIONS_ASSET

}  // namespace

const Asset* find_asset(std::string_view path) noexcept {
    const std::string_view wanted = path.empty() ? kPage : path;
    for (const std::span<const Asset> assets : {std::span(kAssets), std::span(kNamed)}) {
        for (const Asset& asset : assets) {
            if (asset.path == wanted) {
                return &asset;
            }
        }
    }
    return nullptr;
}

}  // namespace agent_sessions::admin
