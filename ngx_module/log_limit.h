// Keeps what may happen at every request from filling the log.
#pragma once

#include <ctime>

#include "ngx_module/nginx.h"

namespace agent_sessions::ngx {

// At most one line a second. One object per kind of line and process.
class LogLimit {
  public:
    // true: write now, and say how many were left out since the last one.
    bool allows(ngx_uint_t& left_out) noexcept {
        if (ngx_time() == last_) {
            ++left_out_;
            return false;
        }
        last_ = ngx_time();
        left_out = left_out_;
        left_out_ = 0;
        return true;
    }

  private:
    time_t last_ = 0;
    ngx_uint_t left_out_ = 0;
};

}  // namespace agent_sessions::ngx
