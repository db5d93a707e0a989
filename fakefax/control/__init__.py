"""The API under /_fakefax that steers the fake and shows what it knows. JSON in, JSON out.

call     one request: the sandbox it means, its body, its errors
views    jobs, receipts, entries and times as JSON
clock, account, faxes, incoming, books, rules, scenarios, world, worlds, wait    the handlers
routes   the one table of routes
"""
