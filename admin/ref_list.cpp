#include "admin/ref_list.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <string>
#include <utility>

#include "admin/json_body.h"
#include "admin/problem.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;

json::array checked(json::value refs) {
    if (!refs.is_array()) {
        throw invalid_field(Source::body, "/refs", "must be an array of refs");
    }
    json::array& array = refs.as_array();
    if (array.empty() || array.size() > kMaxRefs) {
        throw invalid_field(Source::body, "/refs",
                            "must have from 1 to " + std::to_string(kMaxRefs) + " refs");
    }
    return std::move(array);
}

}  // namespace

RefList::RefList(json::value refs)
    : refs_(checked(std::move(refs))),
      memory_(std::make_unique<std::pmr::monotonic_buffer_resource>()),
      seen_(refs_.size(), memory_.get()) {
    keys_.reserve(refs_.size());
}

bool RefList::read(const Slice& slice) {
    while (next_ < refs_.size()) {
        const std::size_t end = std::min(next_ + kRefsPerLook, refs_.size());
        for (; next_ < end; ++next_) {
            read_one(refs_[next_]);
        }
        if (slice.over()) {
            break;
        }
    }
    return next_ == refs_.size();
}

void RefList::read_one(const json::value& ref) {
    const auto key = ref.is_string() ? tracker::parse_ref(view_of(ref.as_string())) : std::nullopt;
    if (!key) {
        throw invalid_field(Source::body, "/refs/" + std::to_string(next_),
                            "must be 32 lower-case hexadecimal digits");
    }
    if (seen_.insert(*key).second) {
        keys_.push_back(*key);
    }
}

}  // namespace agent_sessions::admin
