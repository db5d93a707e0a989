"""Faxes that arrive: each at its time, in its account's inbox, with a callback to the account's URL for them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from fakefax.core.callbacks.received_faxes import ReceivedFaxCallback
from fakefax.core.clock import Clock
from fakefax.core.errors import UnknownIncomingFax
from fakefax.core.ids import ReceivingIds, incoming_uuid
from fakefax.core.journal import Journal, Kind
from fakefax.core.models import Account
from fakefax.core.receiving.incoming import FaxFile, FaxNumber, IncomingFax, Transmission
from fakefax.values.durations import to_the_second
from fakefax.values.numbers import whole_number

Issue = Callable[[IncomingFax, datetime], ReceivedFaxCallback]
"""Calls the account back about a fax that arrived, from that time on."""


class IncomingFaxes:
    """Lets faxes arrive in a sandbox. `announced` is called for each, as soon as its time is known."""

    def __init__(self, clock: Clock, journal: Journal, ids: ReceivingIds, seed: int, issue: Issue) -> None:
        self._clock = clock
        self._journal = journal
        self._ids = ids
        self._seed = seed
        self._issue = issue
        self.announced: Callable[[IncomingFax], None] = lambda _: None

    def take_id(self) -> int:
        """The id of the next fax."""
        return self._ids.incoming.take()

    def receive(
        self,
        account: Account,
        number: FaxNumber,
        incoming_fax_id: int,
        sender: str,
        file: FaxFile,
        transmission: Transmission,
        after: timedelta = timedelta(),
    ) -> IncomingFax:
        """Let a fax arrive on an account's number after a simulated span, or now."""
        received_at = self._clock.now + after
        uuid = incoming_uuid(self._seed, incoming_fax_id)
        fax = IncomingFax(incoming_fax_id, uuid, account.api_key, number, sender, received_at, file, transmission)
        if after:
            fax.timer = self._clock.call_at(received_at, _arrival(fax), partial(self._arrive, account, fax))
        account.inbox[incoming_fax_id] = fax
        self.announced(fax)
        if not after:
            self._arrive(account, fax, received_at)
        return fax

    def put_back(self, account: Account, fax: IncomingFax, due: datetime, order: int) -> None:
        """Let a fax of another run arrive at its time."""
        fax.timer = self._clock.put_back(due, order, _arrival(fax), partial(self._arrive, account, fax))

    def find(self, account: Account, incoming_fax_id: str) -> IncomingFax:
        """A fax of the account's inbox by the text of its id. Raises UnknownIncomingFax."""
        number = whole_number(incoming_fax_id)
        fax = None if number is None else account.inbox.get(number)
        if fax is None:
            raise UnknownIncomingFax(f"this key has no incoming fax {incoming_fax_id!r}")
        return fax

    def find_arrived(self, account: Account, incoming_fax_id: str) -> IncomingFax:
        """Like `find`, but the fax must have arrived."""
        fax = self.find(account, incoming_fax_id)
        if not fax.arrived:
            raise UnknownIncomingFax(f"incoming fax {incoming_fax_id} arrives at {to_the_second(fax.received_at)}")
        return fax

    def arrived(self, account: Account) -> list[IncomingFax]:
        """The faxes in the account's inbox, newest first (documented by the list's example)."""
        there = [fax for fax in account.inbox.values() if fax.arrived]
        return sorted(there, key=lambda fax: (fax.received_at, fax.incoming_fax_id), reverse=True)

    def _arrive(self, account: Account, fax: IncomingFax, due: datetime) -> None:
        fax.arrived, fax.timer = True, None
        details = {
            "incoming_fax_id": fax.incoming_fax_id,
            "sender": fax.sender,
            "did_number": fax.number.did_number,
            "pages": fax.file.pages,
        }
        self._journal.record(self._clock.now, Kind.RECEIVED_ARRIVED, details, account.api_key)
        fax.callback = self._issue(fax, due)


def _arrival(fax: IncomingFax) -> str:
    return f"fax {fax.incoming_fax_id} arrives"
