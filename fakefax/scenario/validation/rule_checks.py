"""Checks beyond the schema of rules: conditions, contradictions, rules never reached."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fakefax.core.decisions import OPERATION_NAMES
from fakefax.core.faults.callback_faults import CALLBACK_FAULTS
from fakefax.core.faults.fault import Fault, Value
from fakefax.core.faults.request_faults import REQUEST_FAULTS
from fakefax.core.ids import FIRST_DOCUMENT_ID
from fakefax.scenario.fields import DEFAULT_DOCUMENT_ID
from fakefax.scenario.rules.conditions import number_test, pattern_test
from fakefax.scenario.validation.problems import Path, ValueProblem, as_dict, as_list, suggestion, text_finding
from fakefax.values.durations import parse_duration, parse_range

CheckEffect = Callable[[Path, dict[str, Any]], Iterator[ValueProblem]]


def rule_findings(data: dict[str, Any]) -> Iterator[ValueProblem]:
    """Every finding in `faxes`, `requests` and `callbacks`."""
    for section, check in _EFFECTS.items():
        rules = as_list(data.get(section))
        for group in _asked_together(section, rules):
            yield from _unreachable(section, group)
        for index, rule in enumerate(map(as_dict, rules)):
            yield from _when([section, index, "when"], as_dict(rule.get("when")))
            if section == "callbacks":
                yield from callback_rule_findings([section, index], rule)
            path: Path = [section, index, "then"]
            then = rule.get("then")
            if isinstance(then, list):
                for step, effect in enumerate(then):
                    yield from check([*path, step], as_dict(effect))
                yield from _limit_in_a_list(path, then)
            else:
                yield from check(path, as_dict(then))


def document_findings(data: dict[str, Any]) -> Iterator[ValueProblem]:
    """Rules about a document that no account has. A request may ask for any; one from 100 on may be an upload."""
    known = sorted(_document_ids(data))
    for section in ("faxes", "callbacks"):
        for index, rule in enumerate(map(as_dict, as_list(data.get(section)))):
            number = as_dict(rule.get("when")).get("document_id")
            if type(number) is int and number < FIRST_DOCUMENT_ID and number not in known:
                message = f"no account has a document {number}, so this rule never matches"
                yield ValueProblem(
                    [section, index, "when", "document_id"], message + suggestion(str(number), known)
                )


def _document_ids(data: dict[str, Any]) -> Iterator[int]:
    """Of all accounts. One without documents has the default one, as has a scenario without accounts."""
    for account in map(as_dict, as_list(data.get("accounts")) or [{}]):
        for document in map(as_dict, as_list(account.get("documents", [{"id": DEFAULT_DOCUMENT_ID}]))):
            number = document.get("id")
            if type(number) is int:
                yield number


def _when(path: Path, when: dict[str, Any]) -> Iterator[ValueProblem]:
    for name in ("pages", "nth", "attempt"):
        yield from text_finding([*path, name], when.get(name), number_test)
    yield from text_finding([*path, "operation"], when.get("operation"), _known_operation)


def _known_operation(pattern: str) -> None:
    fits = pattern_test(pattern)
    if not any(fits(name) for name in OPERATION_NAMES):
        raise ValueError(f"{pattern!r} is not an operation{suggestion(pattern, sorted(OPERATION_NAMES))}")


def _asked_together(section: str, rules: list[Any]) -> Iterator[list[tuple[int, Any]]]:
    """The rules with their places, apart where they are asked at different moments."""
    placed = list(enumerate(rules))
    if section == "callbacks":
        yield [(index, rule) for index, rule in placed if of_send(rule)]
        yield [(index, rule) for index, rule in placed if not of_send(rule)]
    else:
        yield placed


def _unreachable(section: str, rules: list[tuple[int, Any]]) -> Iterator[ValueProblem]:
    """Reported once, for the rule that matches everything, because that one has to be fixed."""
    for place, (index, rule) in enumerate(rules[:-1]):
        if not isinstance(rule, dict) or "times" in rule or _is_limit(rule.get("then")):
            continue
        if rule.get("when", {}) == {}:
            after = len(rules) - 1 - place
            rest = "the rule after it never matches" if after == 1 else f"the {after} rules after it never match"
            takes = f"without `when` it takes every {_ONE[section]}"
            yield ValueProblem([section, index], f"{takes}, so {rest}; put it last")
            return


_ONE = {"faxes": "fax", "requests": "request", "callbacks": "callback"}


def _is_limit(then: object) -> bool:
    return "rate_limit" in as_dict(then)


def _limit_in_a_list(path: Path, then: list[Any]) -> Iterator[ValueProblem]:
    for step, effect in enumerate(then):
        if len(then) > 1 and _is_limit(effect):
            yield ValueProblem([*path, step, "rate_limit"], "a rate limit in a list; give it a rule of its own")


def _outcome(path: Path, outcome: dict[str, Any]) -> Iterator[ValueProblem]:
    if "msg_code" in outcome and "mix" in outcome:
        yield ValueProblem([*path, "mix"], "a mix beside a msg_code; keep one of the two")
    yield from _weights(path, outcome, "msg_code", "{ok: 90, busy: 10}")
    yield from text_finding([*path, "after"], outcome.get("after"), parse_range)


def _weights(path: Path, effect: dict[str, Any], what: str, example: str) -> Iterator[ValueProblem]:
    mix = effect.get("mix")
    if isinstance(mix, dict) and not any(isinstance(w, int | float) and w > 0 for w in mix.values()):
        yield ValueProblem([*path, "mix"], f"no {what} has a weight above 0; write for example {example}")


_INSTEAD = [name for name, fault in REQUEST_FAULTS.items() if fault.replaces]
"""Each of these says by itself what becomes of the answer."""

Clashes = Mapping[str, tuple[Sequence[str], str]]
"""The faults that exclude each other, by name, and why."""

_BODILESS = (204, 304)
"""Their answers end with the head, whatever was written for their body (RFC 9110)."""

_NEEDS_BODY = [status for status in range(200, 300) if status not in _BODILESS]


def _request_clashes() -> Clashes:
    faults = REQUEST_FAULTS.items()
    silent = [name for name, fault in faults if fault.sends_no_answer]
    settled = [name for name, fault in faults if fault.settles_commit]
    answering = [name for name, fault in faults if fault.replaces and not fault.sends_no_answer]
    clashes = {"commit": (settled, "which says itself what is carried out")}
    for name, fault in faults:
        if fault.needs_answer:
            clashes[name] = (silent, "which sends no answer")
        elif fault.sends_no_answer and not fault.replaces:
            clashes[name] = (answering, "which sends an answer")
    return clashes


def _callback_clashes() -> Clashes:
    faults = CALLBACK_FAULTS.items()
    posted = [name for name, fault in faults if fault.needs_posting]
    later = [name for name, fault in faults if fault.posts_later]
    clashes = {}
    for name, fault in faults:
        if fault.stops:
            clashes[name] = (posted, "which needs it to be posted")
        elif fault.ends_fax_at_send:
            clashes[name] = (later, "which has it posted later")
    return clashes


_REQUEST_CLASHES = _request_clashes()
_CALLBACK_CLASHES = _callback_clashes()


def _request_effect(path: Path, effect: dict[str, Any]) -> Iterator[ValueProblem]:
    given = [name for name in _INSTEAD if name in effect]
    for name in given[1:]:
        yield ValueProblem([*path, name], f"{name} beside {given[0]}; keep one of the two")
    yield from _clashes(path, effect, _REQUEST_CLASHES)
    yield from _parameters(path, effect, REQUEST_FAULTS)
    yield from _without_body(path, effect)
    if effect.get("status") in _NEEDS_BODY and "body" not in effect:
        yield ValueProblem(
            [*path, "status"], f"{effect['status']} is not an error, so it needs a body; write one beside it"
        )
    yield from _weights(path, effect, "status", "{200: 95, 500: 5}")
    for drawn in as_dict(effect.get("mix")):
        if str(drawn) != "200" and str(drawn).startswith("2"):
            yield ValueProblem(
                [*path, "mix", drawn], f"{drawn} is not an error; write 200, which is answered as usual"
            )
    yield from text_finding([*path, "rate_limit", "per"], as_dict(effect.get("rate_limit")).get("per"), _span)
    yield from _durations(path, effect, REQUEST_FAULTS)


def _without_body(path: Path, effect: dict[str, Any]) -> Iterator[ValueProblem]:
    """The faults that cannot come with a status, or with one that may be drawn."""
    answers = [str(status) for status in (effect.get("status"), *as_dict(effect.get("mix")))]
    for status in _BODILESS:
        if str(status) not in answers:
            continue
        for name, what in (("body", "no body"), ("truncate", "no body that could be cut")):
            if effect.get(name) not in (None, False, ""):
                cure = "take this out, or choose another status"
                yield ValueProblem([*path, name], f"an answer with {status} has {what}; {cure}")


def _clashes(path: Path, effect: Mapping[str, Any], clashes: Clashes) -> Iterator[ValueProblem]:
    for name, (others, why) in clashes.items():
        for other in others:
            if effect.get(name) is True and effect.get(other):
                yield ValueProblem([*path, name], f"{name} beside {other}, {why}; keep one of the two")


def _parameters(path: Path, effect: Mapping[str, Any], faults: Mapping[str, Fault]) -> Iterator[ValueProblem]:
    for name, fault in faults.items():
        of = fault.parameter_of
        if name in effect and of is not None and of not in effect:
            yield ValueProblem([*path, name], f"{name} without {of}; write one beside it, or take this out")


def _durations(path: Path, effect: Mapping[str, Any], faults: Mapping[str, Fault]) -> Iterator[ValueProblem]:
    parsers = {Value.DURATION: parse_duration, Value.DURATION_RANGE: parse_range}
    for name, fault in faults.items():
        if fault.value in parsers:
            yield from text_finding([*path, name], effect.get(name), parsers[fault.value])


def _span(text: str) -> None:
    if not parse_duration(text):
        raise ValueError(f"{text!r} is not a span of time; write for example 1m")


def _callback_effect(path: Path, effect: dict[str, Any]) -> Iterator[ValueProblem]:
    if "mix" in effect and len(effect) > 1:
        yield ValueProblem([*path, "mix"], "a mix beside other faults; keep one of the two")
    yield from _clashes(path, effect, _CALLBACK_CLASHES)
    yield from _weights(path, effect, "fault", "{deliver: 90, drop: 10}")
    yield from _parameters(path, effect, CALLBACK_FAULTS)
    yield from _durations(path, effect, CALLBACK_FAULTS)


_EFFECTS: dict[str, CheckEffect] = {
    "faxes": _outcome,
    "requests": _request_effect,
    "callbacks": _callback_effect,
}


OF_SEND = [name for name, fault in CALLBACK_FAULTS.items() if fault.of_send]
"""The faults that show in the send or in the status answer, before there is a receipt."""

BESIDE_SEND = [*OF_SEND, *(name for name, fault in CALLBACK_FAULTS.items() if fault.parameter_of in OF_SEND)]

_BY_FAX = (
    "is about an attempt, and a list with `before_reply` or `poll` goes on with each fax that is sent, "
    "not with each attempt"
)


def of_send(rule: object) -> bool:
    """Whether a rule is asked as a fax is accepted, and not when an attempt is due."""
    then = as_dict(rule).get("then")
    steps = as_list(then) if isinstance(then, list) else [then]
    return any(as_dict(step).get(name) for step in steps for name in OF_SEND)


def callback_rule_findings(path: Path, rule: dict[str, Any]) -> Iterator[ValueProblem]:
    """Conditions that no fax can fit when it is accepted."""
    if not of_send(rule):
        return
    yield from _attempts_in_a_list([*path, "then"], rule.get("then"))
    when = as_dict(rule.get("when"))
    why = "is never asked: `before_reply` and `poll` are about the send of a fax"
    if when.get("kind") == "received_fax":
        yield ValueProblem([*path, "when", "kind"], f"a rule for received faxes {why}")
    attempt = when.get("attempt")
    if isinstance(attempt, int | str) and not _takes_the_first(attempt):
        yield ValueProblem([*path, "when", "attempt"], f"a rule for later attempts {why}, which is at attempt 1")


def _attempts_in_a_list(path: Path, then: object) -> Iterator[ValueProblem]:
    """A list with a step about the send steps on with each fax, so that none of it is for successive attempts."""
    for step, effect in enumerate(as_list(then)):
        faults = as_dict(effect)
        if any(faults.get(name) for name in OF_SEND):
            continue
        for name in faults:
            if name not in BESIDE_SEND and faults[name]:
                yield ValueProblem([*path, step, name], f"{name} {_BY_FAX}; give it a rule of its own")


def _takes_the_first(condition: int | str) -> bool:
    try:
        return number_test(condition)(1)
    except ValueError:
        return True  # reported elsewhere
