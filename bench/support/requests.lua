-- What wrk sends: one request after the other, with a cookie of a file, at random or each once.
--
-- Arguments: FILE COUNT ORDER SEED-OR-FIRST HEADERS. FILE has COUNT cookies of equal length, one a line; "-" = none. ORDER is
-- "random" or "sequence". HEADERS: further lines, "|" between them. At the end one line of JSON is printed.

local cookies, length, count, order, number
local before, after

local thread_of_run

function setup(thread)
    thread_of_run = thread
end

function init(args)
    count, order, number = tonumber(args[2]), args[3], tonumber(args[4])
    local lines = "GET " .. wrk.path .. " HTTP/1.1\r\nHost: bench.test\r\n"
    for header in string.gmatch(args[5] or "", "[^|]+") do
        lines = lines .. header .. "\r\n"
    end
    sent = 0
    if args[1] == "-" then
        before, after = lines .. "\r\n", ""
        return
    end
    local file = assert(io.open(args[1], "rb"))
    cookies = file:read("*a")
    file:close()
    length = string.find(cookies, "\n", 1, true)
    before, after = lines .. "Cookie: agent_session=", "\r\n\r\n"
    if order == "random" then
        math.randomseed(number)
    end
end

function request()
    sent = sent + 1
    if not cookies then
        return before
    end
    local index
    if order == "random" then
        index = math.random(0, count - 1)
    else
        index = number % count
        number = number + 1
    end
    local start = index * length
    return before .. string.sub(cookies, start + 1, start + length - 1) .. after
end

function done(summary, latency)
    io.write(string.format(
        '{"requests":%d,"microseconds":%d,"p50_us":%d,"p99_us":%d,"refused":%d,"failed":%d,"sent":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status,
        summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
        tonumber(thread_of_run:get("sent"))))
end
