"""What a schema cannot say about a scenario: duplicates, contradictions, values out of reach.

Each check looks at the raw data and passes over what is of a wrong type, so that one reading of a file finds all
its problems.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from fakefax.core.durations import parse_duration, parse_range
from fakefax.core.money import parse_amount
from fakefax.core.urls import check_callback_url
from fakefax.scenario.build import parse_time
from fakefax.scenario.conditions import number_test
from fakefax.scenario.problems import Problem, dotted
from fakefax.scenario.source import Path, Source


class Finding(NamedTuple):
    """What is wrong with the value at a path. `of_form` when the schema may have said so in other words."""

    path: Path
    message: str
    of_form: bool = False


def semantic_problems(source: Source, rejected: Collection[str]) -> list[Problem]:
    """Every problem beyond the schema's; `rejected` has the paths of the values that it found wrong."""
    found = [
        Problem(place, dotted(path), f"this key stands here twice, first on line {first.line}; keep one of the two")
        for path, place, first in source.duplicate_keys()
    ]
    data = _mapping(source.data)
    for check in (_clock, _accounts, _pricing, _receipts, _faxes):
        for path, message, of_form in check(data):
            if not (of_form and dotted(path) in rejected):
                found.append(Problem(source.place(path), dotted(path), message))
    return found


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(path: Path, value: object, parse: Callable[[str], object]) -> Iterator[Finding]:
    """What `parse` says of a text."""
    if isinstance(value, str):
        yield from _form(path, value, parse)


def _amount(path: Path, value: object) -> Iterator[Finding]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _form(path, value, parse_amount)


def _form(path: Path, value: Any, parse: Callable[[Any], object]) -> Iterator[Finding]:
    try:
        parse(value)
    except ValueError as error:
        yield Finding(path, str(error), of_form=True)


def _clock(data: dict[str, Any]) -> Iterator[Finding]:
    yield from _text(["clock", "start"], _mapping(data.get("clock")).get("start"), parse_time)


def _accounts(data: dict[str, Any]) -> Iterator[Finding]:
    keys: dict[str, int] = {}
    for index, account in enumerate(map(_mapping, _list(data.get("accounts")))):
        path: Path = ["accounts", index]
        key = account.get("api_key")
        if isinstance(key, str) and keys.setdefault(key, index) != index:
            message = f"{key!r} is the key of accounts[{keys[key]}] already; give each its own"
            yield Finding([*path, "api_key"], message)
        yield from _amount([*path, "balance"], account.get("balance"))
        for name in ("callback_url", "received_fax_url"):
            yield from _text([*path, name], account.get(name), check_callback_url)
        yield from _documents([*path, "documents"], _list(account.get("documents")))


def _documents(path: Path, documents: list[Any]) -> Iterator[Finding]:
    ids: dict[int, int] = {}
    for index, document in enumerate(documents):
        number = _mapping(document).get("id")
        if isinstance(number, int) and ids.setdefault(number, index) != index:
            message = f"{number} is the id of {dotted([*path, ids[number]])} already; give each its own"
            yield Finding([*path, index, "id"], message)


def _pricing(data: dict[str, Any]) -> Iterator[Finding]:
    pricing = _mapping(data.get("pricing"))
    yield from _amount(["pricing", "per_page"], pricing.get("per_page"))
    for prefix, amount in _mapping(pricing.get("prefixes")).items():
        yield from _amount(["pricing", "prefixes", prefix], amount)


def _receipts(data: dict[str, Any]) -> Iterator[Finding]:
    receipts = _mapping(data.get("receipts"))
    yield from _text(["receipts", "retry_every"], receipts.get("retry_every"), _retry_every)
    yield from _text(["receipts", "expires_after"], receipts.get("expires_after"), parse_duration)


def _retry_every(text: str) -> None:
    if parse_duration(text) == timedelta():
        raise ValueError(f"{text!r} would retry without end at one moment; write for example 15m")


def _faxes(data: dict[str, Any]) -> Iterator[Finding]:
    rules = _list(data.get("faxes"))
    yield from _unreachable(rules)
    for index, rule in enumerate(map(_mapping, rules)):
        when = _mapping(rule.get("when"))
        for name in ("pages", "nth"):
            yield from _text(["faxes", index, "when", name], when.get(name), number_test)
        then = rule.get("then")
        path: Path = ["faxes", index, "then"]
        if isinstance(then, list):
            for step, outcome in enumerate(then):
                yield from _outcome([*path, step], _mapping(outcome))
        else:
            yield from _outcome(path, _mapping(then))


def _unreachable(rules: list[Any]) -> Iterator[Finding]:
    """Said once, of the rule that takes every fax, since that is the one to mend."""
    for index, rule in enumerate(rules[:-1]):
        if isinstance(rule, dict) and rule.get("when", {}) == {} and "times" not in rule:
            after = len(rules) - 1 - index
            rest = "the rule after it never matches" if after == 1 else f"the {after} rules after it never match"
            yield Finding(["faxes", index], f"without `when` it takes every fax, so {rest}; put it last")
            return


def _outcome(path: Path, outcome: dict[str, Any]) -> Iterator[Finding]:
    if "msg_code" in outcome and "mix" in outcome:
        yield Finding([*path, "mix"], "a mix beside a msg_code; keep one of the two")
    mix = outcome.get("mix")
    if isinstance(mix, dict) and not any(isinstance(w, int | float) and w > 0 for w in mix.values()):
        yield Finding([*path, "mix"], "no msg_code has a weight above 0; write for example {ok: 90, busy: 10}")
    yield from _text([*path, "after"], outcome.get("after"), parse_range)
