// A disk below one directory of a gateway that fails when a test wants it to.
#pragma once

#include <filesystem>
#include <string_view>

#include "tests/e2e/support/nginx_server.h"
#include "tests/file_faults/file_faults.h"

namespace agent_sessions::e2e {

class FaultyDisk {
  public:
    // Holds from the server's next start on, until this is gone.
    FaultyDisk(NginxServer& server, std::string_view directory);
    ~FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;

    testing::FaultPlan* operator->() const { return plan_; }

  private:
    testing::FaultPlan* plan_;
};

}  // namespace agent_sessions::e2e
