// Carries out what was planned for a request, now that its answer is known.
#pragma once

#include "ngx_module/tracking.h"

namespace agent_sessions::ngx {

// Called once per main request, before its header goes out. May throw std::bad_alloc.
void settle(Tracking& tracking);

}  // namespace agent_sessions::ngx
