"""What a schema cannot say about a scenario: duplicates, contradictions, values out of reach.

Each check looks at the raw data and passes over what the schema has already found wrong, so that one reading
of a file finds all its problems.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from fakefax.core.durations import parse_duration, parse_range
from fakefax.core.money import parse_amount
from fakefax.core.urls import check_callback_url
from fakefax.scenario.problems import Problem, dotted
from fakefax.scenario.source import Path, Source

Finding = tuple[Path, str]


def semantic_problems(source: Source) -> list[Problem]:
    """Every problem beyond the schema's."""
    found = [
        Problem(place, dotted(path), f"this key stands here twice; it was first given on line {first.line}")
        for path, place, first in source.duplicate_keys()
    ]
    if isinstance(source.data, dict):
        for check in (_clock, _accounts, _pricing, _receipts, _faxes):
            for path, message in check(source.data):
                found.append(Problem(source.place(path), dotted(path), message))
    return found


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _value(path: Path, value: object, parse: Callable[[Any], object]) -> Iterator[Finding]:
    """Report what `parse` says of a value, unless the schema has rejected its type or form already."""
    try:
        parse(value)
    except ValueError as error:
        yield path, str(error)


def _clock(data: dict[str, Any]) -> Iterator[Finding]:
    start = _mapping(data.get("clock")).get("start")
    if isinstance(start, str):
        try:
            datetime.fromisoformat(start)
        except ValueError as error:
            if str(error) and "Invalid isoformat" not in str(error):
                yield ["clock", "start"], f"{start!r} is no such time: {error}"


def _accounts(data: dict[str, Any]) -> Iterator[Finding]:
    keys: dict[str, int] = {}
    for index, account in enumerate(map(_mapping, _list(data.get("accounts")))):
        path: list[str | int] = ["accounts", index]
        key = account.get("api_key")
        if isinstance(key, str):
            if key in keys:
                yield (
                    [*path, "api_key"],
                    f"{key!r} is the key of accounts[{keys[key]}] already; give each its own",
                )
            keys.setdefault(key, index)
        if isinstance(account.get("balance"), float):
            yield from _value([*path, "balance"], account["balance"], parse_amount)
        for name in ("callback_url", "received_fax_url"):
            url = account.get(name)
            if isinstance(url, str) and url.startswith("http"):
                yield from _value([*path, name], url, check_callback_url)
        yield from _documents([*path, "documents"], _list(account.get("documents")))


def _documents(path: list[str | int], documents: list[Any]) -> Iterator[Finding]:
    ids: dict[int, int] = {}
    for index, document in enumerate(documents):
        document_id = _mapping(document).get("id")
        if isinstance(document_id, int):
            if document_id in ids:
                yield (
                    [*path, index, "id"],
                    f"{document_id} is the id of {dotted([*path, ids[document_id]])} already; give each its own",
                )
            ids.setdefault(document_id, index)


def _pricing(data: dict[str, Any]) -> Iterator[Finding]:
    pricing = _mapping(data.get("pricing"))
    if isinstance(pricing.get("per_page"), float):
        yield from _value(["pricing", "per_page"], pricing["per_page"], parse_amount)
    for prefix, amount in _mapping(pricing.get("prefixes")).items():
        if isinstance(amount, float):
            yield from _value(["pricing", "prefixes", str(prefix)], amount, parse_amount)


def _receipts(data: dict[str, Any]) -> Iterator[Finding]:
    receipts = _mapping(data.get("receipts"))
    for name in ("retry_every", "expires_after"):
        yield from _duration(["receipts", name], receipts.get(name), parse_duration)
    every = receipts.get("retry_every")
    if isinstance(every, str) and every.strip("0hmsd.") == "":
        yield ["receipts", "retry_every"], f"{every!r} would retry without end at one moment; write 15m"


def _duration(path: Path, value: object, parse: Callable[[str], object]) -> Iterator[Finding]:
    """What the schema's pattern lets through and still is no duration: too long, or its ends swapped."""
    if not isinstance(value, str):
        return
    try:
        parse(value)
    except ValueError as error:
        if " is not a duration" not in str(error):
            yield path, str(error)


def _faxes(data: dict[str, Any]) -> Iterator[Finding]:
    takes_all: int | None = None
    for index, rule in enumerate(map(_mapping, _list(data.get("faxes")))):
        if takes_all is not None:
            yield (
                ["faxes", index],
                f"this rule never matches: faxes[{takes_all}] has no `when` and takes every fax; put that one last",
            )
        elif not rule.get("when") and "times" not in rule:
            takes_all = index
        then = rule.get("then")
        if isinstance(then, list):
            for step, outcome in enumerate(then):
                yield from _outcome(["faxes", index, "then", step], _mapping(outcome))
        else:
            yield from _outcome(["faxes", index, "then"], _mapping(then))


def _outcome(path: list[str | int], outcome: dict[str, Any]) -> Iterator[Finding]:
    if "msg_code" in outcome and "mix" in outcome:
        yield [*path, "mix"], "a mix beside a msg_code; keep one of the two"
    mix = outcome.get("mix")
    if isinstance(mix, dict) and not any(isinstance(w, int | float) and w > 0 for w in mix.values()):
        yield [*path, "mix"], "no msg_code has a weight above 0; write for example {ok: 90, busy: 10}"
    yield from _duration([*path, "after"], outcome.get("after"), parse_range)
