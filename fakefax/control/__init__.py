"""The API under /_fakefax that steers the fake and shows what it knows. JSON in, JSON out.

call     one request: the sandbox it means, its body, its errors; wrong_value, browsers, what is refused
views    jobs, receipts, entries and times as JSON
clock, account, faxes, incoming, books, rules, scenarios, server_info, sandboxes, verdict, wait    the handlers
routes   the one table of routes; openapi, json_schema, the description made from it
"""
