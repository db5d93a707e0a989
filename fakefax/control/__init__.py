"""The API under /_fakefax that steers the fake and shows what it knows. JSON in, JSON out.

endpoint the one door of every route, over HTTP and from a client in this process
call     one request: the sandbox it means, its body, its errors; checking, browsers, what is refused
views    jobs, receipts, entries and times as JSON
clock, account, journal, faxes, incoming, pictures, rules, sandboxes, events    the handlers
routes   the one table of routes; openapi, the description made from it
"""
