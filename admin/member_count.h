// How many members the objects of a JSON text have, repeated ones included. RFC 8259 leaves open which of two
// members of one name counts, so what one reader refuses another may let pass.
// Thread safety: values.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <string_view>

namespace agent_sessions::admin {

class MemberCount {
  public:
    MemberCount();
    ~MemberCount();
    MemberCount(const MemberCount&) = delete;
    MemberCount& operator=(const MemberCount&) = delete;

    // REQUIRES: the pieces are one JSON text, in its order. Cost: as reading it.
    void read(std::string_view piece);

    // Of the text so far.
    std::uint64_t total() const noexcept;

  private:
    class Parser;
    std::unique_ptr<Parser> parser_;
};

// Those that `value` has kept. REQUIRES: it is nested a few levels deep.
std::uint64_t members_of(const boost::json::value& value) noexcept;

}  // namespace agent_sessions::admin
