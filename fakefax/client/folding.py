"""A journal as text, with neighbours folded that say the same: 193 attempts at an endpoint that is down, say."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from fakefax.schemas import JournalEntry
from fakefax.values.durations import format_duration

MAX_PERIOD = 8
"""Entries that come in turn, such as the attempts for several faxes, each with its fault."""

MIN_TIMES = 4
"""Of fewer repetitions each is shown: a fold would be no shorter."""

_ATTEMPTS = ("receipt.attempt", "received.attempt")
_ATTEMPT = re.compile(r"\battempt \d+")
_NEXT = re.compile(r"; (?:again at [\d :-]+|no further attempt)$")

Line = Callable[[JournalEntry], str]


def entry_line(entry: JournalEntry) -> str:
    """An entry as a line: simulated time, what happened."""
    return f"  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.message}"


def journal_lines(
    entries: Sequence[JournalEntry], line: Line = entry_line, *, whole: bool = False
) -> Iterator[str]:
    """A `line` for each entry. Unless `whole`, of a row of equal ones only the first and the last are shown.

    At each entry the period is chosen that folds most of what follows.
    """
    if whole:
        yield from map(line, entries)
        return
    keys = [_key(entry) for entry in entries]
    place = 0
    while place < len(entries):
        period, times = max(
            ((period, _times(keys, place, period)) for period in range(1, MAX_PERIOD + 1)),
            key=lambda fold: (fold[0] * fold[1] if fold[1] >= MIN_TIMES else 0, -fold[0]),
        )
        if times < MIN_TIMES:
            yield line(entries[place])
            place += 1
            continue
        end = place + period * times
        yield from map(line, entries[place : place + period])
        yield _fold(entries[place:end], period, times)
        yield from map(line, entries[end - period : end])
        place = end


def _times(keys: Sequence[object], place: int, period: int) -> int:
    """How often the next `period` keys come in a row."""
    end = place + period
    while end < len(keys) and keys[end] == keys[end - period]:
        end += 1
    return (end - place) // period


def _fold(entries: Sequence[JournalEntry], period: int, times: int) -> str:
    """ "… attempts 2 to 192 went the same way, every 15m …"."""
    hidden = entries[period:-period]
    numbers = [str(entry.detail["attempt"]) for entry in hidden if entry.kind in _ATTEMPTS]
    if numbers and len(set(numbers[: len(numbers) // (times - 2)])) == 1:
        what = f"attempts {numbers[0]} to {numbers[-1]} went the same way"
    else:
        lines = "this line" if period == 1 else f"these {period} lines"
        what = f"{lines} {times - 2} times more"
    firsts = entries[::period]
    gaps = {after.at - before.at for before, after in pairwise(firsts)}
    gap = gaps.pop() if len(gaps) == 1 else None
    return f"  … {what}{f', every {format_duration(gap)}' if gap else ''} …"


def _key(entry: JournalEntry) -> object:
    """Equal for entries that say the same, but for the number of an attempt and the time of the next one."""
    return entry.kind, entry.fax_job_id, _NEXT.sub("", _ATTEMPT.sub("attempt", entry.message))
