-- wrk -s vary.lua URL -- REQUEST: sends the request, a different number in place of NNNNNNN each time.
local before, after, count = "", "", 0

function init(args)
  local from, to = args[1]:find("NNNNNNN", 1, true)
  before, after = args[1]:sub(1, from - 1), args[1]:sub(to + 1)
  count = tonumber(args[2])
end

function request()
  count = count + 1
  return before .. string.format("%07d", count % 10000000) .. after
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %f, "errors": %d, "p50_ms": %f, "p99_ms": %f}\n',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
