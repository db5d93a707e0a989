"""Assertions about the faxes that were sent. A failure shows what came closest, and where it differs."""

from decimal import Decimal

from fakefax.client.errors import HistoryGone, WrongValue, checked
from fakefax.client.matching import FaxQuery, count, listed, require_all, summary, timeline
from fakefax.client.sandbox_client import SandboxClient
from fakefax.schemas import FaxDetail, JournalEntry, JournalView, LedgerEntry, LedgerView, ReceiptState
from fakefax.values.money import as_text, parse_amount

MAX_REFUSED = 5
MAX_UNKNOWN_KEYS = 100
UNAUTHORIZED = 401
MONEY_FOR_FAXES = ("charge", "refund")


class Assertions(SandboxClient):
    """The members of FakeFax that begin with assert_."""

    def assert_sent(
        self,
        *,
        fax_number: str | None = None,
        document_id: int | str | None = None,
        status: str | None = None,
        msg_code: str | None = None,
        tsi_number: str | None = None,
        times: int | None = None,
    ) -> FaxDetail:
        """A fax was sent that has these fields; the first such fax is returned. `*` in the number fits any digits.

        fakefax.assert_sent(fax_number="+15005550002", document_id=10)
        fakefax.assert_sent(fax_number="+44*", msg_code="busy", times=2)     # exactly two of them

        Raises WrongValue for what no fax can have, such as a msg_code that there is not.
        """
        __tracebackhide__ = True
        wanted = FaxQuery(
            {
                "fax_number": fax_number,
                "document_id": document_id,
                "status": status,
                "msg_code": msg_code,
                "tsi_number": tsi_number,
            }
        )
        if times is not None and times < 1:
            raise WrongValue(f"times {times!r} is below 1; that nothing was sent is said by assert_not_sent(...)")
        kept = self._all_faxes()
        faxes = kept.faxes
        found = [fax for fax in faxes if wanted.fits(fax)]
        if not found or (times is not None and len(found) <= times):
            require_all(kept.let_go, f"whether {times or 'one'} was sent{wanted}")
        if not found:
            raise AssertionError(f"no fax was sent{wanted}{_times(times)}\n{self._closest(wanted, faxes)}")
        if times is not None and len(found) != times:
            raise AssertionError(f"{count(found)} sent{wanted}; expected {times}\nsent:\n{listed(faxes)}")
        return found[0]

    def assert_not_sent(
        self,
        *,
        fax_number: str | None = None,
        document_id: int | str | None = None,
        status: str | None = None,
        msg_code: str | None = None,
        tsi_number: str | None = None,
    ) -> None:
        """No fax was sent that has these fields; without any, none at all.

        fakefax.assert_not_sent(fax_number="+49*")

        Raises WrongValue for what no fax can have, which would otherwise always hold.
        """
        __tracebackhide__ = True
        wanted = FaxQuery(
            {
                "fax_number": fax_number,
                "document_id": document_id,
                "status": status,
                "msg_code": msg_code,
                "tsi_number": tsi_number,
            }
        )
        kept = self._all_faxes()
        found = [fax for fax in kept.faxes if wanted.fits(fax)]
        if found:
            first = "\n".join([summary(found[0]), *timeline(found[0])])
            raise AssertionError(f"{count(found)} sent{wanted}; expected none\nthe first: {first}")
        require_all(kept.let_go, f"whether none was sent{wanted}")

    def assert_charged(self, amount: Decimal | str | int, *, fax_job_id: int | None = None) -> None:
        """A fax was charged with exactly this amount; with an id, that fax was.

        fakefax.assert_charged("0.15")
        """
        __tracebackhide__ = True
        expected = checked(parse_amount, amount)
        books = self._ask("GET", "/ledger", LedgerView)
        entries = [entry for entry in books.entries if entry.reason in MONEY_FOR_FAXES]
        charges = [entry for entry in entries if entry.reason == "charge"]
        meant = [entry for entry in charges if fax_job_id in (None, entry.fax_job_id)]
        if not any(-entry.amount == expected for entry in meant):
            require_all(books.carried_forward.fax_jobs, f"whether one was charged with {as_text(expected)}")
            whom = "no fax was" if fax_job_id is None else f"fax {fax_job_id} was not"
            closest = self._closest_charge(expected, meant)
            raise AssertionError(f"{whom} charged with {as_text(expected)}\n{closest}\n{_booked(entries)}")

    def assert_charged_total(self, amount: Decimal | str | int) -> None:
        """All charges, less what was given back, come to exactly this amount.

        fakefax.assert_charged_total("0.45")
        """
        __tracebackhide__ = True
        expected = checked(parse_amount, amount)
        books = self._ask("GET", "/ledger", LedgerView)
        entries = [entry for entry in books.entries if entry.reason in MONEY_FOR_FAXES]
        carried = [books.carried_forward.amounts.get(reason, Decimal(0)) for reason in MONEY_FOR_FAXES]
        total = -sum((*carried, *(entry.amount for entry in entries)), Decimal(0))
        if total != expected:
            raise AssertionError(
                f"the faxes were charged with {as_text(total)} in all; expected {as_text(expected)}\n"
                f"{_booked(entries)}"
            )

    def assert_no_double_charge(self) -> None:
        """No fax was sent and paid again although an earlier one of the same had not failed.

        "The client timed out, sent again and paid twice" fails here.
        """
        __tracebackhide__ = True
        report = self.audit()
        doubles = report.double_charges
        if doubles:
            ids = {fax_job_id for double in doubles for fax_job_id in double.fax_job_ids}
            shown = [line for fax in self.faxes if fax.fax_job_id in ids for line in (summary(fax), *timeline(fax))]
            raise AssertionError(
                f"paid more than once: {doubles[0].text}, {as_text(doubles[0].charged)} in all\n" + "\n".join(shown)
            )
        require_all(report.carried_forward.fax_jobs, "whether one was charged twice")

    def assert_acknowledged(
        self, *, fax_number: str | None = None, document_id: int | str | None = None, msg_code: str | None = None
    ) -> None:
        """The program has answered 200 OK to the receipt of every fax that has these fields, and there is one.

        fakefax.advance("1m")
        fakefax.assert_acknowledged()
        """
        __tracebackhide__ = True
        wanted = FaxQuery({"fax_number": fax_number, "document_id": document_id, "msg_code": msg_code})
        kept = self._all_faxes()
        found = [fax for fax in kept.faxes if wanted.fits(fax)]
        if not found and not kept.let_go:
            raise AssertionError(f"no fax was sent{wanted}\n{self._closest(wanted, kept.faxes)}")
        for fax in found:
            if fax.receipt is not ReceiptState.ACKNOWLEDGED:
                lines = [f"the receipt of fax {fax.fax_job_id} was not acknowledged: {self._why_not(fax)}"]
                raise AssertionError("\n".join([*lines, summary(fax), *timeline(fax)]))
        require_all(kept.let_go, f"whether all were acknowledged{wanted}")

    def _closest(self, wanted: FaxQuery, faxes: list[FaxDetail]) -> str:
        """The closest faxes; if nothing was sent, requests that were refused or had another key."""
        if faxes:
            return wanted.closest(faxes)
        return "\n".join(["nothing was sent at all", *self._refused()])

    def _closest_charge(self, expected: Decimal, charges: list[LedgerEntry]) -> str:
        """The fax whose charge comes closest, the newest of several; without any, what was sent."""
        faxes = self.faxes
        charged = {entry.fax_job_id: -entry.amount for entry in charges}
        meant = [fax for fax in faxes if fax.fax_job_id in charged]
        if not meant:
            return self._closest(FaxQuery({}), faxes)
        fax = min(reversed(meant), key=lambda each: abs(charged[each.fax_job_id] - expected))
        amount = f"  amount: expected {as_text(expected)}, was {as_text(charged[fax.fax_job_id])}"
        return "\n".join([f"closest: {summary(fax)}", amount, *timeline(fax)])

    def _refused(self) -> list[str]:
        """Other requests, when no fax was sent."""
        refused = [entry.message for entry in self.journal if entry.kind == "request.refused"]
        if refused:
            return ["refused were:", *(f"  {message}" for message in refused[-MAX_REFUSED:])]
        unknown = [entry.message for entry in self._strangers() if entry.detail.get("status") == UNAUTHORIZED]
        if not unknown:
            return []
        return [
            f"no request came with the key of this test, {self.api_key}; without a key that is known, maybe of "
            f"other tests, came:",
            *(f"  {message}" for message in unknown[-MAX_REFUSED:]),
        ]

    def _strangers(self) -> list[JournalEntry]:
        """The requests refused in the server's own sandbox since this one was made, as far as they are kept."""

        def refused(after: int | None) -> list[JournalEntry]:
            found = self._client.ask(
                "GET", "/journal", JournalView, kind="request.refused", after=after, limit=MAX_UNKNOWN_KEYS
            )
            return found.entries

        try:
            return refused(after=self._now_open().strangers_after)
        except HistoryGone:
            return refused(after=None)

    def _why_not(self, fax: FaxDetail) -> str:
        if fax.receipt is None:
            return "the fax is still under way; let time go by with advance"
        if fax.attempts:
            return f"the last attempt at {fax.attempts[-1].url}: {fax.attempts[-1].failure}"
        if self.callback_url is None:
            return "no callback URL is set; set fakefax.callback_url, or use fakefax.receiver"
        return "no attempt was made yet"


def _times(times: int | None) -> str:
    return "" if times is None else f"; expected {times}"


def _booked(entries: list[LedgerEntry]) -> str:
    lines = [
        f"  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.reason} of {as_text(abs(entry.amount))}, fax {entry.fax_job_id}"
        for entry in entries
    ]
    return "booked:\n" + ("\n".join(lines) or "  nothing")
