// What the process that writes a history tells its worker, through a pipe.
//
// Thread safety: none. Nothing waits: a report that does not fit into the pipe is not sent.
#pragma once

#include <climits>
#include <cstdint>
#include <string_view>

#include "tracker/history/loader.h"

namespace agent_sessions::ngx {

struct HistoryReport {
    bool is_loaded = false;  // what was loaded; else what is wrong
    tracker::history::Loaded loaded;
    std::uint16_t length = 0;
    char text[1024];

    std::string_view fault() const noexcept { return {text, length}; }
};
// A pipe cuts none of them in two.
static_assert(sizeof(HistoryReport) <= PIPE_BUF);

HistoryReport report_fault(std::string_view fault) noexcept;
HistoryReport report_loaded(const tracker::history::Loaded& loaded) noexcept;

// false: there is no room in the pipe now.
bool send(int pipe, const HistoryReport& report) noexcept;

enum class Received : std::uint8_t { report, nothing, end };
// end: whoever could send is gone.
Received receive(int pipe, HistoryReport& report) noexcept;

}  // namespace agent_sessions::ngx
