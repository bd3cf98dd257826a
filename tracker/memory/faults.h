// What a walk over a segment finds wrong, in words. Thread safety: none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace agent_sessions::tracker::memory {

// What a finding is about. Becomes words only where something is wrong: a walk looks at millions.
struct Subject {
    std::string_view what;
    std::uint64_t number;
};

class FaultList {
  public:
    // Only the first few dozen are kept. Throws std::bad_alloc.
    void add(std::string fault);
    // "WHAT NUMBER HOW", as in "slot 7 is not found by its key".
    void add(Subject subject, std::string_view how);

    // Adds that a number kept is not what a recount gives, where it is not. Throws std::bad_alloc.
    void expect(std::uint64_t is, std::uint64_t should, std::string_view what) {
        if (is != should) [[unlikely]] {
            differs(is, should, std::string(what));
        }
    }
    void expect(std::uint64_t is, std::uint64_t should, Subject subject) {
        if (is != should) [[unlikely]] {
            differs(is, should, subject);
        }
    }

    std::vector<std::string> take() noexcept { return std::move(faults_); }

  private:
    void differs(std::uint64_t is, std::uint64_t should, const std::string& what);
    void differs(std::uint64_t is, std::uint64_t should, Subject subject);

    std::vector<std::string> faults_;
};

}  // namespace agent_sessions::tracker::memory
