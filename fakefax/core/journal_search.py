"""Wait for journal entries: until they are there, cannot come any more, or the timeout ends."""

import asyncio
from asyncio import timeout
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from msgspec import Struct

from fakefax.core.clock import Clock, ClockClosed
from fakefax.core.journal import Entry, Journal, Kind, is_of
from fakefax.values.durations import format_duration
from fakefax.values.money import as_plain, parse_amount
from fakefax.values.patterns import wildcard

MAX_WAITERS = 100
"""Concurrent waits in one sandbox."""

MAX_NEAR_MISSES = 3
"""Near misses reported for one wait."""

LOOKED_AT = 2000
"""The newest entries among which near misses are looked for."""

BY_TIME = frozenset(
    kind for kind in Kind if kind is Kind.FAX_FINISHED or kind.startswith(("receipt.", "received."))
) - {Kind.RECEIVED_ARRIVED}
"""Kinds that only the passing of simulated time brings about; all others may come from outside at any moment."""

INSTEAD = {"fax": ("request.refused", "request.failed", "fault.request")}
"""Kinds that may come in place of those of a group: a send that was refused rather than accepted."""

OF_ENTRY = ("kind", "api_key", "fax_job_id", "at")
"""Fields that every entry has."""

OF_FAX_JOB = ("fax_number", "document_id", "status", "msg_code")
"""Fields of an entry's fax job."""

About = Callable[[Entry], Mapping[str, object]]
"""Returns fields of an entry's fax job that the entry itself does not have."""

Ended = Callable[[int], str | None]
"""Returns why a fax job causes no further entries by itself, or None if it still may."""


class TooManyWaiters(Exception):
    """Too many concurrent waits in this sandbox."""


class NearMiss(Struct, frozen=True):
    """An entry that nearly matched, and how it differs from the query."""

    entry: Entry
    differs: list[str]


class WaitOutcome(Struct, frozen=True):
    """How a wait ended. `message` says why it failed, and is None if everything was found."""

    found: list[Entry]
    message: str | None = None
    near: Sequence[NearMiss] = ()


class JournalQuery(Struct, frozen=True):
    """A query for `count` entries after entry `after` with these values.

    `values` are by the name of an entry's field, of one of its details, or of what its fax job is: a kind may be a
    group of kinds, and a `*` in a text stands for any characters.
    """

    values: Mapping[str, object]
    count: int = 1
    after: int = 0

    @property
    def kinds(self) -> list[Kind]:
        """The kinds of entry that can fit; none when it does not matter."""
        return [kind for kind in Kind if is_of(kind, str(self.values["kind"]))] if "kind" in self.values else []

    @property
    def known_names(self) -> list[str]:
        """The names that a value may have, of the kinds that can fit."""
        details = {name for kind in self.kinds or Kind for name in kind.details}
        return [*OF_ENTRY, *sorted(details.union(OF_FAX_JOB).difference(OF_ENTRY))]

    @property
    def fax_job_id(self) -> int | None:
        """The one fax job that it is about, if it is."""
        value = self.values.get("fax_job_id")
        return value if isinstance(value, int) else None

    def differences(self, entry: Entry, about: About) -> list[str]:
        """The fields in which `entry` differs from the query; empty if it matches."""
        return [text for name, value in self.values.items() if (text := _difference(name, value, entry, about))]

    def fits(self, entry: Entry, about: About) -> bool:
        return entry.seq > self.after and not any(
            _difference(name, value, entry, about) for name, value in self.values.items()
        )


def _difference(name: str, wanted: object, entry: Entry, about: About) -> str | None:
    if name == "kind":
        return None if is_of(entry.kind, str(wanted)) else f"kind is {entry.kind}, not {wanted}"
    values: dict[str, object] = {"api_key": entry.api_key, "fax_job_id": entry.fax_job_id, "at": entry.at}
    if name not in values:
        values = dict(entry.noted)
        if name not in values:
            values |= {more: value for more, value in about(entry).items() if more not in values}
    if name not in values:
        return f"it has no {name}; it has: {', '.join(values) or 'nothing'}"
    value = values[name]
    value = value() if callable(value) else value
    text, wished = as_text(value), as_text(wanted)
    if isinstance(value, Decimal):
        wished = _as_amount(wished)
    return None if _same(text, wished) else f"{name} is {text}, not {as_text(wanted)}"


def _as_amount(text: str) -> str:
    """An amount in plain form (0.30 becomes 0.3). Other text, such as a pattern, is returned unchanged."""
    try:
        return as_plain(parse_amount(text))
    except ValueError:
        return text


def as_text(value: object) -> str:
    """A value as in JSON, for comparing and for messages."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal):
        return as_plain(value)
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)


def _same(text: str, wanted: str) -> bool:
    return wildcard(wanted)(text)


def nearest(wanted: JournalQuery, entries: Iterable[Entry], about: About) -> list[NearMiss]:
    """The entries that differ least, of those the ones of the right kind, of those the newest.

    They belong to the wanted group or to one in its place. A refused control request is never near.
    """
    kinds = wanted.kinds
    groups = {group for kind in kinds for group in (_group(kind), *INSTEAD.get(_group(kind), ()))}
    missed = [
        NearMiss(entry, wanted.differences(entry, about))
        for entry in entries
        if entry.seq > wanted.after
        and (entry.kind in kinds or entry.kind is not Kind.CONTROL_REFUSED)
        and (not groups or any(is_of(entry.kind, group) for group in groups))
    ]
    missed = [miss for miss in missed if 0 < len(miss.differs) < max(2, len(wanted.values))]
    missed.sort(key=lambda miss: (len(miss.differs), bool(kinds) and miss.entry.kind not in kinds, -miss.entry.seq))
    return missed[:MAX_NEAR_MISSES]


def _group(kind: Kind) -> str:
    return kind.partition(".")[0]


class JournalWaiter:
    """The waits for entries of one sandbox's journal."""

    __slots__ = ("_about", "_clock", "_ended", "_journal", "_waiters")

    def __init__(self, clock: Clock, journal: Journal, about: About, ended: Ended) -> None:
        self._clock = clock
        self._journal = journal
        self._about = about
        self._ended = ended
        self._waiters: set[_Waiter] = set()

    def __len__(self) -> int:
        return len(self._waiters)

    async def wait(self, wanted: JournalQuery, seconds: float) -> WaitOutcome:
        """Wait at most `seconds` of real time. Entries that are there already count too.

        Raises TooManyWaiters; JournalEvicted when `wanted.after` is before what is kept; ClockClosed when the
        sandbox is reset or closed meanwhile.
        """
        if len(self._waiters) >= MAX_WAITERS:
            raise TooManyWaiters(f"{MAX_WAITERS} waits are under way in this sandbox; let one of them end")
        kept = self._journal.entries(after=wanted.after or None)
        found = [entry for entry in kept if wanted.fits(entry, self._about)][: wanted.count]
        if len(found) == wanted.count:
            return WaitOutcome(found)
        if (why := self._hopeless(wanted)) is not None:
            return self._in_vain(wanted, found, why)
        waiter = _Waiter(wanted, found, self._about, partial(self._hopeless, wanted))
        self._waiters.add(waiter)
        self._journal.listen(waiter)
        try:
            async with timeout(seconds):
                why = await waiter.done
        except TimeoutError:
            complete = len(found) == wanted.count  # the last entry came just as the timeout ended
            why = None if complete else f"it did not come within {seconds:g} real seconds"
        finally:
            self._journal.unlisten(waiter)
            self._waiters.discard(waiter)
        return WaitOutcome(found) if why is None else self._in_vain(wanted, found, why)

    def close(self) -> None:
        """End all waits because the sandbox was reset or closed."""
        for waiter in self._waiters:
            self._journal.unlisten(waiter)
            waiter.abandon()
        self._waiters.clear()
        self._about = lambda _: {}
        self._ended = lambda _: None

    def _in_vain(self, wanted: JournalQuery, found: list[Entry], why: str) -> WaitOutcome:
        newest = self._journal.newest(LOOKED_AT)
        message = why if wanted.count == 1 else f"{len(found)} of {wanted.count} are there; {why}"
        if self._journal.evicted > wanted.after:
            message += f"; not looked at: entries up to {self._journal.evicted}, which the journal has dropped"
        return WaitOutcome(found, message, nearest(wanted, newest, self._about))

    def _hopeless(self, wanted: JournalQuery) -> str | None:
        """The reason why the wanted entries cannot come by themselves, or None if they may."""
        kinds = wanted.kinds
        if not kinds or not BY_TIME.issuperset(kinds) or self._clock.walking or self._clock.holds:
            return None
        if wanted.fax_job_id is not None and (why := self._ended(wanted.fax_job_id)) is not None:
            return why
        if self._clock.rate:
            return None
        following = next(iter(self._clock.timers(1)), None)
        if following is None:
            return "the clock is paused and nothing waits for it, so nothing of this kind can come by itself"
        return (
            f"the clock is paused; next is '{following.name}', at {as_text(following.at)}: advance the clock, "
            "then ask again"
        )


class _Waiter:
    """One wait. Checks each new entry, and after its effects, whether waiting still makes sense."""

    def __init__(
        self, wanted: JournalQuery, found: list[Entry], about: About, hopeless: Callable[[], str | None]
    ) -> None:
        self._wanted = wanted
        self._found = found
        self._about = about
        self._hopeless = hopeless
        self._looking = False
        self.done: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

    def __call__(self, entry: Entry) -> None:
        if self.done.done():
            return
        if self._wanted.fits(entry, self._about):
            self._found.append(entry)
            if len(self._found) == self._wanted.count:
                self.done.set_result(None)
                return
        if not self._looking:
            self._looking = True
            self.done.get_loop().call_soon(self._look)

    def _look(self) -> None:
        self._looking = False
        if not self.done.done() and (why := self._hopeless()) is not None:
            self.done.set_result(why)

    def abandon(self) -> None:
        if not self.done.done():
            self.done.set_exception(ClockClosed("this sandbox was reset or closed while it was waited for"))
