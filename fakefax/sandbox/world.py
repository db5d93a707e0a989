"""The parts of one isolated world, put together from a scenario, and how it ends."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from fakefax.callbacks.dispatcher import CallbackClient, Dispatcher
from fakefax.core.billing.retention import Retention
from fakefax.core.callbacks.callback import ReceiptState
from fakefax.core.callbacks.delays import Waits
from fakefax.core.callbacks.retry_scheduler import ReceiptBook
from fakefax.core.clock import Clock
from fakefax.core.engine import Engine
from fakefax.core.journal import DEFAULT_CAPACITY, Detail, Entry, Journal, Kind, Listener
from fakefax.core.journal_search import OF_FAX_JOB, Lookout
from fakefax.core.models import Account, FaxJob
from fakefax.core.randomness import FaxJobIds, ReceivingIds
from fakefax.core.receiving.inbox import Inbox
from fakefax.core.receiving.number_registry import NumberBook
from fakefax.core.store import DEFAULT_FAX_LIMIT, MemoryStore
from fakefax.sandbox.keys import Keys
from fakefax.sandbox.remote_files import RemoteFiles
from fakefax.sandbox.uploads import DocumentStore, Workshop
from fakefax.sandbox.users import Users
from fakefax.scenario.all_rules import AllRules
from fakefax.scenario.build import (
    accounts_of,
    billing_of,
    number_lifetime_of,
    numbers_of,
    policy_of,
    pricing_of,
    start_of,
)
from fakefax.scenario.schema import Scenario

Amend = Callable[[Scenario], Scenario]
"""A scenario with some values replaced. Raises ValueError for one that cannot have them."""


def as_written(scenario: Scenario) -> Scenario:
    """The scenario as it is."""
    return scenario


class Surroundings(Struct, frozen=True):
    """What the sandboxes of one server share. `begin` is where time starts unless a scenario says so.

    Who is in `listeners` hears every journal; who is added hears it from then on.
    """

    client: CallbackClient
    ids: FaxJobIds
    begin: datetime
    journal_limit: int = DEFAULT_CAPACITY
    receiving_ids: ReceivingIds = field(default_factory=ReceivingIds)
    keys: Keys[Any] = field(default_factory=Keys)
    listeners: list[Listener] = field(default_factory=list)
    workshop: Workshop = field(default_factory=Workshop)
    remote: RemoteFiles = field(default_factory=RemoteFiles)
    fax_limit: int = DEFAULT_FAX_LIMIT


class World:
    """A clock, accounts with their ledgers, rules and a journal. Nothing of it is shared with another.

    `owner` is the api_key that the journal gives to what is about the world as a whole, None for the first world.
    `amend` makes of any scenario one of this world: what flags or the request for it said beats what a file says.
    """

    def __init__(
        self,
        scenario: Scenario,
        surroundings: Surroundings,
        owner: str | None = None,
        amend: Amend = as_written,
    ) -> None:
        self.scenario = scenario
        self.amend = amend
        self.owner = owner
        self.surroundings = surroundings
        begin = start_of(scenario, surroundings.begin)
        self.clock = Clock(begin, scenario.clock.rate)
        self.journal = Journal(surroundings.journal_limit, surroundings.listeners, owner)
        self.store = MemoryStore(surroundings.fax_limit)
        self.accounts = {account.api_key: account for account in accounts_of(scenario, begin)}
        self.documents = DocumentStore(
            self.clock, self.journal, self.accounts, surroundings.workshop, scenario.seed
        )
        self.users = Users(self.clock, scenario.seed)
        self.billing, pricing = billing_of(scenario), pricing_of(scenario)
        self.rules = AllRules(scenario)
        self.waits = Waits(self.clock)
        self._callback_timeout = surroundings.client.timeout
        self._dispatcher = Dispatcher(surroundings.client, self.clock)
        self.receipts = ReceiptBook(
            self.clock,
            self.journal,
            policy_of(scenario),
            self.accounts,
            self._dispatcher.post,
            self.rules.decide_callback,
            self.rules.concern_callbacks,
            Retention(self.store, self.accounts, self.billing, self.clock).settled,
        )
        self.engine = Engine(
            self.clock,
            self.journal,
            self.store,
            surroundings.ids,
            pricing,
            self.billing,
            self.rules.decide_fax,
            self._fax_ended,
        )
        self.lookout = Lookout(self.clock, self.journal, self._about, self._nothing_more)
        ids = surroundings.receiving_ids
        self.inbox = Inbox(self.clock, self.journal, ids, scenario.seed, self.receipts.issue_received)
        self.numbers = NumberBook(
            self.clock,
            self.journal,
            ids,
            self.accounts,
            pricing.number,
            number_lifetime_of(scenario),
        )
        self.record(Kind.SANDBOX_STARTED, {"scenario": scenario.description or "a scenario without description"})
        for api_key, did_number in numbers_of(scenario):
            self.numbers.give(self.accounts[api_key], did_number)

    @property
    def first_account(self) -> Account:
        return next(iter(self.accounts.values()))

    @property
    def closed(self) -> bool:
        """Whether this world was deleted, or reset and so replaced by another. Ask after each `await`."""
        return self.clock.closed

    @property
    def busy(self) -> bool:
        """Whether somebody waits for this world: for an advance, an attempt in flight, or an entry."""
        return self.clock.walking or bool(self.clock.holds) or len(self.lookout) > 0

    def record(
        self,
        kind: Kind,
        told: Detail | Callable[[], Detail],
        account: Account | None = None,
        fax_job_id: int | None = None,
    ) -> None:
        """Note something in the journal, now."""
        self.journal.record(self.clock.now, kind, told, account.api_key if account else None, fax_job_id)

    def end(self) -> None:
        """End this world at once: its timers, whoever waits for its clock; nothing more is posted."""
        self.clock.close()
        self.waits.close()
        self.receipts.replies.close()
        self.lookout.close()
        self.documents.close()
        self._dispatcher.stop()

    async def close(self) -> None:
        """End this world, and return when its attempts in flight are gone too."""
        self.end()
        await self._dispatcher.close()

    def _fax_ended(self, job: FaxJob, due: datetime) -> None:
        if job.order.delete_file:
            self.documents.delete_after(job)
        self.receipts.issue(job, due)

    def _about(self, entry: Entry) -> Mapping[str, object]:
        """What the fax job of an entry is, for who waits for entries about a number or a document."""
        job = None if entry.fax_job_id is None else self.store.find(entry.fax_job_id)
        if job is None:
            return {}
        return dict(zip(OF_FAX_JOB, (job.fax_number, job.document_id, job.status, job.msg_code), strict=True))

    def _nothing_more(self, fax_job_id: int) -> str | None:
        """Why nothing more is to come of a fax job by itself, or None while something is."""
        job = self.store.find(fax_job_id)
        if job is None:
            return self.store.why_gone(fax_job_id) or f"this sandbox has no fax job {fax_job_id}"
        state = job.receipt.state if job.receipt else None
        if job.finished_at is None or state is ReceiptState.PENDING:
            return None
        names = [timer.name for timer in self.clock.timers(self.clock.pending)]
        if any(re.search(rf"\b{fax_job_id}\b", name) for name in names):
            return None
        return f"fax job {fax_job_id} has ended and its receipt is {state}, so nothing more comes of it by itself"
