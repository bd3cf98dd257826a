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

std::string tag_of(std::string_view body) {
    const auto [before, after] = without_instant(body);
    unsigned char hash[EVP_MAX_MD_SIZE] = {};
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), before.data(), before.size()) != 1 ||
        EVP_DigestUpdate(context.get(), after.data(), after.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), hash, nullptr) != 1) {
        return {};
    }
    std::string tag = "W/\"";
    boost::algorithm::hex_lower(hash, hash + kTagBytes, std::back_inserter(tag));
    return tag + '"';
}

bool has_header(const Response& answer, std::string_view name) {
    return std::any_of(answer.headers.begin(), answer.headers.end(),
                       [name](const auto& header) { return header.first == name; });
}

class ConditionalTask final : public Task {
  public:
    ConditionalTask(std::unique_ptr<Task> task, std::string_view if_none_match)
        : task_(std::move(task)), if_none_match_(if_none_match) {}

    std::optional<Response> step(const Slice& slice) override {
        std::optional<Response> answer = task_->step(slice);
        if (answer) {
            answer = conditional(std::move(*answer), if_none_match_);
        }
        return answer;
    }

    bool is_waiting() const noexcept override { return task_->is_waiting(); }

  private:
    std::unique_ptr<Task> task_;
    std::string if_none_match_;
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
    if (answer.status != kOk || has_header(answer, "ETag")) {
        return answer;
    }
    std::string tag = tag_of(answer.body);
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

Handled conditional(Handled handled, std::string_view if_none_match) {
    if (handled.response) {
        handled.response = conditional(std::move(*handled.response), if_none_match);
    } else {
        handled.task = std::make_unique<ConditionalTask>(std::move(handled.task), if_none_match);
    }
    return handled;
}

}  // namespace agent_sessions::admin
