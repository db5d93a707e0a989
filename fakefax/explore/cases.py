"""One fault at one point: the rule that brings it about, its name, which fit, and which of them are needless."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from fakefax.client.sandboxes import Section
from fakefax.core.faults.callback_faults import CALLBACK_FAULTS
from fakefax.core.faults.fault import FaultGroup
from fakefax.core.faults.table import TABLE, ReadyFault
from fakefax.explore.points import SEND, WRITING, Point, PointKind
from fakefax.values.suggestions import did_you_mean

RUNNING = 600
"""The rate of a run whose reply is held back in simulated time: on a paused clock it would never come."""

ONLY_OF = {
    "not_enough_balance": {SEND, "provision", "provision_numbers"},
    "invalid_number": {SEND, "fax_costs"},
    "unknown_document": {
        *(SEND, "fax_costs", "delete_file", "clean_file", "generate_preview", "preview_picture"),
    },
}
"""Refusals that Fax.to gives to these operations only. The others, such as 401, fit every request."""

TIMES = "\N{MULTIPLICATION SIGN}"

SHOW_STATUS = {"fax_status", "fax_history"}


class WrongName(ValueError):
    """A name that is not a fault at a point of this run."""


class Case(NamedTuple):
    """A fault of the table at a point. `rule` brings it about once, in a fresh sandbox."""

    point: Point
    row: ReadyFault

    @property
    def name(self) -> str:
        """send_fax#2:lose_reply=after_commit."""
        return f"{self.point.name}:{spelled(self.row)}"

    @property
    def happened(self) -> str:
        """Its effect, as a sentence without its full stop."""
        return self.row.happened.format(point=self.point.phrase, work=self.point.work)

    @property
    def rate(self) -> float | None:
        """The rate that the sandbox needs for it; None for none in particular."""
        return RUNNING if self.row.group is FaultGroup.REQUEST and "delay" in _first(self.row.then) else None

    @property
    def rule(self) -> tuple[Section, dict[str, Any]]:
        """The section of the rule, and the rule."""
        point, then = self.point, _first(self.row.then)
        if point.place is PointKind.FAX:
            return "faxes", {"when": {"nth": point.nth}, "then": then, "times": 1}
        if point.place is PointKind.REQUEST:
            when: dict[str, Any] = {"operation": point.operation}
            if "rate_limit" in then:
                return "requests", {"when": when, "then": {"rate_limit": {"count": max(1, point.nth - 1)}}}
            return "requests", {"when": {**when, "nth": point.nth}, "then": then, "times": 1}
        kind = {"kind": "receipt" if point.place is PointKind.RECEIPT else "received_fax"}
        if _is_of_send(self.row):
            return "callbacks", {"when": {"nth": point.fax}, "then": then, "times": 1}
        if self.row.name == "drop":
            order = {"fax_number": point.fax_number, "document_id": point.document_id} if point.fax else {}
            return "callbacks", {"when": {**kind, **order, "attempt": f">={point.attempt}"}, "then": then}
        return "callbacks", {"when": {**kind, "nth": point.nth}, "then": then, "times": 1}


def _first(then: Any) -> Mapping[str, Any]:
    first: Mapping[str, Any] = then[0] if isinstance(then, list) else then
    return first


def _is_of_send(row: ReadyFault) -> bool:
    return row.group is FaultGroup.CALLBACK and CALLBACK_FAULTS[row.key].of_send


@cache
def _spellings() -> dict[tuple[FaultGroup, str], str]:
    """The names of the rows by what is written for them: `lose_reply=after_commit`, `reset`, or the row's name."""
    found: dict[tuple[FaultGroup, str], str] = {}
    for row in sorted(TABLE.values(), key=lambda row: row.name != row.key):
        short = _short(row)
        found.setdefault((row.group, short), row.name)
        found.setdefault((row.group, row.name), row.name)
    return found


def _short(row: ReadyFault) -> str:
    if isinstance(row.then, list) or len(row.then) != 1:
        return row.name
    ((key, value),) = row.then.items()
    if value is True:
        return str(key)
    return f"{key}={value}" if isinstance(value, str | int) else row.name


def spelled(row: ReadyFault) -> str:
    """A row as it is written in the name of a case."""
    short = _short(row)
    return short if _spellings()[row.group, short] == row.name else row.name


def fitting(point: Point) -> list[Case]:
    """The faults of the table that can happen at a point, in the table's order."""
    return [Case(point, row) for row in TABLE.values() if _fits(point, row)]


def _fits(point: Point, row: ReadyFault) -> bool:
    if point.place is PointKind.FAX:
        return row.group is FaultGroup.ENDS
    if point.place is PointKind.REQUEST:
        operations = ONLY_OF.get(str(row.example)) if row.key == "refuse" else None
        return row.group is FaultGroup.REQUEST and (operations is None or point.operation in operations)
    if row.group is not FaultGroup.CALLBACK:
        return False
    return not _is_of_send(row) or (point.place is PointKind.RECEIPT and point.attempt == 1)


def needless(case: Case, points: Iterable[Point], ended: Mapping[int, str]) -> str | None:
    """Why a run under this fault would show nothing that another one does not; None when it is worth its time.

    `ended` has how each fax of the plain run ended.
    """
    point, row = case.point, case.row
    if point.alike:
        return "the point is like the ones before and after it"
    if row.name in ("status_500_once", "busy_once"):
        return "one failure, then none: the same as the fault without `once`"
    if row.name == "rate_limit" and point.nth == 1:
        return "a limit that the first request is beyond: the same as refuse=rate_limited"
    if row.name == "lose_reply_after_commit" and point.operation not in WRITING:
        return "it changes nothing: the same as lose_reply=before_commit"
    if row.key == "real_delay":
        return "the same as delay=1m, but each run would wait for a real second"
    if row.group is FaultGroup.ENDS and ended.get(point.nth) == row.example:
        return "the fax ends so anyway"
    if row.key == "poll" and not any(each.operation in SHOW_STATUS for each in points):
        return "the program never asks for the status"
    return None


def find_case(name: str, points: Sequence[Point]) -> Case:
    """The case of this name. Raises WrongName, with what there is."""
    where, colon, what = name.partition(":")
    if not colon:
        raise WrongName(f"{name!r} is not POINT:FAULT, such as send_fax#1:lose_reply=after_commit")
    point = next((point for point in points if point.name == where), None)
    if point is None:
        names = [point.name for point in points]
        raise WrongName(f"{name!r}: the run has no point {where!r}; it has: {', '.join(names) or 'none'}")
    fits = fitting(point)
    chosen = {_spellings().get((row.group, what)) for row in TABLE.values()} - {None}
    for case in fits:
        if case.row.name in chosen:
            return case
    known = [spelled(case.row) for case in fits]
    meant = did_you_mean(what, known)
    raise WrongName(f"{name!r}: {what!r} does not fit {where}{meant}; these do: {', '.join(known)}")


def budget(cases: Sequence[Case]) -> str:
    """The runs to make: how many points, times how many faults each; "1 fax x 7 ends: 7 runs"."""
    faults = Counter(case.point for case in cases)
    groups = Counter((point.place, count) for point, count in faults.items())
    parts = [
        f"{points} {_NOUNS[place][points != 1]} {TIMES} {count}{' ends' if place is PointKind.FAX else ''}"
        for (place, count), points in sorted(groups.items(), key=lambda group: _ORDER.index(group[0][0]))
    ]
    return f"{', '.join(parts) or 'no points'}: {len(cases)} run{'' if len(cases) == 1 else 's'}"


_ORDER = tuple(PointKind)
_NOUNS = {
    PointKind.REQUEST: ("request", "requests"),
    PointKind.RECEIPT: ("receipt", "receipts"),
    PointKind.RECEIVED: ("received fax", "received faxes"),
    PointKind.FAX: ("fax", "faxes"),
}
