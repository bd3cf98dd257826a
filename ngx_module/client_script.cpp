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
        ".globl " #symbol "\n"                                         \
        ".hidden " #symbol "\n"                                        \
        ".type " #symbol ", @object\n"                                 \
        #symbol ":\n"                                                  \
        ".incbin \"" AGENT_SESSIONS_CLIENT_DIR "/" file "\"\n"         \
        ".size " #symbol ", . - " #symbol "\n"                         \
        ".popsection\n");                                              \
    extern "C" const char symbol[] __attribute__((visibility("hidden")));
// clang-format on

AGENT_SESSIONS_EMBED(agent_sessions_client_script, "agent-sessions.js")
AGENT_SESSIONS_EMBED(agent_sessions_client_script_gz, "agent-sessions.js.gz")

namespace agent_sessions::ngx {

ClientScript client_script() noexcept {
#define AGENT_SESSIONS_CLIENT_SCRIPT(etag, bytes, gzipped_bytes) \
    return {{agent_sessions_client_script, bytes}, {agent_sessions_client_script_gz, gzipped_bytes}, etag};
#include "build/client/script.inc"
#undef AGENT_SESSIONS_CLIENT_SCRIPT
}

}  // namespace agent_sessions::ngx
