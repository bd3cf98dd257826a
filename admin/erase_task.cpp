#include "admin/erase_task.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <utility>
#include <vector>

#include "admin/answer.h"
#include "admin/durable_act.h"
#include "admin/erase_request.h"
#include "admin/history_question.h"
#include "admin/problem.h"
#include "admin/scoped_accounts.h"

namespace agent_sessions::admin {
namespace {

namespace json = boost::json;
namespace history = tracker::history;

constexpr std::size_t kRandomBytes = 10;
// All that the audit tells of whom it was about, but for the pseudonym.
constexpr std::string_view kWhat = "an agent's name";

// Says nothing of the name: whoever has the one can't find the other.
std::string make_pseudonym() {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<unsigned char, kRandomBytes> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
        throw refusal_of(ErrorCode::internal_error, "There is no randomness for a pseudonym.");
    }
    std::string pseudonym = "erased-";
    for (const unsigned char byte : random) {
        pseudonym += kDigits[byte >> 4U];
        pseudonym += kDigits[byte & 0xfU];
    }
    return pseudonym;
}

// In one account, or in all of them ("*").
class Erasure {
  public:
    Erasure(tracker::Tracker tracker, std::string account, ActFacts facts)
        : tracker_(tracker), account_(std::move(account)), act_(tracker, std::move(facts)) {}

    // Recorded first, so that it is finished whatever happens to this process. true: done in memory.
    bool step(const Slice& slice) {
        if (!act_.record(0, slice.now())) {
            return false;
        }
        const ActFacts& facts = act_.facts();
        while (!cursor_.done && !slice.over()) {
            tracker_.erase_agent(cursor_, {account_, facts.agent, facts.pseudonym}, kPlacesPerLook);
        }
        return cursor_.done;
    }

    bool is_recorded() const { return act_.is_recorded(); }
    void tell_loss(Response& response) const { act_.tell_loss(response); }
    std::optional<bool> is_durable(tracker::Now now) { return act_.is_durable(now); }
    bool is_waiting() const { return act_.is_waiting(); }

  private:
    // Few enough to look at within a fraction of a slice.
    static constexpr std::uint32_t kPlacesPerLook = 32;

    tracker::Tracker tracker_;
    std::string account_;
    DurableAct act_;
    tracker::ErasureCursor cursor_;
};

class EraseTask final : public Task {
  public:
    using Known = std::shared_ptr<history::Answer<admin::Known<bool>>>;

    EraseTask(tracker::Tracker tracker, Known known, DurableAct attempt, std::vector<Erasure> erasures,
              std::string pseudonym, ProblemContext context)
        : tracker_(tracker),
          known_(std::move(known)),
          attempt_(std::move(attempt)),
          erasures_(std::move(erasures)),
          pseudonym_(std::move(pseudonym)),
          context_(std::move(context)) {}

    std::optional<Response> step(const Slice& slice) override {
        is_waiting_ = false;
        if (known_ != nullptr) {
            if (known_->state() == history::AnswerState::waiting) {
                is_waiting_ = true;
                return std::nullopt;
            }
            if (auto refused = unless_known(slice.now())) {
                return refused;
            }
            known_.reset();
        }
        for (Erasure& erasure : erasures_) {
            if (!erasure.step(slice)) {
                is_waiting_ = erasure.is_waiting();
                return std::nullopt;
            }
        }
        return answer(slice.now());
    }

    bool is_waiting() const noexcept override { return is_waiting_; }

  private:
    std::optional<Response> unless_known(tracker::Now now) {
        switch (known_->state()) {
            case history::AnswerState::busy:
                return problem_response(history_busy(), context_);
            case history::AnswerState::failed:
                return problem_response(history_unavailable(known_->error()), context_);
            default:
                break;
        }
        if (known_->result().is_known) {
            return std::nullopt;
        }
        attempt_.record_refused(kWhat, now);
        return problem_response(account_not_found(), context_);
    }

    std::optional<Response> answer(tracker::Now now) {
        const bool is_kept = std::all_of(erasures_.begin(), erasures_.end(),
                                         [](const Erasure& erasure) { return erasure.is_recorded(); });
        if (!is_kept && tracker_.history_status().state != tracker::HistoryState::none) {
            Response response = problem_response(
                refusal_of(ErrorCode::busy,
                           "Nobody could be told to take the name out of the history as well; ask again."),
                context_);
            std::for_each(erasures_.begin(), erasures_.end(),
                          [&response](const Erasure& erasure) { erasure.tell_loss(response); });
            return response;
        }
        bool durable = true;
        for (Erasure& erasure : erasures_) {
            const std::optional<bool> written = erasure.is_durable(now);
            if (!written) {
                is_waiting_ = true;
                return std::nullopt;
            }
            durable = durable && *written;
        }
        return json_response(json::object{{"pseudonym", pseudonym_}, {"durable", durable}});
    }

    tracker::Tracker tracker_;
    Known known_;
    DurableAct attempt_;  // by the caller, of whatever account
    std::vector<Erasure> erasures_;
    std::string pseudonym_;
    ProblemContext context_;
    bool is_waiting_ = false;
};

}  // namespace

std::unique_ptr<Task> make_erase_task(const Request& request, const Access& access, tracker::Tracker tracker,
                                      history::Reader* history) {
    require_admin(access, "Erasing a name");
    EraseRequest erase = parse_erase_request(request.body);
    ScopedAccounts scoped(tracker, access.scope, access.time_zone);
    EraseTask::Known known;
    if (erase.account && !scoped.narrow_in_past(*erase.account)) {
        if (history == nullptr) {
            throw account_not_found();
        }
        known = ask_history(*history, erase.account, [](history::Connection&) { return true; });
    }
    std::vector<std::string> accounts = scoped.scope_names();
    if (const std::string* const single = scoped.single()) {
        accounts = {*single};
    } else if (scoped.is_everything()) {
        accounts = {"*"};
    }
    const std::string pseudonym = make_pseudonym();
    ActFacts facts(request, access, tracker::ActKind::erase);
    facts.what = kWhat;
    DurableAct attempt(tracker, facts);
    facts.agent = std::move(erase.agent);
    facts.pseudonym = pseudonym;
    std::vector<Erasure> erasures;
    for (std::string& account : accounts) {
        facts.accounts = account + '\n';
        erasures.emplace_back(tracker, std::move(account), facts);
    }
    return std::make_unique<EraseTask>(tracker, std::move(known), std::move(attempt), std::move(erasures),
                                       pseudonym, ProblemContext(request));
}

}  // namespace agent_sessions::admin
