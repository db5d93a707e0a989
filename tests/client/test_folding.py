"""A journal as text: rows of equal entries are folded, and nothing else is lost."""

import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from fakefax import FakeFax
from fakefax.client.folding import journal_lines
from fakefax.schemas import JournalEntry
from tests.callbacks.endpoints import send
from tests.page.story import DEAD

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def entry(number: int, message: str, fax: int | None = 200, kind: str = "receipt.attempt") -> JournalEntry:
    at = START + timedelta(minutes=15 * number)
    detail = {"attempt": number}
    return JournalEntry(seq=number, at=at, kind=kind, api_key=None, fax_job_id=fax, message=message, detail=detail)


def attempt(number: int, answer: str, fax: int = 200) -> JournalEntry:
    return entry(
        number, f"receipt {fax}, attempt {number} to http://h/: {answer}; again at 09:{number % 60:02}:30", fax
    )


def reported(entries: list[JournalEntry]) -> list[str]:
    """The lines without their times."""
    return [line.strip().rpartition("  ")[2] for line in journal_lines(entries)]


def test_equal_neighbours_are_folded():
    """The first and the last are shown, and how often and how far apart the others came."""
    entries = [attempt(number, "503") for number in range(1, 8)] + [attempt(8, "200 OK"), attempt(9, "503")]
    lines = reported(entries)
    assert len(lines) == 5
    assert "attempt 1 to" in lines[0]
    assert lines[1] == "… attempts 2 to 6 went the same way, every 15m …"
    assert "attempt 7 to http://h/: 503" in lines[2]
    assert "200 OK" in lines[3]
    assert list(journal_lines(entries, whole=True)) == [
        f"  {each.at:%Y-%m-%d %H:%M:%S}  {each.message}" for each in entries
    ]


def test_alternating_answers_are_folded_together():
    """Two faxes whose receipts are due at once; of few repetitions none is hidden."""
    both = [attempt(number, "503", fax) for number in range(1, 21) for fax in (200, 201)]
    lines = reported([entry(0, "a send", None, "request"), *both, entry(30, "a send", None, "request")])
    assert lines[0] == lines[-1] == "a send"
    assert lines[3] == "… attempts 2 to 19 went the same way, every 15m …"
    assert len(lines) == 7
    assert len(reported(both[:6])) == 6
    same = [entry(0, "GET fax_status: 200", None, "request")] * 9
    assert reported(same)[1] == "… this line 7 times more …"
    uneven = [attempt(number, "503") for number in (1, 2, 3, 5, 6)]
    assert reported(uneven)[1] == "… attempts 2 to 5 went the same way …"
    apart = [attempt(number, "503", 200 + number % 2) for number in range(1, 21)]
    assert reported(apart)[2] == "… these 2 lines 8 times more, every 30m …"


def test_of_many_faxes_the_newest_are_told(fax: FakeFax):
    """A summary is a screen or two: 20 faxes and 40 lines of the journal, and how many there were before them."""
    ids = [send(fax, f"+1234567{number:02}") for number in range(21)]
    fax.advance("1m")
    faxes, _, journal = fax.story().partition("ledger:")
    assert "  … 1 earlier faxes …\n" in faxes
    assert [f"\nfax {fax_job_id} to" in faxes for fax_job_id in (ids[0], ids[1], ids[-1])] == [False, True, True]
    lines = journal.partition("journal:\n")[2].splitlines()
    assert (len(lines), lines[-1].strip()) == (41, f"2026-01-05 09:01:00  {fax.journal[-1].message}")
    assert " earlier lines …" in lines[0]


@pytest.mark.parametrize("lost", [False, True])
def test_two_days_at_an_endpoint_that_is_down(lost: bool):
    """193 attempts are a screen of text, and whole on demand; so are those that a rule loses."""
    with FakeFax(callback_url=DEAD) as fakefax:
        if lost:
            fakefax.callback_fault(drop=True)
        form = {"api_key": fakefax.api_key, "fax_number": "+123456789", "document_id": 10}
        urllib.request.urlopen(f"{fakefax.base_url}/fax", urllib.parse.urlencode(form).encode()).close()
        fakefax.advance("49h")
        text, whole = fakefax.story(), fakefax.story(whole=True)
    assert len(text.splitlines()) < 35
    assert "  … attempts 2 to 192 went the same way, every 15m …" in text
    assert "attempt 1 " in text
    assert "attempt 193 to " in text
    assert "expired after 193 attempts" in text
    assert len(whole.splitlines()) > 200
    assert "attempt 97 " in whole
