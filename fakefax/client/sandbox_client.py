"""One sandbox as tests read and steer it: time, account, faxes, received faxes, the journal.

Each member is one request to the control API.
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from fakefax.client.aio import refuse_under_loop
from fakefax.client.control_client import ControlClient
from fakefax.client.errors import AdvanceGaveUp, NeverHappened, NotRunning, Unreachable, WrongValue, checked
from fakefax.client.sandboxes import Opened, SandboxSource
from fakefax.client.snapshots import SavedSnapshot, document
from fakefax.schemas import (
    AccountView,
    AdvanceView,
    AuditReport,
    ClockView,
    FaxDetail,
    FaxDetailList,
    FullAttempt,
    IncomingFaxList,
    IncomingFaxView,
    JournalEntry,
    JournalView,
    LedgerEntry,
    LedgerView,
    PutSnapshotView,
    ResetView,
    WaitView,
)
from fakefax.values.durations import format_duration, parse_duration, parse_timeout
from fakefax.values.money import parse_amount
from fakefax.values.urls import check_callback_url

T = TypeVar("T")

Span = str | timedelta
"""A span of simulated time: "15m", "1h30m", "48h", or a timedelta."""


class SandboxClient:
    """The members of FakeFax that read and steer; FakeFax adds rules, receiver, verdict, beginning and end."""

    _source: SandboxSource
    _opened: Opened | None = None

    # Where it is

    @property
    def url(self) -> str:
        """http://HOST:PORT of the server."""
        return self._client.url

    @property
    def base_url(self) -> str:
        """The base URL for the program under test, in place of https://fax.to/api/v2.

        app = create_app(faxto_url=fakefax.base_url, faxto_key=fakefax.api_key)
        """
        return f"{self.url}/api/v2"

    @property
    def api_key(self) -> str:
        """The key that the program under test sends with; it leads to this sandbox and no other."""
        return self._now_open().api_key

    # Simulated time

    @property
    def now(self) -> datetime:
        """Simulated time."""
        return self._ask("GET", "/clock", ClockView).now

    @property
    def rate(self) -> float:
        """Simulated seconds per real second, 0 to 100,000; 0 means that time moves only by `advance`."""
        return self._ask("GET", "/clock", ClockView).rate

    @rate.setter
    def rate(self, rate: float) -> None:
        from fakefax.scenario.overrides import check_rate  # noqa: PLC0415 (few set a rate)

        self._ask("PATCH", "/clock", ClockView, {"rate": checked(check_rate, rate)})

    def advance(self, by: Span, *, budget: str | float = "30s") -> AdvanceView:
        """Let "15m" or "48h" go by: every due receipt is posted and answered before this returns.

        fakefax.advance("1m")       # the fax has ended, its receipt was delivered
        fakefax.advance("48h")      # all 193 attempts at an endpoint that is down

        `budget` is the real time that all of it may take. Raises AdvanceGaveUp when endpoints hung so long,
        WrongValue for anything but a duration, NotNow inside another advance. In async code write
        `await fakefax.aio.advance("1m")`.
        """
        refuse_under_loop("advance")
        return self._advance(budget, by=_duration(by))

    def advance_to(self, time: str | datetime, *, budget: str | float = "30s") -> AdvanceView:
        """Like `advance`, to a point of simulated time such as "2026-01-05T10:00:00Z"."""
        refuse_under_loop("advance_to")
        return self._advance(budget, to=_moment(time).isoformat())

    def run_until_idle(self, *, within: Span = "168h", budget: str | float = "30s") -> AdvanceView:
        """Let time go by until nothing is waiting any more, at most `within`."""
        refuse_under_loop("run_until_idle")
        return self._advance(budget, until="idle", within=_duration(within))

    # The account

    @property
    def balance(self) -> Decimal:
        """The simulated balance; setting it is a top-up or a withdrawal in the ledger.

        fakefax.balance = "0.10"      # too little for a page at 0.15
        """
        return self._account().balance

    @balance.setter
    def balance(self, amount: Decimal | str | int) -> None:
        self._change_account(balance=str(checked(parse_amount, amount)))

    @property
    def callback_url(self) -> str | None:
        """The URL for delivery receipts; None posts none. Raises WrongValue for anything but an http URL.

        fakefax.callback_url = app.url + "/faxto"
        """
        return self._account().callback_url

    @callback_url.setter
    def callback_url(self, url: str | None) -> None:
        self._change_account(callback_url=_url(url))

    @property
    def received_fax_url(self) -> str | None:
        """The URL for received faxes; None posts none. Raises WrongValue for anything but an http URL."""
        return self._account().received_fax_url

    @received_fax_url.setter
    def received_fax_url(self, url: str | None) -> None:
        self._change_account(received_fax_url=_url(url))

    @property
    def ledger(self) -> list[LedgerEntry]:
        """The entries of the account's ledger, oldest first.

        assert [entry.amount for entry in fakefax.ledger] == [Decimal("-0.15")]
        """
        return self._ask("GET", "/ledger", LedgerView).entries

    def audit(self) -> AuditReport:
        """Prove the books: sums, one charge for each job, every balance in a reply; and double charges."""
        return self._ask("GET", "/audit", AuditReport)

    # Faxes that were sent, and the journal

    @property
    def faxes(self) -> list[FaxDetail]:
        """The faxes that were sent, oldest first, each with its timeline and every attempt at its receipt.

        (fax,) = fakefax.faxes
        assert fax.fax_number == "+15005550002"
        assert [attempt.status_code for attempt in fax.attempts] == [503, 200]
        """
        return self._all_faxes().faxes

    def fax(self, fax_job_id: int) -> FaxDetail:
        """One fax, by the id that the program got in reply.

        Raises Unknown when there is none, HistoryGone when it is not kept any more.
        """
        return self._ask("GET", f"/faxes/{fax_job_id}", FaxDetail)

    def search(
        self, query: str = "", *, as_of: str | datetime | int | None = None, limit: int | None = None
    ) -> list[FaxDetail]:
        """The faxes that a search finds, oldest first; with `limit` at most so many, the newest.

        fakefax.search("to:+44* is:busy|pending cost:>1")
        fakefax.search("is:unacknowledged", as_of="2026-01-05T10:00:00Z")

        `as_of` is a simulated time, or the seq of a journal entry: the faxes as they were right after that. The
        search is that of the web page. Raises WrongValue for a search or a moment that cannot be, HistoryGone for
        one that the journal no longer reaches.
        """
        moment = str(as_of) if isinstance(as_of, int | None) else _moment(as_of).isoformat()
        asked = {
            "q": query or None,
            "as_of": None if as_of is None else moment,
            "limit": limit,
            "order": None if limit is None else "newest",
        }
        found = self._ask("GET", "/faxes", FaxDetailList, detail="true", **asked).faxes
        return found if limit is None else found[::-1]

    def attempt(self, fax_job_id: int, number: int = 1) -> FullAttempt:
        """An attempt at the receipt of a fax, with what was posted and what came back.

        assert fakefax.attempt(fax.fax_job_id, 1).answer.body == "not now"

        Of both the first part is kept, and only of the newest attempts. Raises Unknown when it was not made.
        """
        return self._ask("GET", f"/faxes/{fax_job_id}/attempts/{number}", FullAttempt)

    def picture(self, fax_job_id: int, page: int = 1) -> bytes:
        """A page of a fax as a PNG, as a fax machine prints it. Raises Unknown for a page that does not exist."""
        client, _, _ = self._now_open()
        return client.ask_bytes("GET", f"/faxes/{fax_job_id}/pages/{page}.png")

    def resend(self, fax_job_id: int) -> FaxDetail:
        """Post the receipt of a fax once more, now; `advance("0s")` waits for its answer.

        Raises Unknown, or NotNow while the fax is under way or without a callback URL.
        """
        return self._ask("POST", f"/faxes/{fax_job_id}/resend", FaxDetail)

    @property
    def journal(self) -> list[JournalEntry]:
        """Everything that happened and everything that did not, oldest first, each with the reason.

        print(*(entry.message for entry in fakefax.journal), sep="\\n")
        """
        return self._ask("GET", "/journal", JournalView).entries

    def wait_for(
        self, kind: str, *, count: int = 1, after: int = 0, timeout: str | float = "10s", **fields: object
    ) -> JournalEntry:
        """Wait until an entry of this kind is in the journal, for a program that works by itself.

        fakefax.wait_for("fax.accepted", fax_number="+15005550002")      # the queue worker has sent it
        fakefax.wait_for("receipt.acknowledged", count=3, timeout="2s")  # three of them, in real time

        `fields` are those of the entry, or of its details. Of several entries the last one is returned. Raises
        NeverHappened, an AssertionError, with what came close. On a paused clock nothing comes due by itself: use
        `advance`. In async code write `await fakefax.aio.wait_for(...)`.
        """
        __tracebackhide__ = True
        refuse_under_loop("wait_for")
        seconds = checked(parse_timeout, timeout)
        body = {
            "for": {"kind": kind, **fields},
            "count": count,
            "after": after,
            "timeout": format_duration(timedelta(seconds=seconds)),
        }
        outcome = self._ask("POST", "/wait", WaitView, body, wait=seconds)
        if not outcome.found:
            raise NeverHappened(_never_happened(kind, count, fields, outcome))
        return outcome.entries[-1]

    # Faxes that arrive

    def receive_fax(
        self,
        *,
        sender: str | None = None,
        to: str | None = None,
        pages: int | None = None,
        text: str | None = None,
        document: bytes | Path | None = None,
        after: str = "0",
    ) -> IncomingFaxView:
        """Let a fax arrive; values that are left out are made up. Its PDF is posted to `received_fax_url`.

        fakefax.received_fax_url = app.url + "/faxto/received"
        fakefax.receive_fax(sender="+12025550123", pages=2)
        fakefax.advance("0s")                                  # the callback has been answered

        `to` is a number of the account, its first unless given; an account without any gets one. `text` is
        printed on the page, `document` is a file in its place; `after` is simulated time.
        Raises WrongValue for a number that is not the account's, and for a document that cannot be read.
        """
        if isinstance(document, Path):
            document = _file_content(document)
        if not isinstance(document, bytes | None):
            raise WrongValue(f"document {document!r} is neither the bytes of a file nor a Path to one")
        asked = {
            "from": sender,
            "to": to,
            "pages": pages,
            "text": text,
            "document": None if document is None else b64encode(document).decode(),
            "after": after,
        }
        given = {name: value for name, value in asked.items() if value is not None}
        return self._ask("POST", "/incoming-faxes", IncomingFaxView, given)

    @property
    def incoming_faxes(self) -> list[IncomingFaxView]:
        """The faxes that arrived or are on their way, oldest first, each with every attempt at its callback.

        (fax,) = fakefax.incoming_faxes
        assert fax.callback == "acknowledged"
        """
        return self._ask("GET", "/incoming-faxes", IncomingFaxList).incoming_faxes

    def reset(self) -> None:
        """Put everything back to the scenario; only fax_job_ids go on rising."""
        self._ask("POST", "/reset", ResetView)

    # Snapshots

    def snapshot(self, *, keys: bool = True) -> SavedSnapshot:
        """All of this sandbox as it is now: time, faxes, receipts, money, rules, documents, journal.

        saved = fakefax.snapshot()
        ...                                # whatever a test does
        fakefax.restore(saved)             # and back
        saved.save("two-pending.json")     # for @pytest.mark.fakefax(snapshot="two-pending.json")

        Without `keys` masks stand for the api_keys, so that the file can go into a repository.
        """
        client, api_key, _ = self._now_open()
        asked = "true" if keys else "false"
        return SavedSnapshot(client.ask_bytes("GET", "/snapshot", api_key=api_key, keys=asked))

    def restore(self, saved: SavedSnapshot | str | Path) -> None:
        """Go on from a snapshot, or from a file that has one, under this sandbox's key; all of it or nothing.

        Ids that another sandbox of the server has become new ones, and ids go on rising. Attempts that had been
        posted and were not answered are posted again. Raises WrongValue with every problem of a wrong snapshot.
        """
        self._restore(saved)

    def _restore(self, saved: SavedSnapshot | str | Path) -> AccountView:
        content, place = document(saved)
        try:
            return self._ask("PUT", "/snapshot", PutSnapshotView, content).account
        except WrongValue as error:
            raise WrongValue("\n".join(f"{place}{line}" for line in str(error).splitlines())) from None

    # Requests

    def _ask(self, method: str, path: str, answer: type[T], body: object = None, **options: Any) -> T:
        client, api_key, _ = self._now_open()
        try:
            return client.ask(method, path, answer, body, api_key=api_key, **options)
        except Unreachable:
            if client.closed:  # another thread has left the block meanwhile
                raise NotRunning from None
            raise

    def _now_open(self) -> Opened:
        if self._opened is None:
            raise NotRunning
        return self._opened

    @property
    def _client(self) -> ControlClient:
        return self._now_open().client

    def _advance(self, budget: str | float, **how: str) -> AdvanceView:
        seconds = checked(parse_timeout, budget)
        body = {**how, "budget": format_duration(timedelta(seconds=seconds))}
        result = self._ask("POST", "/clock/advance", AdvanceView, body, wait=seconds)
        if not result.settled:
            raise AdvanceGaveUp(result)
        return result

    def _account(self) -> AccountView:
        return self._ask("GET", "/account", AccountView)

    def _change_account(self, **change: str | None) -> None:
        self._ask("PATCH", "/account", AccountView, change)

    def _all_faxes(self) -> FaxDetailList:
        """The faxes, and how many are no longer kept."""
        return self._ask("GET", "/faxes", FaxDetailList, detail="true")


def _duration(span: Span) -> str:
    """A span as text. Raises WrongValue."""
    if isinstance(span, timedelta):
        if span < timedelta():
            raise WrongValue(f"{span!r} is below 0; time cannot go back")
        return format_duration(span)
    checked(parse_duration, span)
    return span


def _moment(time: str | datetime) -> datetime:
    """A time with its zone, UTC unless it says otherwise. Raises WrongValue."""
    try:
        moment = time if isinstance(time, datetime) else datetime.fromisoformat(time)
    except (ValueError, TypeError):
        raise WrongValue(f"{time!r} is not a time such as 2026-01-05T09:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _url(url: str | None) -> str | None:
    return None if url is None else checked(check_callback_url, url)


def _file_content(path: Path) -> bytes:
    """The content of a file. Raises WrongValue when it cannot be read."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise WrongValue(f"document {path} cannot be read: {reason}") from None


def _never_happened(kind: str, count: int, fields: Mapping[str, object], outcome: WaitView) -> str:
    """The condition that was not met in time, and the entries that came close."""
    near = [f"  {miss.entry.message}\n    {'; '.join(miss.differs)}" for miss in outcome.near_misses]
    wanted = " and ".join(f"{name} {value!r}" for name, value in fields.items())
    times = f" {count} of" if count != 1 else ""
    message = f"waited for{times} {kind}{' with ' if wanted else ''}{wanted}: {outcome.message}"
    return "\n".join([message, *(["what came close:", *near] if near else [])])
