#include "tests/e2e/support/load.h"

#include <chrono>

namespace agent_sessions::e2e {
namespace {

constexpr std::size_t kFailuresKept = 10;
// Leaves the two cores something for nginx and the test.
constexpr std::chrono::microseconds kPause{500};

}  // namespace

Load::Load(std::vector<Browser> browsers) : browsers_(std::move(browsers)), failures_(browsers_.size()) {
    for (std::size_t index = 0; index < browsers_.size(); ++index) {
        threads_.emplace_back([this, index] {
            while (!stopping_) {
                click(browsers_[index], failures_[index]);
                std::this_thread::sleep_for(kPause);
            }
        });
    }
}

Load::~Load() {
    stop();
}

void Load::stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) {
        if (thread.joinable()) {
            thread.join();
        }
    }
}

void Load::click(Browser& browser, std::vector<std::string>& failures) {
    const auto before = browser.jar();
    const HttpResponse response = browser.send(navigation("/load"));
    ++requests_;
    if (response.status == 0) {
        ++broken_;
        return;
    }
    const std::string status = response.header("X-Status").value_or("");
    const bool healthy = response.status == 200 && status == "ACTIVE" && browser.jar() == before;
    if (!healthy && failures.size() < kFailuresKept) {
        failures.push_back(std::to_string(response.status) + ' ' + status + ' ' +
                           (browser.jar() == before ? "" : "with another cookie ") +
                           response.body.substr(0, 200));
    }
}

std::vector<std::string> Load::failures() const {
    std::vector<std::string> all;
    for (const auto& some : failures_) {
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

}  // namespace agent_sessions::e2e
