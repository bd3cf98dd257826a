// Very many equal requests in a short time: HTTP/1.1 pipelining over a few connections.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace agent_sessions::e2e {

// Sends `request` (a whole request header) `count` times and gives how many answers of each status came.
// Status 0 = the connection broke. Answers need a Content-Length.
std::map<int, std::size_t> flood(int port, const std::string& request, std::size_t count);

// The same with a request made for each number from 0 on, from so many addresses of 127.0.0.0/8 in turn.
using FloodRequest = std::function<std::string(std::size_t)>;
std::map<int, std::size_t> flood(int port, const FloodRequest& request, std::size_t count,
                                 std::size_t addresses);

}  // namespace agent_sessions::e2e
