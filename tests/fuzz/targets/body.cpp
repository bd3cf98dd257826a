// The body of a request that ends sessions or erases a name.
#include "admin/erase_request.h"
#include "admin/json_body.h"
#include "admin/problem.h"
#include "admin/terminate_request.h"
#include "admin/text.h"
#include "tests/fuzz/support/input.h"
#include "tests/fuzz/support/promise.h"

namespace agent_sessions::fuzz {
namespace {

using namespace std::chrono_literals;

void check_words(const admin::TerminationWords& words) {
    for (const std::string& text : {words.reason, words.message}) {
        promise(text.size() <= admin::kMaxWordsBytes, "words are bounded");
        promise(admin::is_valid_utf8(text) && !admin::has_control_characters(text), "words are plain text");
    }
}

// Over at every look, so that a body is parsed piece by piece.
class ShortSlice final : public admin::Slice {
  public:
    bool over() const noexcept override { return true; }
    tracker::Now now() const noexcept override { return {}; }
};

template <typename Part>
void read_whole(Part& part) {
    while (!part.read(ShortSlice())) {
    }
}

template <typename Parse>
void parse(Parse parse_body) {
    try {
        parse_body();
    } catch (const admin::Refusal& refusal) {
        promise(admin::is_valid_utf8(refusal.detail), "a refusal is UTF-8");
        for (const admin::FieldError& error : refusal.errors) {
            promise(admin::is_valid_utf8(error.name) && admin::is_valid_utf8(error.detail),
                    "an error is UTF-8");
        }
    }
}

}  // namespace
}  // namespace agent_sessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace agent_sessions;
    using namespace agent_sessions::fuzz;
    const std::string_view body = Input(bytes, size).rest();
    parse([&] {
        admin::JsonBody json(body);
        read_whole(json);
        admin::TerminateRequest request = admin::parse_terminate_request(json.take());
        check_words(request.terms.words);
        promise(!request.terms.limit || (request.terms.when_finished && *request.terms.limit > 0ms),
                "a limit is one of finishing");
        if (auto* const refs = std::get_if<admin::RefList>(&request.what)) {
            read_whole(*refs);
            const std::vector<tracker::SessionKey> keys = refs->take();
            promise(!keys.empty() && keys.size() <= admin::kMaxRefs, "refs are bounded");
        }
    });
    parse([&] { check_words(admin::parse_termination_words(body)); });
    parse([&] { promise(!admin::parse_erase_request(body).agent.empty(), "an erasure has a name"); });
    return 0;
}
