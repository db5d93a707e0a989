"""The words of problems for right values, and the shortest files around one value."""

DURATION = "a duration such as 45s, 15m, 1h30m or 48h"
RANGE = f"{DURATION}, or a range such as 20s..2m"
CONDITION = 'a number or a condition such as ">20", "<=3" or "1..5"'
URL = "an http or https URL such as http://localhost:8000/faxto"
KEY = "a key of visible ASCII characters without blanks"
AMOUNT = "an amount such as 0.15, with at most 6 decimals, below 1,000,000,000"
TOP = (
    "description, seed, clock, accounts, pricing, billing, receipts, api, users, fake_data, "
    "faxes, requests, callbacks"
)
CODES = "busy, file_error, hangup, no_answer, ok, unknown"
PATTERN = 'a number pattern such as "+44*" or "*99"'
OUTCOME = "an outcome such as {msg_code: busy}, or a list of outcomes"
TIME = "a time such as 2026-01-05T09:00:00Z"


def rule(value: str) -> str:
    return f"faxes: [{{{value}}}]"


def when(value: str) -> str:
    return rule(f"then: {{}}, when: {{{value}}}")


def then(value: str) -> str:
    return rule(f"then: {value}")


def account(value: str) -> str:
    return f"accounts: [{{api_key: k, {value}}}]"
