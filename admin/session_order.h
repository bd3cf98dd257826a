// The order of the list, and the place of one session in it.
//
// Text sorts without regard to case, by code point; no label sorts as the empty text, a Guest as the text
// "Guest". Equal values are ordered by ref, always ascending, also where the order is descending. Thread
// safety: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tracker/row_walk.h"
#include "tracker/tracker.h"

namespace agent_sessions::admin {

// The numbers are part of cursors: append only.
enum class SortColumn : std::uint8_t {
    agent = 0,
    started = 1,
    instances = 2,
    last_seen = 3,
    account = 4,
    label = 5,
    address = 6,
    user_agent = 7,
    state = 8,
};

// A value and a ref: all that the order looks at. Either text or number is used, as the column says.
struct SortKey {
    std::string text;
    std::int64_t number = 0;
    tracker::SessionKey session;
};

// The same before it is decided that it is kept: `text` is as it was read, not folded.
struct SortValue {
    std::string_view text;
    std::int64_t number = 0;
    tracker::SessionKey session;

    SortKey key() const;
};

struct SessionOrder {
    SortColumn column = SortColumn::started;
    bool descending = true;

    // "[-]COLUMN". Throws Refusal sort_not_supported for the interactions, else invalid_parameter.
    static SessionOrder parse(std::string_view text);

    // false: value_of(glance) knows the value.
    bool needs_row() const;
    // What it looks at.
    tracker::RowParts parts() const;
    // `now` is the one that the glance or row was read with. The text is theirs, or the account's.
    SortValue value_of(const tracker::Tracker::Glance& glance, std::string_view account,
                       tracker::Now now) const;
    SortValue value_of(const tracker::Row& row, std::string_view account, tracker::Now now) const;

    bool before(const SortKey& left, const SortKey& right) const;
    bool before(const SortValue& left, const SortKey& right) const;
    bool before(const SortKey& left, const SortValue& right) const;
};

// The first so many keys of an order, whatever the sequence they are offered in. Cost: one comparison for an
// offer that is not among them, O(log size) for one that is.
class FirstKeys {
  public:
    // REQUIRES: size > 0.
    FirstKeys(SessionOrder order, std::size_t size) : order_(order), size_(size) {}

    void offer(const SortValue& value);
    // In order; leaves this empty.
    std::vector<SortKey> take();

  private:
    SessionOrder order_;
    std::size_t size_;
    std::vector<SortKey> heap_;  // the last of them on top
};

}  // namespace agent_sessions::admin
