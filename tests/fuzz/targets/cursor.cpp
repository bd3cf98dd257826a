// Where the next page of a list begins. The first byte chooses the order, the rest is a cursor as a client
// sends it; and the bytes of a cursor, as one of ours might have been changed.
#include <algorithm>
#include <array>

#include "admin/base64url.h"
#include "admin/list_cursor.h"
#include "admin/place_cursor.h"
#include "tests/fuzz/support/input.h"
#include "tests/fuzz/support/promise.h"

namespace agent_sessions::fuzz {
namespace {

constexpr std::uint64_t kDigest = 0x0123456789abcdefU;
constexpr std::uint8_t kColumns = 9;

void decode_list(std::string_view cursor, const admin::SessionOrder& order) {
    const auto key = admin::decode_cursor(cursor, order, kDigest);
    if (key) {
        const auto again = admin::decode_cursor(admin::encode_cursor(order, kDigest, *key), order, kDigest);
        promise(again && again->text == key->text && again->number == key->number &&
                    again->session == key->session,
                "a place is read as it is written");
        promise(!order.before(*key, *key), "a place is not before itself");
    }
    promise(!admin::decode_cursor(cursor, {order.column, !order.descending}, kDigest) || !key,
            "a cursor is of one order");
    promise(!admin::decode_cursor(cursor, order, kDigest + 1) || !key, "a cursor is of one filter");
}

void decode_places(std::string_view cursor) {
    std::array<std::int64_t, 3> numbers{};
    for (std::size_t count = 0; count <= numbers.size(); ++count) {
        const std::span<std::int64_t> some(numbers.data(), count);
        if (admin::decode_place(cursor, kDigest, some)) {
            std::array<std::int64_t, 3> again{};
            promise(admin::decode_place(admin::encode_place(kDigest, some), kDigest, {again.data(), count}),
                    "a place is read as it is written");
            promise(std::equal(some.begin(), some.end(), again.begin()), "a place is read as it is written");
        }
    }
}

}  // namespace
}  // namespace agent_sessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace agent_sessions;
    using namespace agent_sessions::fuzz;
    Input input(bytes, size);
    const auto choice = input.number<std::uint8_t>();
    const admin::SessionOrder order{static_cast<admin::SortColumn>(choice % kColumns), choice >= 0x80};
    for (const std::string& cursor : {std::string(input.rest()), admin::to_base64url(input.rest())}) {
        decode_list(cursor, order);
        decode_places(cursor);
    }
    return 0;
}
