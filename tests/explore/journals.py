"""Journals of runs that never were."""

from datetime import UTC, datetime
from typing import Any

from fakefax.schemas import JournalEntry

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def journal_of(*entries: tuple[Any, ...]) -> list[JournalEntry]:
    """Entries by kind, details and, where there is one, fax."""
    made = []
    for seq, (kind, detail, *fax) in enumerate(entries, 1):
        made.append(
            JournalEntry(
                seq=seq,
                at=START,
                kind=kind,
                api_key=None,
                fax_job_id=fax[0] if fax else None,
                detail=detail,
                message="",
            )
        )
    return made
