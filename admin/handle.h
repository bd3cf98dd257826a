// The one door of the admin endpoint: the page, its assets, the API under api/1/, and health.
//
// An answer that needs a walk over the table is a Task, stepped by the caller so that no step blocks an event
// loop. Thread safety: none; one Task belongs to one caller. May throw std::bad_alloc. Sources: RFC 9457
// (problem documents), RFC 9110, ASVS 5.0 3.5 (origin checks).
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "admin/message.h"
#include "tracker/tracker.h"

namespace agent_sessions::tracker::history {
class Reader;
}

namespace agent_sessions::admin {

// Tells a task when its slice is over. The caller's clock, since this folder has none.
class Slice {
  public:
    virtual ~Slice() = default;
    virtual bool over() const noexcept = 0;
    // The instant to judge ages by; may move between steps.
    virtual tracker::Now now() const noexcept = 0;
};

class Task {
  public:
    virtual ~Task() = default;
    // Works until the slice is over. An answer = finished; nullopt = call again.
    virtual std::optional<Response> step(const Slice& slice) = 0;
    // After a step without an answer: it waits for somebody else (a disk), so that calling again is of no use
    // before a few milliseconds have passed.
    virtual bool is_waiting() const noexcept { return false; }
};

// Answers at once where it can, else with a task.
struct Handled {
    std::optional<Response> response;
    std::unique_ptr<Task> task;  // set when `response` is not
};

// What the request's views point to has to outlive the task; the request itself need not. `history` may be
// null where there is none; it has to outlive the call, not the task.
Handled handle(const Request& request, tracker::Tracker tracker, tracker::history::Reader* history);

// The largest body that is looked at, in bytes; larger ones get 413 without being read.
inline constexpr std::size_t kMaxBodyBytes = 1 << 20;

}  // namespace agent_sessions::admin
