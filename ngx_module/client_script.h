// The script for the agent's pages (ngx_module/client/), embedded in the module when it was built.
// Thread safety: constant data.
#pragma once

#include <string_view>

namespace agent_sessions::ngx {

struct ClientScript {
    std::string_view identity;  // the bytes as they are
    std::string_view gzip;      // the same, gzipped
    std::string_view etag;      // weak (RFC 9110 8.8.1), since it stands for both; quotes included
};

ClientScript client_script() noexcept;

}  // namespace agent_sessions::ngx
