"""The members about faxes and what happened to them."""

from fakefax.handle.connected import Connected
from fakefax.views import FaxDetail, FaxDetailList, JournalEntry, JournalView, ResetView


class FaxMembers(Connected):
    """faxes, fax, resend, journal, reset."""

    @property
    def faxes(self) -> list[FaxDetail]:
        """The faxes that were sent, oldest first, each with its timeline and every attempt at its receipt.

        (fax,) = fakefax.faxes
        assert fax.fax_number == "+15005550002"
        assert [attempt.status_code for attempt in fax.attempts] == [503, 200]
        """
        return self._ask("GET", "/faxes", FaxDetailList, detail="true").faxes

    def fax(self, fax_job_id: int) -> FaxDetail:
        """One fax, by the id that the program was told. Raises Unknown when there is none."""
        return self._ask("GET", f"/faxes/{fax_job_id}", FaxDetail)

    def resend(self, fax_job_id: int) -> FaxDetail:
        """Post the receipt of a fax once more, now; `advance("0s")` waits for its answer.

        Raises Unknown, or NotNow while the fax is under way or without a callback URL.
        """
        return self._ask("POST", f"/faxes/{fax_job_id}/resend", FaxDetail)

    @property
    def journal(self) -> list[JournalEntry]:
        """All that happened and all that did not, oldest first, each with the reason.

        print(*(entry.message for entry in fakefax.journal), sep="\\n")
        """
        return self._ask("GET", "/journal", JournalView).entries

    def reset(self) -> None:
        """Everything back to the scenario; only fax_job_ids go on rising."""
        self._ask("POST", "/reset", ResetView)
