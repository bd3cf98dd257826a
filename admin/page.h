// The files of the page: encodings, caching, and the headers that keep it strict.
// Sources: RFC 9110 (12.5.3 Accept-Encoding), RELIABILITY S22.
// Thread safety: every function may be called from anywhere.
#pragma once

#include <string_view>

#include "admin/assets.h"
#include "admin/message.h"

namespace agent_sessions::admin {

// 200 with the file, gzipped where that is accepted, or 304.
Response asset_response(const Asset& asset, const Request& request);

// Does the field allow gzip? A quality of 0 forbids it; "*" speaks for what is not named.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace agent_sessions::admin
