"""The journal as lines on a stream: text for people, JSON for machines, gathered for a moment."""

import asyncio
import io
import json
from datetime import UTC, datetime, timedelta

from fakefax.cli.log import JournalLog
from fakefax.core.journal import Entry, Kind

AT = datetime(2026, 1, 5, 9, 0, 0, 250_000, tzinfo=UTC)
REQUEST = Entry(1, AT, Kind.REQUEST, "a", None, {"method": "GET", "operation": "send_fax", "status": 200})
REFUSED = Entry(
    2,
    AT,
    Kind.REQUEST_REFUSED,
    None,
    None,
    {"method": "GET", "operation": "balance", "status": 401, "message": "Unauthorized", "reason": "no api_key"},
)
ACKNOWLEDGED = Entry(3, AT, Kind.RECEIPT_ACKNOWLEDGED, "a", 200, {"attempt": 3, "waited": timedelta(minutes=30)})


class Told(io.StringIO):
    """A stream that says when something was written."""

    def __init__(self) -> None:
        super().__init__()
        self.flushed = asyncio.Event()
        self.writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        return super().write(text)

    def flush(self) -> None:
        self.flushed.set()


async def test_text_is_the_time_and_the_sentence():
    """A line of text has the simulated time and the entry's sentence; plain requests are left out."""
    stream = Told()
    log = JournalLog(stream, "text")
    for entry in (REQUEST, REFUSED, ACKNOWLEDGED):
        log(entry)
    log.flush()
    assert stream.getvalue().splitlines() == [
        "2026-01-05 09:00:00  GET balance: 401 Unauthorized (no api_key)",
        "2026-01-05 09:00:00  receipt 200 acknowledged by attempt 3",
    ]


async def test_json_has_everything():
    """A line of JSON is the entry as the control API shows it, but for its key; requests included."""
    stream = Told()
    log = JournalLog(stream, "json")
    log(REQUEST)
    log(ACKNOWLEDGED)
    log.flush()
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["kind"] == "request"
    assert second == {
        "seq": 3,
        "at": "2026-01-05T09:00:00.250000Z",
        "kind": "receipt.acknowledged",
        "api_key": "...",
        "fax_job_id": 200,
        "message": "receipt 200 acknowledged by attempt 3",
        "detail": {"attempt": 3, "waited": "30m"},
    }


async def test_lines_are_written_together_and_soon():
    """Lines of one moment are written together, without waiting for more; each later moment has its own."""
    stream = Told()
    log = JournalLog(stream, "text")
    for moment in (1, 2):
        for _ in range(100):
            log(ACKNOWLEDGED)
        assert stream.writes == moment - 1
        async with asyncio.timeout(5):
            await stream.flushed.wait()
        stream.flushed.clear()
        assert (stream.writes, len(stream.getvalue().splitlines())) == (moment, 100 * moment)


async def test_nothing_heard_is_nothing_written():
    """Flushing a silent log, or one that heard only what text leaves out, writes nothing."""
    stream = Told()
    log = JournalLog(stream, "text")
    log(REQUEST)
    log.flush()
    assert stream.writes == 0


async def test_a_flood_is_cut_and_counted():
    """More than a hundred lines at once are no reading: the rest is counted. JSON is for machines and has all."""
    text, lines = Told(), Told()
    for stream, log in ((text, JournalLog(text, "text")), (lines, JournalLog(lines, "json"))):
        for _ in range(250):
            log(REFUSED)
        log.flush()
        assert stream.writes == 1
    assert len(text.getvalue().splitlines()) == 101
    assert text.getvalue().splitlines()[-1] == "… and 150 more; the journal has its newest"
    assert len(lines.getvalue().splitlines()) == 250
