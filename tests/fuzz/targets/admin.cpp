// The one door of the admin endpoint. Input, with whatever in place of each piece:
//
//   METHOD PATH?QUERY
//   NAME: VALUE          Content-Type, Host, Origin, Sec-Fetch-Site, Accept, Accept-Encoding, If-None-Match;
//                        Role, Accounts and Time-Zone of the caller, admin, * and none where they are left
//                        out
//
//   BODY
#include <memory>
#include <string>

#include "admin/handle.h"
#include "admin/text.h"
#include "tests/fuzz/support/input.h"
#include "tests/fuzz/support/promise.h"
#include "tests/support/memory_segment.h"
#include "tests/support/temporary_directory.h"
#include "tracker/history/reader.h"
#include "tracker/history/schema.h"

namespace agent_sessions::fuzz {
namespace {

using namespace std::chrono_literals;
using testing::MemorySegment;

class Slice final : public admin::Slice {
  public:
    explicit Slice(tracker::Now now) : now_(now) {}
    bool over() const noexcept override { return ++looks_ % 8 == 0; }
    tracker::Now now() const noexcept override { return now_; }

  private:
    tracker::Now now_;
    mutable int looks_ = 0;
};

// A history that some sessions are in, and the thread that reads it; made once.
class History {
  public:
    History() {
        using namespace tracker::history;
        const std::string path = directory_.path() / "floor.db";
        Connection connection = open_for_writing(path, 1s);
        connection.execute(R"sql(
INSERT INTO state (id, segment, epoch, last_sequence) VALUES (1, x'00', 1, 9);
INSERT INTO account VALUES (1, '*', 'UTC', 1772000000000), (2, 'alpha', 'Europe/Berlin', 1772000000000);
INSERT INTO license VALUES (2, 1772000000000, 20);
INSERT INTO peak VALUES (1, 1969000, 2, 1772100000000, 3, 1, 0), (2, 1969000, 2, 1772100000000, 3, 1, 0);
INSERT INTO session (key, account, agent, started, began_at, began_sequence, last_seen, ended_at, ended_sequence,
    reason, ended_by, idle, absolute, instance, expires)
VALUES (x'00112233445566778899aabbccddeeff', 2, 'ada', 1772100000000, 1772100000000, 1, 1772101000000,
    1772101000000, 4, 1, 'root', 1800, 43200, 1800, 1772143200000),
    (x'10112233445566778899aabbccddeeff', 2, NULL, 1772100000000, 1772100000000, 2, NULL, NULL, NULL, NULL, NULL,
    1800, 43200, 1800, 1772143200000);
INSERT INTO audit VALUES (1, 1772101000000, 'root', 'admin', '192.0.2.1', 'terminate', 'alpha' || char(10), 'a ref',
    NULL, 'why', 'words', 1, 'done');
)sql");
        reader_ = std::make_unique<Reader>(path);
    }
    tracker::history::Reader* reader() { return reader_.get(); }

  private:
    testing::TemporaryDirectory directory_;
    std::unique_ptr<tracker::history::Reader> reader_;
};

void begin_sessions(tracker::Tracker tracker, tracker::Now now) {
    std::uint64_t number = 0;
    for (const std::string_view agent : {"ada", "", "Guest", "zo\xc3\xab"}) {
        for (const std::string_view account : {"alpha", "beta"}) {
            tracker::BeginRequest request;
            request.key = {++number << 56, number};
            request.started = now.wall - tracker::Millis{1000 * static_cast<std::int64_t>(number)};
            request.account = account;
            request.agent = agent;
            request.label = "north";
            request.address = "192.0.2.1";
            request.confirmed = true;
            const tracker::Begun begun = tracker.begin(request, now);
            tracker.open_instance(begun.handle, "invoice", "", now);
        }
    }
}

admin::Request read_request(Input& input) {
    admin::Request request;
    std::string_view line = input.line();
    request.method = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(line.size(), request.method.size() + 1));
    request.path = line.substr(0, line.find('?'));
    request.query = line.substr(std::min(line.size(), request.path.size() + 1));
    request.caller = {"root", "admin", "*", true, ""};
    for (line = input.line(); !line.empty(); line = input.line()) {
        const std::string_view name = line.substr(0, line.find(": "));
        const std::string_view value = line.substr(std::min(line.size(), name.size() + 2));
        if (name == "Content-Type") {
            request.content_type = value;
        } else if (name == "Host") {
            request.host = value;
        } else if (name == "Origin") {
            request.origin = value;
        } else if (name == "Sec-Fetch-Site") {
            request.sec_fetch_site = value;
        } else if (name == "Accept") {
            request.accept = value;
        } else if (name == "Accept-Encoding") {
            request.accept_encoding = value;
        } else if (name == "If-None-Match") {
            request.if_none_match = value;
        } else if (name == "Role") {
            request.caller.role = value;
        } else if (name == "Accounts") {
            request.caller.accounts = value;
        } else if (name == "Time-Zone") {
            request.caller.time_zone = value;
        }
    }
    request.body = input.rest();
    request.address = "198.51.100.7";
    request.request_id = "0123abcd";
    return request;
}

void check(const admin::Response& response, bool is_head) {
    promise(response.status >= 200 && response.status < 600, "an answer has a status");
    promise(response.status != 500, "nobody's input is our fault");
    for (const auto& [name, value] : response.headers) {
        promise(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
                "a header is one line");
    }
    promise(response.log.find('\n') == std::string::npos, "a log line is one line");
    const bool is_text = std::none_of(response.headers.begin(), response.headers.end(),
                                      [](const auto& header) { return header.first == "Content-Encoding"; });
    promise(is_head || !is_text || admin::is_valid_utf8(response.body), "an answer is UTF-8");
}

}  // namespace
}  // namespace agent_sessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace agent_sessions;
    using namespace agent_sessions::fuzz;
    static History history;
    const MemorySegment segment;
    const tracker::Now now = MemorySegment::start();
    tracker::Tracker tracker = segment.tracker();
    begin_sessions(tracker, now);
    Input input(bytes, size);
    admin::Request request = read_request(input);
    request.now = now;
    const bool is_head = request.method == "HEAD";
    admin::Handled handled = admin::handle(request, tracker, history.reader());
    // What waits for a disk is told after two seconds that there is none.
    for (tracker::Now later = now; !handled.response;
         later.wall += tracker::Millis{1}, later.boot += tracker::Millis{1}) {
        handled.response = handled.task->step(Slice(later));
        promise(later.boot - now.boot < std::chrono::seconds{60}, "a task comes to an end");
        if (!handled.response && handled.task->is_waiting()) {
            std::this_thread::sleep_for(std::chrono::microseconds{20});
        }
    }
    check(*handled.response, is_head);
    promise(tracker.validate().empty(), "the table stays sound");
    return 0;
}
