"""The points of a run: every place where the program and Fax.to met, read from the journal."""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from fakefax.schemas import JournalEntry

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")

SEND = "send_fax"

WRITING = {
    *(SEND, "upload_file", "delete_file", "register", "make_subuser", "provision", "provision_numbers"),
}
"""Operations that change something, so that it matters whether a lost reply came before or after."""


class PointKind(StrEnum):
    """The kinds of points."""

    REQUEST = "request"
    RECEIPT = "receipt"
    RECEIVED = "received"
    FAX = "fax"


class Point(NamedTuple):
    """The `nth` of its kind in a run, counted from 1, at entry `seq` of the journal.

    A request has its `operation`. An attempt at a receipt says at which `fax` of the run, counted from 1, with that
    fax's number and document, and which `attempt` at it; so does an attempt at the callback of a received fax.
    `alike`: it is like the ones before and after it, as the third of 193 attempts at an endpoint that is down.
    """

    place: PointKind
    nth: int
    seq: int
    operation: str = ""
    fax: int = 0
    attempt: int = 1
    fax_number: str = ""
    document_id: int = 0
    alike: bool = False

    @property
    def name(self) -> str:
        """send_fax#2, receipt#1, received#1, fax#2."""
        return f"{self.operation or self.place}#{self.nth}"

    @property
    def phrase(self) -> str:
        """The point in a sentence: "the second send", "attempt 2 at the receipt of the first fax"."""
        if self.place is PointKind.REQUEST:
            return f"the {ordinal(self.nth)} {'send' if self.operation == SEND else f'{self.operation} request'}"
        if self.place is PointKind.FAX:
            return f"the {ordinal(self.nth)} fax"
        tries = "" if self.attempt == 1 else f"attempt {self.attempt} at "
        if self.place is PointKind.RECEIPT:
            return f"{tries}the receipt of the {ordinal(self.fax)} fax"
        return f"{tries}the callback of a received fax"

    @property
    def work(self) -> str:
        """The purpose of a request, as its faults name it: "lost after the charge"."""
        return "the charge" if self.operation == SEND else "it was carried out"


def ordinal(number: int) -> str:
    """first to tenth, then 11th."""
    if number <= len(ORDINALS):
        return ORDINALS[number - 1]
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ends.get(number % 10, 'th')}"


def points_of(entries: Iterable[JournalEntry]) -> list[Point]:
    """The points of a run in the order in which it came to them."""
    entries = list(entries)
    points = list(_Reader().points(entries))
    by_seq = {entry.seq: entry for entry in entries}
    streams: dict[object, list[tuple[object, int]]] = {}
    for place, point in enumerate(points):
        detail = by_seq[point.seq].detail
        if point.place is PointKind.REQUEST:
            asked = point.seq if point.operation in WRITING else (detail.get("parameters"), detail.get("status"))
            streams.setdefault(PointKind.REQUEST, []).append(((point.operation, asked), place))
        elif point.place is not PointKind.FAX:
            whose = by_seq[point.seq].fax_job_id or detail.get("incoming_fax_id")
            streams.setdefault((point.place, whose), []).append((detail.get("result"), place))
    for stream in streams.values():
        for before, (key, place), after in zip(stream, stream[1:], stream[2:], strict=False):
            if before[0] == key == after[0]:
                points[place] = points[place]._replace(alike=True)
    return points


class _Reader:
    """Counts as the rules of a sandbox count, so that `nth` in a rule strikes the point."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()
        self._faxes: dict[int, Point] = {}
        self._attempts: set[tuple[object, object]] = set()

    def points(self, entries: Iterable[JournalEntry]) -> Iterator[Point]:
        for entry in entries:
            detail = entry.detail
            if entry.kind in ("request", "request.refused") or _was_stopped(entry):
                operation = str(detail["operation"])
                yield Point(PointKind.REQUEST, self._next(operation), entry.seq, operation)
            elif entry.kind == "fax.accepted" and entry.fax_job_id is not None:
                nth = self._next(PointKind.FAX)
                order: dict[str, Any] = {
                    "fax_number": str(detail["fax_number"]),
                    "document_id": int(str(detail["document_id"])),
                }
                self._faxes[entry.fax_job_id] = point = Point(PointKind.FAX, nth, entry.seq, fax=nth, **order)
                yield point
            elif entry.kind == "receipt.attempt" and entry.fax_job_id in self._faxes:
                attempt = int(str(detail["attempt"]))
                if self._is_new((entry.fax_job_id, attempt)):
                    fax = self._faxes[entry.fax_job_id]
                    nth = self._next(PointKind.RECEIPT)
                    yield fax._replace(place=PointKind.RECEIPT, nth=nth, seq=entry.seq, attempt=attempt)
            elif entry.kind == "received.attempt":
                attempt = int(str(detail["attempt"]))
                if self._is_new((detail["incoming_fax_id"], attempt)):
                    yield Point(PointKind.RECEIVED, self._next(PointKind.RECEIVED), entry.seq, attempt=attempt)

    def _next(self, name: str) -> int:
        self._counted[name] += 1
        return self._counted[name]

    def _is_new(self, attempt: tuple[object, object]) -> bool:
        """False for an attempt that was posted once more: it was decided about once."""
        new = attempt not in self._attempts
        self._attempts.add(attempt)
        return new


def _was_stopped(entry: JournalEntry) -> bool:
    """True for a request that a fault has kept from being carried out: the journal has no other entry of it."""
    return entry.kind == "fault.request" and not entry.detail.get("committed")
