#include "admin/tally.h"

#include <boost/json/object.hpp>

#include "admin/answer.h"

namespace agent_sessions::admin {

namespace json = boost::json;

void Tally::add(Outcome outcome) {
    switch (outcome) {
        case Outcome::terminated:
            ++ended;
            break;
        case Outcome::ending:
            ++ending;
            break;
        default:
            ++already_gone;
    }
}

Response tally_response(const Tally& tally, bool durable, const DurableAct& act) {
    Response response = json_response(json::object{{"ended", tally.ended},
                                                   {"ending", tally.ending},
                                                   {"already_gone", tally.already_gone},
                                                   {"durable", durable}});
    act.tell_loss(response);
    return response;
}

Response busy_response(const DurableAct& act, const ProblemContext& context) {
    Response response = problem_response(
        refusal_of(
            ErrorCode::busy,
            "The session table stayed busy. It may have been done to some of the sessions; ask again."),
        context);
    act.tell_loss(response);
    return response;
}

}  // namespace agent_sessions::admin
