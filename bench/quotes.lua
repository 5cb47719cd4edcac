-- Asks for a quote of each of the first bills and writes the quotes to files, for wrk.
--
-- Environment: BENCH_TOKENS, BENCH_THREADS as in payments.lua;
--   BENCH_QUOTE_COUNT   how many bills, numbered from 1
--   BENCH_QUOTE_FOLDER  gets quotes-<thread>, `operator quote amount` a line, and done-<thread>
--
-- wrk cannot be told to stop after so many answers: whoever runs it waits for the done files.

local threads = 0

function setup(thread)
    thread:set("thread_number", threads)
    threads = threads + 1
end

local tokens, counter, share, answered, file, finished = {}, 0, 0, 0, nil, false
local folder, total = os.getenv("BENCH_QUOTE_FOLDER"), tonumber(os.getenv("BENCH_THREADS"))

function init()
    for line in io.lines(os.getenv("BENCH_TOKENS")) do
        tokens[#tokens + 1] = line
    end
    local count = tonumber(os.getenv("BENCH_QUOTE_COUNT"))
    share = math.floor((count - 1 - thread_number) / total) + 1
    file = assert(io.open(folder .. "/quotes-" .. thread_number, "w"))
end

function request()
    if counter >= share then
        return "GET /healthz HTTP/1.1\r\nHost: bench\r\n\r\n"
    end
    local bill = counter * total + thread_number + 1
    counter = counter + 1
    local body = '{"bill_id":"' .. bill .. '"}'
    return "POST /v1/bill-quotes HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer "
        .. tokens[bill % #tokens + 1]
        .. "\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function response(status, headers, body)
    local quote, bill = body:match('"quote_id":"(%d+)","bill_id":"(%d+)"')
    if status ~= 201 or not quote or finished then
        return
    end
    file:write(tonumber(bill) % #tokens + 1, " ", quote, " ",
        body:match('"amount_fen":(%d+)'), "\n")
    answered = answered + 1
    -- One request is lost: wrk asks for one that it only looks at.
    if answered >= share - 1 then
        finished = true
        file:close()
        assert(io.open(folder .. "/done-" .. thread_number, "w")):close()
    end
end
