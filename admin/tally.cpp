#include "admin/tally.h"

#include <boost/json/object.hpp>

#include "admin/answer.h"

namespace agent_sessions::admin {

namespace json = boost::json;

Response tally_response(std::uint64_t ended, std::uint64_t already_gone, bool durable,
                        const DurableAct& act) {
    Response response =
        json_response(json::object{{"ended", ended}, {"already_gone", already_gone}, {"durable", durable}});
    act.tell_loss(response);
    return response;
}

}  // namespace agent_sessions::admin
