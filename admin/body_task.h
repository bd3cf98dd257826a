// A task whose request has a large body: it is read in slices, and then says what to do.
// Thread safety: none; belongs to one request.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>

#include "admin/access.h"
#include "admin/handle.h"
#include "admin/json_body.h"

namespace agent_sessions::admin {

class BodyTask : public Task {
  public:
    BodyTask(const Request& request, Access access, tracker::Tracker tracker);

    std::optional<Response> step(const Slice& slice) override;
    bool is_waiting() const noexcept override { return deed_ && deed_->is_waiting(); }

    // Reads what was asked for with a small body at once: it counts from the call on. Throws Refusal.
    void read_if_small();

  protected:
    // Both may throw Refusal. The latter goes on until the slice is over; null = there is more to read.
    virtual void parse(boost::json::object body) = 0;
    virtual std::unique_ptr<Task> deed(const Slice& slice) = 0;

    const Request& request() const { return request_; }
    const Access& access() const { return access_; }
    tracker::Tracker tracker() const { return tracker_; }

  private:
    void read(const Slice& slice);

    Request request_;
    Access access_;
    tracker::Tracker tracker_;
    JsonBody body_;
    bool is_parsed_ = false;
    std::unique_ptr<Task> deed_;
};

}  // namespace agent_sessions::admin
