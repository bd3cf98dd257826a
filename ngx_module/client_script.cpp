#include "ngx_module/client_script.h"

// build/client/script.inc, found from the root, says how long both files are and what tags them:
//   AGENT_SESSIONS_CLIENT_SCRIPT(etag, bytes, gzipped_bytes)
// It changes whenever any byte of them does, so it is all that this file's object has to depend on.
#ifndef AGENT_SESSIONS_CLIENT_DIR
#error "AGENT_SESSIONS_CLIENT_DIR must be the path of build/client as a string, for the assembler"
#endif

// The assembler places the bytes behind a symbol that stays inside the shared object.
// clang-format off
#define AGENT_SESSIONS_EMBED(symbol, file)                             \
    asm(".pushsection .rodata,\"a\",@progbits\n"                       \
        ".globl agent_sessions_client_" #symbol "\n"                   \
        ".hidden agent_sessions_client_" #symbol "\n"                  \
        ".type agent_sessions_client_" #symbol ", @object\n"           \
        "agent_sessions_client_" #symbol ":\n"                         \
        ".incbin \"" AGENT_SESSIONS_CLIENT_DIR "/" file "\"\n"         \
        ".size agent_sessions_client_" #symbol ", . - agent_sessions_client_" #symbol "\n" \
        ".popsection\n");                                              \
    extern "C" const char agent_sessions_client_##symbol[] __attribute__((visibility("hidden")));
// clang-format on

AGENT_SESSIONS_EMBED(script, "agent-sessions.js")
AGENT_SESSIONS_EMBED(script_gz, "agent-sessions.js.gz")

namespace agent_sessions::ngx {

ClientScript client_script() noexcept {
#define AGENT_SESSIONS_CLIENT_SCRIPT(etag, bytes, gzipped_bytes) \
    return {{agent_sessions_client_script, bytes}, {agent_sessions_client_script_gz, gzipped_bytes}, etag};
#include "build/client/script.inc"
#undef AGENT_SESSIONS_CLIENT_SCRIPT
}

}  // namespace agent_sessions::ngx
