#include "ngx_module/history_report.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace agent_sessions::ngx {

HistoryReport report_fault(std::string_view fault) noexcept {
    HistoryReport report{};
    report.length = static_cast<std::uint16_t>(std::min(fault.size(), sizeof(report.text)));
    std::copy_n(fault.data(), report.length, report.text);
    return report;
}

HistoryReport report_loaded(const tracker::history::Loaded& loaded) noexcept {
    HistoryReport report{};
    report.is_loaded = true;
    report.loaded = loaded;
    return report;
}

bool send(int pipe, const HistoryReport& report) noexcept {
    return ::write(pipe, &report, sizeof(report)) == static_cast<ssize_t>(sizeof(report));
}

Received receive(int pipe, HistoryReport& report) noexcept {
    ssize_t size = 0;
    do {
        size = ::read(pipe, &report, sizeof(report));
    } while (size < 0 && errno == EINTR);
    if (size == static_cast<ssize_t>(sizeof(report))) {
        report.length = std::min<std::uint16_t>(report.length, sizeof(report.text));
        return Received::report;
    }
    return size < 0 && errno == EAGAIN ? Received::nothing : Received::end;
}

}  // namespace agent_sessions::ngx
