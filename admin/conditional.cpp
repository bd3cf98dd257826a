#include "admin/conditional.h"

#include <openssl/evp.h>

#include <algorithm>
#include <boost/algorithm/hex.hpp>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "admin/field_list.h"

namespace agent_sessions::admin {
namespace {

constexpr int kOk = 200;
constexpr int kNotModified = 304;
constexpr std::size_t kTagBytes = 12;

std::string_view opaque_tag(std::string_view etag) {
    if (etag.starts_with("W/")) {
        etag.remove_prefix(2);
    }
    return etag;
}

// The body before and after the value of its member generated_at. No text inside the JSON can look like the
// member, since a quotation mark in a text is escaped.
std::pair<std::string_view, std::string_view> without_instant(std::string_view body) {
    constexpr std::string_view kMember = "\"generated_at\":\"";
    const std::size_t member = body.find(kMember);
    if (member == std::string_view::npos) {
        return {body, {}};
    }
    const std::size_t value = member + kMember.size();
    return {body.substr(0, value), body.substr(std::min(body.find('"', value), body.size()))};
}

// The entity tag of a body, made piece by piece: hashing a long one at once would hold an event loop.
class TagOfBody {
  public:
    // `body` has to outlive it.
    explicit TagOfBody(std::string_view body)
        : parts_(without_instant(body)), context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
        is_sound_ = context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
    }

    // true: that was the last piece.
    bool take_piece() {
        std::string_view& rest = parts_.first.empty() ? parts_.second : parts_.first;
        const std::string_view piece = rest.substr(0, kPiece);
        is_sound_ = is_sound_ && EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) == 1;
        rest.remove_prefix(piece.size());
        return parts_.first.empty() && parts_.second.empty();
    }

    // Empty where it can't be made. REQUIRES: take_piece() said true.
    std::string tag() {
        unsigned char hash[EVP_MAX_MD_SIZE] = {};
        if (!is_sound_ || EVP_DigestFinal_ex(context_.get(), hash, nullptr) != 1) {
            return {};
        }
        std::string tag = "W/\"";
        boost::algorithm::hex_lower(hash, hash + kTagBytes, std::back_inserter(tag));
        return tag + '"';
    }

  private:
    static constexpr std::size_t kPiece = 4096;

    std::pair<std::string_view, std::string_view> parts_;
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
    bool is_sound_ = false;
};

bool has_header(const Response& answer, std::string_view name) {
    return std::any_of(answer.headers.begin(), answer.headers.end(),
                       [name](const auto& header) { return header.first == name; });
}

bool wants_tag(const Response& answer) {
    return answer.status == kOk && !has_header(answer, "ETag");
}

Response tagged(Response answer, std::string tag, std::string_view if_none_match) {
    if (tag.empty()) {
        return answer;
    }
    if (matches_etag(if_none_match, tag)) {
        answer.status = kNotModified;
        answer.body.clear();
        std::erase_if(answer.headers, [](const auto& header) { return header.first == "Content-Type"; });
    }
    answer.headers.emplace_back("ETag", std::move(tag));
    return answer;
}

class ConditionalTask final : public Task {
  public:
    ConditionalTask(std::unique_ptr<Task> task, std::string_view if_none_match)
        : task_(std::move(task)), if_none_match_(if_none_match) {}

    std::optional<Response> step(const Slice& slice) override {
        if (!answer_) {
            answer_ = task_->step(slice);
            if (!answer_ || !wants_tag(*answer_)) {
                return std::exchange(answer_, std::nullopt);
            }
            tag_.emplace(answer_->body);
        }
        while (!tag_->take_piece()) {
            if (slice.over()) {
                return std::nullopt;
            }
        }
        return tagged(std::move(*answer_), tag_->tag(), if_none_match_);
    }

    bool is_waiting() const noexcept override { return !answer_ && task_->is_waiting(); }

  private:
    std::unique_ptr<Task> task_;
    std::string if_none_match_;
    std::optional<Response> answer_;
    std::optional<TagOfBody> tag_;  // of the answer's body
};

}  // namespace

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
    if (trimmed(if_none_match) == "*") {
        return true;
    }
    while (const auto tag = next_of_list(if_none_match, ',')) {
        if (opaque_tag(*tag) == opaque_tag(etag)) {
            return true;
        }
    }
    return false;
}

Response conditional(Response answer, std::string_view if_none_match) {
    if (!wants_tag(answer)) {
        return answer;
    }
    TagOfBody body(answer.body);
    while (!body.take_piece()) {
    }
    std::string tag = body.tag();
    return tagged(std::move(answer), std::move(tag), if_none_match);
}

Handled conditional(Handled handled, std::string_view if_none_match) {
    if (handled.response) {
        handled.response = conditional(std::move(*handled.response), if_none_match);
    } else {
        handled.task = std::make_unique<ConditionalTask>(std::move(handled.task), if_none_match);
    }
    return handled;
}

}  // namespace agent_sessions::admin
