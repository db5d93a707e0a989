"""The verdict's parts, and the summary of a sandbox that a failed test shows."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from fakefax.client.errors import WrongValue, choice
from fakefax.client.folding import journal_lines
from fakefax.client.matching import summary, timeline
from fakefax.schemas import FaxDetail, JournalEntry, LedgerEntry
from fakefax.values.money import as_text
from fakefax.values.verdict_parts import Part

PARTS = frozenset(part.value for part in Part)

MAX_ENTRIES = 40
MAX_FAXES = 20
"""The newest faxes, movements and lines of the journal of a summary; others are counted."""

NOT_SENT = ("receipt.not_sent", "received.not_sent")


def verdict_parts(names: Iterable[object]) -> set[str]:
    """Parts by their names; a single name may stand by itself. Raises WrongValue for an unknown one."""
    chosen = [names] if isinstance(names, str) or not isinstance(names, Iterable) else list(names)
    for name in chosen:
        if name not in PARTS:
            raise WrongValue(f"{name!r} is not a part of the verdict; {choice(name, sorted(PARTS))}")
    return {str(name) for name in chosen}


def story(
    now: str,
    faxes: Sequence[FaxDetail],
    ledger: Sequence[LedgerEntry],
    journal: Sequence[JournalEntry],
    *,
    nothing_sent: Sequence[str],
    receiver_url: str | None,
    notes: Sequence[str],
    whole: bool = False,
) -> str:
    """A sandbox as text; `nothing_sent` says what else there was where there are no faxes.

    The journal is folded and cut to its end, unless it is to be `whole`.
    """
    fax_lines = [line for fax in faxes[-MAX_FAXES:] for line in (summary(fax), *timeline(fax))]
    if len(faxes) > MAX_FAXES:
        fax_lines.insert(0, f"  … {len(faxes) - MAX_FAXES} earlier faxes …")
    lines = list(journal_lines(journal, whole=whole))
    if len(lines) > MAX_ENTRIES and not whole:
        lines = [f"  … {len(lines) - MAX_ENTRIES} earlier lines …", *lines[-MAX_ENTRIES:]]
    parts = {
        "faxes": fax_lines or [f"  {line}" for line in ("nothing was sent", *nothing_sent)],
        "ledger": [f"  {_booked(entry)}" for entry in ledger[-MAX_ENTRIES:]],
        "journal": lines,
    }
    lines_of_parts = [line for name, lines in parts.items() for line in (f"{name}:", *(lines or ["  nothing"]))]
    return "\n".join([now, *_receiver_too_late(journal, receiver_url), *notes, *lines_of_parts])


def _receiver_too_late(journal: Sequence[JournalEntry], receiver_url: str | None) -> list[str]:
    """The callbacks that the built-in receiver has missed because it was not in use yet."""
    if receiver_url is None:
        return []
    in_use = f"callback_url is now {receiver_url}"
    before = takewhile(lambda entry: entry.detail.get("change") != in_use, journal)
    missed = [entry.message.partition(" not sent")[0] for entry in before if entry.kind in NOT_SENT]
    if not missed:
        return []
    text = f"{missed[0]} and {len(missed) - 1} more" if len(missed) > 1 else missed[0]
    return [f"fakefax.receiver was first used after {text} came due and went nowhere; use it before the send"]


def _booked(entry: LedgerEntry) -> str:
    moved = f"{entry.reason} {as_text(entry.amount)}, balance {as_text(entry.balance)}"
    fax = "" if entry.fax_job_id is None else f", fax {entry.fax_job_id}"
    return f"{entry.at:%Y-%m-%d %H:%M:%S}  {moved}{fax}"
