#include "admin/session_filter.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "admin/digest.h"
#include "admin/filter_description.h"
#include "admin/text.h"

namespace agent_sessions::admin {
namespace {

constexpr std::string_view kActive = "active";
constexpr std::string_view kEnding = "ending";
constexpr std::string_view kNone = "none";
constexpr std::size_t kMaxSearchBytes = 256;
constexpr std::chrono::seconds kLongestDuration{365 * 24 * 60 * 60};

std::string exact_text(Source source, std::string_view field, std::optional<std::string_view> value,
                       std::size_t max_bytes) {
    const std::string_view text = value.value_or("");
    if (text.size() > max_bytes) {
        throw invalid_field(source, field, "has more than " + std::to_string(max_bytes) + " bytes");
    }
    return std::string(text);
}

std::string filled_text(Source source, std::string_view field, std::optional<std::string_view> value,
                        std::size_t max_bytes) {
    if (value.value_or("").empty()) {
        throw invalid_field(source, field, "must not be empty");
    }
    return exact_text(source, field, value, max_bytes);
}

void append(std::string& canonical, std::string_view name, const std::optional<std::string>& value) {
    if (value) {
        canonical += std::string(name) + '=' + std::to_string(value->size()) + ':' + *value + '\n';
    }
}

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) noexcept {
    std::int64_t unit = 1;
    if (!text.empty()) {
        const char last = text.back();
        unit = last == 'm' ? 60 : last == 'h' ? 60 * 60 : last == 'd' ? 24 * 60 * 60 : 1;
        if (last == 's' || unit != 1) {
            text.remove_suffix(1);
        }
    }
    std::uint32_t count = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, count);
    if (parsed.ec != std::errc{} || parsed.ptr != end || count > kLongestDuration.count() / unit) {
        return std::nullopt;
    }
    return std::chrono::seconds(count * unit);
}

void SessionFilter::set(Source source, std::string_view field, std::string_view name,
                        std::optional<std::string_view> value) {
    if (name == "agent") {
        agent_ = exact_text(source, field, value, tracker::kMaxAgentBytes);
    } else if (name == "label") {
        label_ = exact_text(source, field, value, tracker::kMaxLabelBytes);
    } else if (name == "account") {
        account_ = filled_text(source, field, value, tracker::kMaxAccountBytes);
    } else if (name == "interaction") {
        interaction_ = filled_text(source, field, value, tracker::kMaxInteractionBytes);
    } else if (name == "address") {
        address_ = exact_text(source, field, value, tracker::kMaxAddressBytes);
    } else if (name == "q") {
        words_ = filled_text(source, field, value, kMaxSearchBytes);
        search_ = folded(*words_);
    } else if (name == "idle_gt") {
        idle_longer_than_ = parse_duration(value.value_or(""));
        if (!idle_longer_than_) {
            throw invalid_field(
                source, field,
                "must be a number of seconds, or a number with s, m, h or d, of a year at most");
        }
    } else if (name == "multiple") {
        if (value != "0" && value != "1") {
            throw invalid_field(source, field, "must be 0 or 1");
        }
        multiple_ = value == "1";
    } else if (name == "state") {
        if (value != kActive && value != kEnding) {
            throw invalid_field(source, field, "must be active or ending");
        }
        state_ = std::string(*value);
    }
}

std::string_view state_of(const tracker::Row& row) {
    return row.pending_end ? kEnding : kActive;
}

int SessionFilter::conditions() const {
    return account_.has_value() + agent_.has_value() + label_.has_value() + interaction_.has_value() +
           address_.has_value() + search_.has_value() + idle_longer_than_.has_value() + (multiple_ ? 1 : 0) +
           state_.has_value();
}

bool SessionFilter::needs_row() const {
    return agent_ || label_ || interaction_ || address_ || search_ || multiple_ || state_;
}

tracker::RowParts SessionFilter::parts() const {
    tracker::RowParts parts;
    parts.agent = agent_ || multiple_ || search_;
    parts.label = label_ || search_;
    parts.address = address_ || search_;
    parts.interactions = interaction_ || search_;
    parts.last_seen = idle_longer_than_.has_value();
    parts.pending_end = state_.has_value();
    return parts;
}

bool SessionFilter::accepts(const tracker::Tracker::Glance& glance, tracker::Now now) const {
    return !idle_longer_than_ || now.wall - glance.last_seen > *idle_longer_than_;
}

bool SessionFilter::accepts(const tracker::Row& row, std::string_view account) const {
    if (agent_ && !reads_as(row.agent, *agent_)) {
        return false;
    }
    if (label_ && !reads_as(row.label, *label_)) {
        return false;
    }
    if (address_ && !reads_as(row.address, *address_)) {
        return false;
    }
    if (state_ && state_of(row) != *state_) {
        return false;
    }
    if (multiple_ && (row.agent.empty() || row.agent_sessions < 2)) {
        return false;
    }
    if (interaction_ &&
        std::none_of(row.interactions.begin(), row.interactions.end(),
                     [this](const std::string& name) { return reads_as(name, *interaction_); })) {
        return false;
    }
    if (!search_) {
        return true;
    }
    const auto holds = [this](std::string_view text) { return contains_folded(text, *search_); };
    return holds(row.agent.empty() ? kGuest : row.agent) || holds(row.label) || holds(row.address) ||
           holds(account) || std::any_of(row.interactions.begin(), row.interactions.end(), holds);
}

std::string SessionFilter::description(std::size_t most) const {
    FilterDescription description;
    description.add("account", account_, kNone);
    description.add("agent", agent_, kGuest);
    description.add("label", label_, kNone);
    description.add("interaction", interaction_, kNone);
    description.add("address", address_, kNone);
    description.add("search", words_, kNone);
    if (idle_longer_than_) {
        description.add("idle for more than " + std::to_string(idle_longer_than_->count()) + " s");
    }
    if (multiple_) {
        description.add("agents with several sessions");
    }
    description.add("state", state_, kNone);
    return description.text(most);
}

std::uint64_t SessionFilter::digest() const {
    std::string canonical;
    append(canonical, "account", account_);
    append(canonical, "agent", agent_);
    append(canonical, "label", label_);
    append(canonical, "interaction", interaction_);
    append(canonical, "address", address_);
    append(canonical, "q", search_);
    if (idle_longer_than_) {
        append(canonical, "idle_gt", std::to_string(idle_longer_than_->count()));
    }
    if (multiple_) {
        append(canonical, "multiple", "1");
    }
    append(canonical, "state", state_);
    return digest_of(canonical);
}

}  // namespace agent_sessions::admin
