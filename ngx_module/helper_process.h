// What a fork of a worker does to become a process of its own kind: it works for the worker, and with it
// ends.
#pragma once

#include <sys/types.h>

#include <vector>

namespace agent_sessions::ngx {

// Called in the child, first of all, with all signals blocked. From then on it
// - is killed when `parent` ends, however that ends, and at once if it has ended already;
// - has no file open but `kept` and /dev/null, so that it keeps no connection, port or rotated log open;
// - minds none of the signals that nginx does: when it is to end, the parent says so in another way;
// - takes no processor from the event loop that wakes it;
// - is called `title` in the list of processes. `title` is a literal.
// System calls only, and no allocation.
void become_helper(pid_t parent, std::vector<int>& kept, const char* title) noexcept;

}  // namespace agent_sessions::ngx
