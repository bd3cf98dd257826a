// Notes how long each piece of our work holds the event loop: its longest slice in each second goes to the
// error log, by name, at the level notice. For the benchmark; without AGENT_SESSIONS_WATCH_SLICES nothing of
// it is compiled. Thread safety: none (one event loop).
#pragma once

#include "ngx_module/nginx.h"

#ifdef AGENT_SESSIONS_WATCH_SLICES

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <string_view>

namespace agent_sessions::ngx {

struct SliceTally {
    const char* what = nullptr;
    std::uint64_t slices = 0;
    std::int64_t longest = 0;
    std::int64_t longest_processor = 0;
};

class SliceWatch {
  public:
    // `what` names the work; it is a literal.
    explicit SliceWatch(const char* what) noexcept
        : what_(what), wall_(read(CLOCK_MONOTONIC)), processor_(read(CLOCK_THREAD_CPUTIME_ID)) {}

    ~SliceWatch() {
        const std::int64_t processor = read(CLOCK_THREAD_CPUTIME_ID) - processor_;
        const std::int64_t end = read(CLOCK_MONOTONIC);
        const std::int64_t second = end / kMicrosecondsOfSecond;
        if (second != second_) {
            report();
            second_ = second;
        }
        SliceTally& tally = tally_of(what_);
        ++tally.slices;
        tally.longest = std::max(tally.longest, end - wall_);
        tally.longest_processor = std::max(tally.longest_processor, processor);
    }

    SliceWatch(const SliceWatch&) = delete;
    SliceWatch& operator=(const SliceWatch&) = delete;

  private:
    static constexpr std::int64_t kMicrosecondsOfSecond = 1'000'000;
    // Shorter ones are nobody's concern.
    static constexpr std::int64_t kWorthNoting = 100;

    static std::int64_t read(clockid_t clock) noexcept {
        timespec now{};
        ::clock_gettime(clock, &now);
        return std::int64_t{now.tv_sec} * kMicrosecondsOfSecond + now.tv_nsec / 1000;
    }

    static SliceTally& tally_of(std::string_view what) noexcept {
        const auto found = std::find_if(
            tallies_.begin(), tallies_.end() - 1,
            [what](const SliceTally& tally) { return tally.what == nullptr || tally.what == what; });
        found->what = what.data();
        return *found;
    }

    static void report() noexcept {
        for (SliceTally& tally : tallies_) {
            if (tally.longest >= kWorthNoting) {
                ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                              "agent_sessions: longest slice: %L us, processor %L us, of %uL in %s",
                              tally.longest, tally.longest_processor, tally.slices, tally.what);
            }
            tally.slices = 0;
            tally.longest = tally.longest_processor = 0;
        }
    }

    inline static std::array<SliceTally, 32> tallies_;
    inline static std::int64_t second_ = 0;

    const char* what_;
    std::int64_t wall_;
    std::int64_t processor_;
};

}  // namespace agent_sessions::ngx

#else

namespace agent_sessions::ngx {

class SliceWatch {
  public:
    explicit SliceWatch(const char* /*what*/) noexcept {}
};

}  // namespace agent_sessions::ngx

#endif
