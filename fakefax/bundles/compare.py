"""How a replay is compared: the journal to the byte, or with another endpoint its answers and the findings."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import groupby
from typing import Any, NamedTuple

from fakefax.bundles.injected import Bundle
from fakefax.bundles.journals import first_difference
from fakefax.bundles.replay import Replayed
from fakefax.values.urls import masked_urls

UNREACHABLE = "cannot connect"
SENT = ("double_charge", "malformed")
"""Findings about what a program sends: no answer of an endpoint changes them."""


class ReplayEnd(StrEnum):
    """How the replay of one bundle has ended."""

    SAME = "SAME"
    DIFFERS = "DIFFERS"
    FIXED = "FIXED"
    FAILED = "FAILED"
    ERROR = "ERROR"

    @property
    def status(self) -> int:
        """The exit status."""
        return {ReplayEnd.SAME: 0, ReplayEnd.FIXED: 0, ReplayEnd.DIFFERS: 1, ReplayEnd.FAILED: 1}.get(self, 2)


class Line(NamedTuple):
    """One thing that was compared: `=` the same, `~` changed, `x` a finding that is there, `!` a note."""

    mark: str
    text: str


class Comparison(NamedTuple):
    """The replay of one bundle: how it ended, in a sentence, and what was compared."""

    result: ReplayEnd
    reason: str
    lines: list[Line]


def compare_journals(then: Bundle, replayed: Replayed, *, times: bool) -> Comparison:
    """A replay with the answers of its own endpoint."""
    entries = len(then["outcome"]["journal"])
    difference = first_difference(then, replayed.bundle, times=times)
    lines = [Line("!", note) for note in replayed.notes]
    if difference is not None:
        return Comparison(ReplayEnd.DIFFERS, difference, lines)
    how = "to the byte" if times else "but for times: its clock flowed by itself"
    lines.append(Line("=", f"the same journal, {how}: {entries:,} {'entry' if entries == 1 else 'entries'}"))
    lines += [Line("x", finding["message"]) for finding in findings_of(replayed.bundle)]
    return Comparison(ReplayEnd.SAME, "it has run again as it did", lines)


def compare_answers(
    then: Bundle, replayed: Replayed, parts: Iterable[str], url: str, received_url: str | None = None
) -> Comparison:
    """A replay with another endpoint. `parts` are those of the verdict that are judged.

    Received faxes went to `received_url`, or to `url` too.
    """
    now, judged = replayed.bundle, frozenset(parts)
    lines = [Line("!", note) for note in replayed.notes]
    before, after = _answers(then), _answers(now)
    lines += _folded(before, after)
    earlier = {_about(finding) for finding in findings_of(then)}
    left = [_at(finding, url, received_url or url) for finding in findings_of(now)]
    lines += [Line("x", _sentence(finding, known=_about(finding) in earlier)) for finding in left]
    failed = [finding for finding in left if finding["part"] in judged]
    if after and all(answer.startswith(UNREACHABLE) for answer in after.values()):
        return Comparison(
            ReplayEnd.ERROR, f"nothing answers at {masked_urls(url)}: {next(iter(after.values()))}", lines
        )
    if failed:
        return Comparison(
            ReplayEnd.FAILED, f"{_counted(len(failed), 'finding')} of {len(earlier)} still there", lines
        )
    had = [finding for finding in findings_of(then) if finding["part"] in judged]
    if had:
        return Comparison(ReplayEnd.FIXED, f"{_counted(len(had), 'finding')} no longer there", lines)
    changed = any(line.mark == "~" for line in lines)
    what = "the answers have changed" if changed else "the answers are the same"
    return Comparison(ReplayEnd.SAME, f"{what}; there was no finding before, and there is none now", lines)


def findings_of(bundle: Bundle) -> list[dict[str, Any]]:
    """The findings of a verdict."""
    findings: list[dict[str, Any]] = bundle["outcome"]["verdict"]["findings"]
    return findings


def _about(finding: Mapping[str, Any]) -> tuple[object, ...]:
    """The identity of a finding, regardless of how often it was tried."""
    return finding["part"], finding["fax_job_id"]


def _at(finding: dict[str, Any], url: str, received_url: str) -> dict[str, Any]:
    """A finding that names the endpoint that was asked. The sandbox knows that of its own run only."""
    then = finding["url"]
    if then is None:
        return finding
    asked = masked_urls(url if finding["fax_job_id"] is not None else received_url)
    return {**finding, "message": finding["message"].replace(then, asked), "url": asked}


def _sentence(finding: Mapping[str, Any], *, known: bool) -> str:
    still = "" if known else "new: "
    only = " (the requests are those of the bundle; only a run of the program can mend it)"
    return f"{still}{finding['message']}{only if finding['part'] in SENT else ''}"


Key = tuple[str, int, int]
"""A callback by its type, the number of its fax, and the number of the attempt."""


def _answers(bundle: Bundle) -> dict[Key, str]:
    """The answer to each attempt, in the order of their times."""
    found: list[tuple[str, Key, str]] = []
    for name, field, list_name in (
        ("the receipt of fax", "fax_job_id", "faxes"),
        ("the callback of received fax", "incoming_fax_id", "incoming_faxes"),
    ):
        for fax in bundle["outcome"][list_name]:
            for attempt in fax["attempts"]:
                status = attempt["status_code"]
                answer = str(status) if status is not None else str(attempt["failure"])
                found.append((attempt["at"], (name, fax[field], attempt["attempt"]), answer))
    return {key: answer for _, key, answer in sorted(found, key=lambda each: (each[0], each[1]))}


def _folded(before: Mapping[Key, str], after: Mapping[Key, str]) -> Iterator[Line]:
    """A line for each attempt, or for neighbours of one callback with which it went alike."""
    keys = list(dict.fromkeys([*before, *after]))
    keys.sort(key=lambda key: (key[1], key[0], key[2]))

    def alike(key: Key) -> tuple[str, int, str | None, str | None]:
        return key[0], key[1], before.get(key), after.get(key)

    for (name, number, was, is_), run in groupby(keys, alike):
        attempts = [key[2] for key in run]
        which = f"attempt {attempts[0]}" if len(attempts) == 1 else f"attempts {attempts[0]} to {attempts[-1]}"
        place = f"{name} {number}, {which}"
        if was == is_:
            yield Line("=", f"{place}: {was}")
        elif is_ is None:
            yield Line("~", f"{place}: {was} then, not needed now")
        elif was is None:
            yield Line("~", f"{place}: not needed then, {is_} now")
        else:
            yield Line("~", f"{place}: {was} then, {is_} now")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
