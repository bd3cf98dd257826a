// Interaction instances that are open for as long as an answer is: a websocket, an event stream. While it is
// open the instance is refreshed; its end closes the instance, unless another one has taken its place within
// moments, as a page does that connects anew. And those of pages that were left, where the next page may go
// on with them.
//
// Thread safety: none (one event loop).
#pragma once

#include <string_view>

#include "ngx_module/sliced_work.h"
#include "ngx_module/tracking.h"

namespace agent_sessions::ngx {

// Lives in the request's pool.
struct BoundInstance {
    std::string_view name;
    std::string_view instance;
};

// Binds the instance to the answer whose header goes out, where that is a websocket or an event stream.
void bind_instance(Tracking& tracking, std::string_view name, std::string_view instance) noexcept;

// Notes that it is still open. REQUIRES: state.bound.
void refresh_instance(const RequestState& state) noexcept;

// Its answer is over. REQUIRES: state.bound.
void unbind_instance(const RequestState& state) noexcept;

// The page that had the instance open was left: closes it, unless another page says within seconds that it is
// open there.
void leave_instance(const tracker::Tracker& tracker, tracker::SessionHandle session, std::string_view name,
                    std::string_view instance) noexcept;

// Whether close_unbound_instances() will have work, now or soon.
bool has_unbound_instances() noexcept;
// Closes those that were unbound or left a while ago and have not been seen since, in one slice. true: there
// is more to do at once.
bool close_unbound_instances(const SliceEnd& end) noexcept;

// Closes all that were unbound or left: this process ends.
void stop_binding_instances() noexcept;

}  // namespace agent_sessions::ngx
