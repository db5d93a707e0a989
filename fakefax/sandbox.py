"""One isolated world, put together from a scenario; and the registry that finds a world by its api_key."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from fakefax.core.advance import Advance
from fakefax.core.audit import AuditReport, audit
from fakefax.core.chance import FaxJobIds, ReceivingIds
from fakefax.core.clock import Clock
from fakefax.core.durations import format_duration
from fakefax.core.engine import Engine
from fakefax.core.inbox import Inbox
from fakefax.core.journal import DEFAULT_CAPACITY, Detail, Journal, Kind
from fakefax.core.models import Account, FaxJob
from fakefax.core.money import as_text
from fakefax.core.number_book import NumberBook
from fakefax.core.receipt_book import ReceiptBook
from fakefax.core.store import MemoryStore
from fakefax.core.urls import check_callback_url
from fakefax.delivery import CallbackClient, Dispatcher
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


@dataclass(frozen=True)
class Surroundings:
    """What the sandboxes of one server share. `begin` is where time starts unless a scenario says so."""

    client: CallbackClient
    ids: FaxJobIds
    begin: datetime
    journal_limit: int = DEFAULT_CAPACITY
    receiving_ids: ReceivingIds = field(default_factory=ReceivingIds)


class Sandbox:
    """A clock, accounts with their ledgers, rules and a journal. Nothing of it is shared with another."""

    def __init__(self, scenario: Scenario, surroundings: Surroundings) -> None:
        self.scenario = scenario
        begin = start_of(scenario, surroundings.begin)
        self.clock = Clock(begin, scenario.clock.rate)
        self.journal = Journal(surroundings.journal_limit)
        self.store = MemoryStore()
        self.accounts = {account.api_key: account for account in accounts_of(scenario, begin)}
        self.billing = billing_of(scenario)
        self.rules = AllRules(scenario)
        self._dispatcher = Dispatcher(surroundings.client, self.clock)
        self.receipts = ReceiptBook(
            self.clock, self.journal, policy_of(scenario), self.accounts, self._dispatcher.post
        )
        self.engine = Engine(
            self.clock,
            self.journal,
            self.store,
            surroundings.ids,
            pricing_of(scenario),
            self.billing,
            self.rules.faxes.decide,
            self.receipts.issue,
        )
        ids = surroundings.receiving_ids
        self.inbox = Inbox(self.clock, self.journal, ids, scenario.seed, self.receipts.issue_received)
        self.numbers = NumberBook(
            self.clock,
            self.journal,
            ids,
            self.accounts,
            pricing_of(scenario).number,
            number_lifetime_of(scenario),
        )
        self.record(Kind.SANDBOX_STARTED, {"scenario": scenario.description or "a scenario without description"})
        for api_key, did_number in numbers_of(scenario):
            self.numbers.give(self.accounts[api_key], did_number)

    @property
    def first_account(self) -> Account:
        return next(iter(self.accounts.values()))

    def send(self, account: Account, fax_number: str, document_id: int) -> FaxJob:
        """Accept and charge a fax, or raise a Refusal and do nothing."""
        return self.engine.send(account, fax_number, document_id)

    def fax_jobs(self, account: Account) -> list[FaxJob]:
        """The jobs of an account, oldest first."""
        return list(self.store.fax_jobs(account.api_key))

    def audit(self, account: Account) -> AuditReport:
        """Prove an account's books."""
        return audit(account.ledger, self.fax_jobs(account), self.billing, self.numbers.prices(account.ledger))

    def change_account(
        self, account: Account, *, balance: Decimal | None = None, urls: Mapping[str, str | None] | None = None
    ) -> None:
        """Set an account's balance, and those of its URLs that are named; None takes a URL away.

        Raises ValueError, and changes nothing, for what is no http URL or for a balance that cannot be.
        """
        urls = urls or {}
        for url in urls.values():
            if url is not None:
                check_callback_url(url)
        entry = None if balance is None else account.ledger.set_balance(self.clock.now, balance)
        if entry is not None:
            change = f"{entry.reason} of {as_text(abs(entry.amount))}, balance {as_text(entry.balance)}"
            self.record(Kind.ACCOUNT_CHANGED, {"change": change}, account)
        for name, url in urls.items():
            setattr(account, name, url)
            self.record(Kind.ACCOUNT_CHANGED, {"change": f"{name} is now {url or 'none'}"}, account)

    def change_rate(self, rate: float) -> None:
        """Let simulated time flow at another rate. Raises ClockError for one that the clock does not have."""
        self.clock.rate = rate
        change = f"{rate:g} simulated seconds a real second" if rate else "paused"
        self.record(Kind.CLOCK_CHANGED, {"change": change, "rate": rate})

    async def walk(self, advance: Callable[[Clock], Awaitable[Advance]]) -> Advance:
        """Carry out one of the clock's advances, and note what it did."""
        result = await advance(self.clock)
        detail = {"advanced": format_duration(result.advanced), "fired": result.fired_count}
        if result.settled:
            self.record(Kind.CLOCK_ADVANCED, detail)
        else:
            self.record(Kind.CLOCK_GAVE_UP, {**detail, "reason": result.message})
        return result

    def record(
        self, kind: Kind, detail: Detail, account: Account | None = None, fax_job_id: int | None = None
    ) -> None:
        """Note something in the journal, now."""
        self.journal.record(self.clock.now, kind, detail, account.api_key if account else None, fax_job_id)

    async def close(self) -> None:
        """End this world: its timers, its attempts in flight, whoever waits for its clock."""
        self.clock.close()
        await self._dispatcher.close()


class Sandboxes:
    """The worlds of one server, found by api_key."""

    def __init__(self, scenario: Scenario, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._by_key: dict[str, Sandbox] = {}
        self.first = self._open(scenario)

    def find(self, api_key: str) -> tuple[Sandbox, Account] | None:
        """The world and the account of a key, or None when no world has it."""
        sandbox = self._by_key.get(api_key)
        return None if sandbox is None else (sandbox, sandbox.accounts[api_key])

    async def reset(self, sandbox: Sandbox) -> Sandbox:
        """Drop a world and build another from its scenario. Ids go on rising; who listens goes on listening.

        A world that was reset already stays dropped; the answer is then the one that took its place.
        """
        current = self._by_key[sandbox.first_account.api_key]
        if current is not sandbox:
            return current
        fresh = self._open(sandbox.scenario)
        fresh.journal.inherit_listeners(sandbox.journal)
        if sandbox is self.first:
            self.first = fresh
        await sandbox.close()
        return fresh

    async def close(self) -> None:
        for sandbox in {id(sandbox): sandbox for sandbox in self._by_key.values()}.values():
            await sandbox.close()

    def _open(self, scenario: Scenario) -> Sandbox:
        sandbox = Sandbox(scenario, self._surroundings)
        self._by_key.update(dict.fromkeys(sandbox.accounts, sandbox))
        return sandbox
