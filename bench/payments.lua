-- Distinct bill payments over the sessions of many operators, for wrk.
--
-- Environment:
--   BENCH_TOKENS   file with one session token a line
--   BENCH_THREADS  how many threads wrk has
--   BENCH_KEYS     time (default), terminal or random: how idempotency keys follow each other
--   BENCH_QUOTES   file of quotes to pay, `operator quote amount` a line; without it, blind bills
--   BENCH_RUN      a number that tells this run's keys and accounts from those of other runs

local ffi = require("ffi")
ffi.cdef([[
    typedef struct { long seconds; long nanoseconds; } bench_instant;
    int clock_gettime(int clock, bench_instant *now);
]])

local spawned = {}

function setup(thread)
    thread:set("thread_number", #spawned)
    thread:set("thread_total", tonumber(os.getenv("BENCH_THREADS")))
    spawned[#spawned + 1] = thread
end

local function lines_of(path)
    local lines = {}
    for line in io.lines(path) do
        lines[#lines + 1] = line
    end
    return lines
end

local tokens, keys, run, quotes, counter
local instant = ffi.new("bench_instant")

function init()
    tokens = lines_of(os.getenv("BENCH_TOKENS"))
    keys = os.getenv("BENCH_KEYS") or "time"
    run = tonumber(os.getenv("BENCH_RUN")) or 0
    counter = 0
    ran_out = false
    if os.getenv("BENCH_QUOTES") then
        quotes = lines_of(os.getenv("BENCH_QUOTES"))
    end
    math.randomseed(run * 64 + thread_number)
end

-- The key of a time-ordered id, of a terminal's own counter, or of no order at all.
local function key(operator)
    if keys == "terminal" then
        return string.format("T%04d-%02x-%08x-%d", operator, run, counter, thread_number)
    elseif keys == "random" then
        return string.format("%08x%08x%02x%08x", math.random(0, 2147483647),
            math.random(0, 2147483647), thread_number, counter)
    end
    ffi.C.clock_gettime(0, instant)
    local microseconds = tonumber(instant.seconds) % 0x40000000 * 1000000
        + math.floor(tonumber(instant.nanoseconds) / 1000)
    return string.format("%06x%08x-%06x-%x", math.floor(microseconds / 0x100000000),
        microseconds % 0x100000000, counter % 0x1000000, thread_number)
end

local function post(operator, body)
    return "POST /v1/bill-payments HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer "
        .. tokens[operator] .. "\r\nIdempotency-Key: " .. key(operator)
        .. "\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function request()
    local number = counter * thread_total + thread_number
    counter = counter + 1
    if quotes then
        local quote = quotes[number + 1]
        if not quote then
            ran_out = true
            quote = quotes[1]
        end
        local operator, id, amount = quote:match("^(%d+) (%d+) (%d+)$")
        return post(tonumber(operator),
            '{"quote_id":"' .. id .. '","amount_fen":' .. amount .. "}")
    end
    return post(number % #tokens + 1, string.format(
        '{"product_id":"%s","account_number":"%02d%09d","amount_fen":%d}',
        number % 2 == 0 and "MOBILE" or "TELECOM", run % 100, number, 1000 + number % 49000))
end

function done(summary, latency)
    local exhausted = false
    for _, thread in ipairs(spawned) do
        exhausted = exhausted or thread:get("ran_out")
    end
    local errors = summary.errors
    io.write(string.format(
        'RESULT {"requests": %d, "duration_us": %d, "p50_us": %d, "p99_us": %d, "max_us": %d, '
            .. '"connect_errors": %d, "read_errors": %d, "write_errors": %d, '
            .. '"status_errors": %d, "timeouts": %d, "ran_out": %s}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        latency.max, errors.connect, errors.read, errors.write, errors.status, errors.timeout,
        tostring(exhausted)))
end
