"""Checks beyond the schema of a scenario: duplicates, contradictions, values out of reach.

Each check looks at the raw data and passes over what is of a wrong type, so that one reading of a file finds all
its problems.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from fakefax.scenario.build import parse_time
from fakefax.scenario.fake_words import check_locale
from fakefax.scenario.fields import LOCALE
from fakefax.scenario.validation.problems import (
    Path,
    Problem,
    Problems,
    ValueProblem,
    amount_finding,
    as_dict,
    as_list,
    dotted,
    text_finding,
)
from fakefax.scenario.validation.rule_checks import document_findings, rule_findings
from fakefax.scenario.validation.source import Source
from fakefax.values.durations import format_duration, parse_duration
from fakefax.values.urls import check_callback_url


def find_semantic_problems(source: Source, problems: Problems, *, whole: bool = True) -> None:
    """Add every problem beyond the schema's; of a value that it found wrong already, only what it could not see.

    A single rule that is put in at run time is not `whole`: the accounts are those that are there.
    """
    for keys, place, first in source.duplicate_keys():
        message = f"this key stands here twice, first on line {first.line}; keep one of the two"
        problems.add(keys, partial(Problem, place, dotted(keys), message))
    data = as_dict(source.data)
    checks = [_clock, _accounts, _pricing, _billing, _receipts, _users, _fake_data, rule_findings]
    for check in [*checks, document_findings] if whole else checks:
        for path, message, of_form in check(data):
            if not (of_form and problems.concern(path)):
                problems.add(path, partial(_problem, source, path, message))


def _problem(source: Source, path: Path, message: str) -> Problem:
    return Problem(source.place(path), dotted(path), message)


def _clock(data: dict[str, Any]) -> Iterator[ValueProblem]:
    yield from text_finding(["clock", "start"], as_dict(data.get("clock")).get("start"), parse_time)


def _accounts(data: dict[str, Any]) -> Iterator[ValueProblem]:
    keys: dict[str, int] = {}
    for index, account in enumerate(map(as_dict, as_list(data.get("accounts")))):
        path: Path = ["accounts", index]
        key = account.get("api_key")
        if isinstance(key, str) and keys.setdefault(key, index) != index:
            message = f"{key!r} is the key of accounts[{keys[key]}] already; give each its own"
            yield ValueProblem([*path, "api_key"], message)
        yield from amount_finding([*path, "balance"], account.get("balance"))
        for name in ("callback_url", "received_fax_url"):
            yield from text_finding([*path, name], account.get(name), check_callback_url)
        yield from _documents([*path, "documents"], as_list(account.get("documents")))
    yield from _numbers(data)


def _documents(path: Path, documents: list[Any]) -> Iterator[ValueProblem]:
    ids: dict[int, int] = {}
    for index, document in enumerate(documents):
        number = as_dict(document).get("id")
        if isinstance(number, int) and ids.setdefault(number, index) != index:
            message = f"{number} is the id of {dotted([*path, ids[number]])} already; give each its own"
            yield ValueProblem([*path, index, "id"], message)


def _numbers(data: dict[str, Any]) -> Iterator[ValueProblem]:
    """A fax number can belong to one account only."""
    owners: dict[str, Path] = {}
    for index, account in enumerate(map(as_dict, as_list(data.get("accounts")))):
        for position, number in enumerate(as_list(account.get("numbers"))):
            path: Path = ["accounts", index, "numbers", position]
            if isinstance(number, str) and owners.setdefault(number, path) != path:
                yield ValueProblem(path, f"{number} is {dotted(owners[number])} already; a number has one owner")


def _pricing(data: dict[str, Any]) -> Iterator[ValueProblem]:
    pricing = as_dict(data.get("pricing"))
    for name in ("per_page", "number"):
        yield from amount_finding(["pricing", name], pricing.get(name))
    yield from text_finding(["pricing", "number_lifetime"], pricing.get("number_lifetime"), parse_duration)
    for prefix, amount in as_dict(pricing.get("prefixes")).items():
        yield from amount_finding(["pricing", "prefixes", prefix], amount)


def _billing(data: dict[str, Any]) -> Iterator[ValueProblem]:
    window = as_dict(data.get("billing")).get("double_charge_window")
    yield from text_finding(["billing", "double_charge_window"], window, parse_duration)


def _users(data: dict[str, Any]) -> Iterator[ValueProblem]:
    yield from amount_finding(["users", "balance"], as_dict(data.get("users")).get("balance"))


def _fake_data(data: dict[str, Any]) -> Iterator[ValueProblem]:
    locale = as_dict(data.get("fake_data")).get("locale")
    if isinstance(locale, str) and re.fullmatch(LOCALE, locale):
        yield from text_finding(["fake_data", "locale"], locale, check_locale)


def _receipts(data: dict[str, Any]) -> Iterator[ValueProblem]:
    receipts = as_dict(data.get("receipts"))
    yield from text_finding(["receipts", "retry_every"], receipts.get("retry_every"), _retry_every)
    yield from text_finding(["receipts", "expires_after"], receipts.get("expires_after"), parse_duration)
    yield from _too_many_attempts(receipts)


def _retry_every(text: str) -> None:
    if parse_duration(text) == timedelta():
        raise ValueError(f"{text!r} would retry without end at one moment; write for example 15m")


MAX_ATTEMPTS = 20_000
"""Attempts that the schedule of one receipt may come to; Fax.to's own comes to 193."""


def _too_many_attempts(receipts: dict[str, Any]) -> Iterator[ValueProblem]:
    every, after = receipts.get("retry_every", "15m"), receipts.get("expires_after", "48h")
    try:
        span, expires = parse_duration(every), parse_duration(after)
    except (ValueError, TypeError, AttributeError):
        return  # reported already
    if span and expires // span >= MAX_ATTEMPTS:
        comes_to = (
            f"{every} for {after} comes to {expires // span + 1:,} attempts at each receipt, above {MAX_ATTEMPTS:,}"
        )
        least = format_duration(timedelta(seconds=-(-expires.total_seconds() // MAX_ATTEMPTS) + 1))
        yield ValueProblem(
            ["receipts", "retry_every"], f"{comes_to}; write {least} or more, or a shorter expires_after"
        )
