"""One sandbox: its parts, and the operations on it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from fakefax.callbacks.dispatcher import Dispatcher
from fakefax.core.billing.audit import AuditReport, audit_steps, run_steps
from fakefax.core.billing.audit import Steps as AuditSteps
from fakefax.core.billing.ledger import Ledger
from fakefax.core.billing.retention import Retention
from fakefax.core.callbacks.callback import ReceiptState
from fakefax.core.callbacks.retry_scheduler import RetryScheduler
from fakefax.core.clock import Advance, Clock, ClockClosed
from fakefax.core.delayed_responses import DelayedResponses
from fakefax.core.engine import Engine
from fakefax.core.faults.callback_faults import CallbackFault
from fakefax.core.journal import Detail, Entry, Journal, Kind
from fakefax.core.journal_search import OF_FAX_JOB, JournalWaiter
from fakefax.core.models import Account, Document, FaxJob, FaxOrder
from fakefax.core.msg_codes import JobState
from fakefax.core.real_time import real_seconds, wall_clock
from fakefax.core.receiving.inbox import IncomingFaxes
from fakefax.core.receiving.number_registry import NumberRegistry
from fakefax.core.store import MemoryStore
from fakefax.sandbox.services import SharedServices, Transform, identity
from fakefax.sandbox.uploads import DocumentStore, Upload
from fakefax.sandbox.users import Users
from fakefax.scenario.build import (
    accounts_of,
    billing_of,
    number_lifetime_of,
    numbers_of,
    policy_of,
    pricing_of,
    start_of,
)
from fakefax.scenario.rules import SandboxRules
from fakefax.scenario.schema import Scenario
from fakefax.values.durations import format_duration
from fakefax.values.money import as_text, parse_amount
from fakefax.values.urls import check_callback_url


class Sandbox:
    """An isolated fax service: a clock, accounts with their ledgers, rules and a journal.

    `owner` is the api_key of journal entries about the whole sandbox, None for the first sandbox.
    `transform` adjusts any scenario for this sandbox: flags and the request for it take precedence over a file.
    `number` names it where a key should not stand. `watchers` are called when it ends; each counts as use.
    A `kept` one is written to the state file of a server that has one, and stays however long it is not used.
    """

    def __init__(
        self,
        scenario: Scenario,
        services: SharedServices,
        owner: str | None = None,
        transform: Transform = identity,
        *,
        begun: bool = True,
    ) -> None:
        """One that is not `begun` has nothing in its journal and no fax numbers yet: another run is put back."""
        self.scenario = scenario
        self.transform = transform
        self.owner = owner
        self.services = services
        self.number = 0
        self.kept = False
        self.watchers: set[Callable[[], None]] = set()
        begin = start_of(scenario, services.begin)
        self.clock = Clock(begin, scenario.clock.rate)
        self.recording = services.recording
        if self.recording is not None:
            self.recording.of(self.clock, scenario)
        self.journal = self._new_journal()
        self.store = MemoryStore(services.fax_limit)
        self.accounts = {account.api_key: account for account in accounts_of(scenario, begin)}
        for account in self.accounts.values():
            account.ledger.position = self.journal.next_seq
        self.documents = DocumentStore(self.clock, self.journal, self.accounts, services.files, scenario)
        self.users = Users(self.clock, scenario.seed)
        self.billing, self.pricing = billing_of(scenario), pricing_of(scenario)
        self.rules = SandboxRules(scenario)
        self.retention = Retention(self.store, self.accounts, self.billing, self.clock)
        self.delayed_responses = DelayedResponses(self.clock)
        self._callback_timeout = services.client.timeout
        before_posting = None if services.keeping is None else self._kept_before_posting
        self._dispatcher = Dispatcher(services.client, self.clock, before_posting)
        self.retry_scheduler = self._new_retry_scheduler()
        self.engine = self._new_engine()
        self.journal_waiter = JournalWaiter(self.clock, self.journal, self._about, self._nothing_more)
        self.inbox = IncomingFaxes(
            self.clock, self.journal, services.receiving_ids, scenario.seed, self.retry_scheduler.issue_received
        )
        self.numbers = self._new_number_registry()
        if begun:
            self.begin()

    def _new_journal(self) -> Journal:
        return Journal(
            self.services.journal_limit,
            self.services.listeners,
            self.owner,
            identity=_journal_identity(),
            redact=self.services.keys.masked,
        )

    def _new_retry_scheduler(self) -> RetryScheduler:
        return RetryScheduler(
            self.clock,
            self.journal,
            policy_of(self.scenario),
            self.accounts,
            post=self._dispatcher.post,
            decide_callback=self.rules.decide_callback,
            concern_callbacks=self.rules.concern_callbacks,
            receipt_settled=self.retention.receipt_settled,
        )

    def _new_engine(self) -> Engine:
        return Engine(
            self.clock,
            self.journal,
            self.store,
            self.services.ids,
            self.pricing,
            self.billing,
            decide_fax=self.rules.decide_fax,
            fax_ended=self._fax_ended,
        )

    def _new_number_registry(self) -> NumberRegistry:
        return NumberRegistry(
            self.clock,
            self.journal,
            self.services.receiving_ids,
            self.accounts,
            self.pricing.number,
            number_lifetime_of(self.scenario),
        )

    def begin(self) -> None:
        """Record that it has started, and give its accounts their numbers. Call it on the event loop."""
        started = {"scenario": self.scenario.description or "a scenario without description"}
        self.record(Kind.SANDBOX_STARTED, started)
        self.numbers.give_first((self.accounts[api_key], number) for api_key, number in numbers_of(self.scenario))

    @property
    def first_account(self) -> Account:
        return next(iter(self.accounts.values()))

    @property
    def closed(self) -> bool:
        """True if this sandbox was deleted, or reset and so replaced. Check after each `await`."""
        return self.clock.closed

    @property
    def busy(self) -> bool:
        """True if anything waits for this sandbox: an advance, an attempt in flight, or a wait for an entry."""
        return self.clock.walking or bool(self.clock.holds) or len(self.journal_waiter) > 0 or bool(self.watchers)

    def record(
        self,
        kind: Kind,
        details: Detail | Callable[[], Detail],
        account: Account | None = None,
        fax_job_id: int | None = None,
    ) -> None:
        """Add an entry to the journal at the current simulated time."""
        self.journal.record(self.clock.now, kind, details, account.api_key if account else None, fax_job_id)

    def end(self) -> None:
        """Close at once: timers and waits end, and nothing more is posted.

        The parts drop their references to each other, so that memory is freed without the garbage collector.
        """
        self.clock.close()
        self.delayed_responses.close()
        self.retry_scheduler.close()
        self.journal_waiter.close()
        self.documents.close()
        self._dispatcher.stop()
        self.engine.close()
        for watcher in list(self.watchers):
            watcher()
        for job in self.store:
            job.timer = None
            if job.receipt is not None:
                job.receipt.timer = None
                job.receipt = None
        for account in self.accounts.values():
            for fax in account.inbox.values():
                fax.timer = None
                if fax.callback is not None:
                    fax.callback.timer = None
                    fax.callback = None

    async def close(self) -> None:
        """Close, and wait until its attempts in flight have ended too."""
        self.end()
        await self._dispatcher.close()

    def open_account(
        self,
        *,
        api_key: str | None = None,
        ledger: Ledger | None = None,
        callback_url: str | None = None,
        received_fax_url: str | None = None,
        documents: Mapping[int, Document] | None = None,
    ) -> Account:
        """Add an account. Its key (a new one unless given) works at once and until the sandbox is closed.

        A reset takes it away too, since the scenario does not have it. A `ledger` may be another account's, which
        then shares its balance. Raises KeyTaken, and ClockClosed if the sandbox is closed.
        """
        if self.closed:
            raise ClockClosed("no account can be opened: its sandbox was reset or deleted")
        account = Account(
            api_key=api_key or self.services.keys.fresh(),
            user_id=len(self.accounts) + 1,
            ledger=ledger or Ledger(Decimal(0)),
            callback_url=callback_url,
            received_fax_url=received_fax_url,
            documents=dict(documents or {}),
        )
        self.services.keys.add(self, account)
        self.accounts[account.api_key] = account
        account.ledger.position = self.journal.next_seq
        self.record(Kind.ACCOUNT_OPENED, {"balance": account.ledger.balance}, account)
        return account

    def send(
        self,
        account: Account,
        fax_number: str,
        document_id: int,
        *,
        tsi_number: str | None = None,
        delete_file: bool = False,
    ) -> FaxJob:
        """Accept and charge a fax. Raises a Refusal and then changes nothing."""
        order = FaxOrder(account.api_key, fax_number, account.document(document_id), tsi_number, delete_file)
        job = self.engine.send(account, order)
        self._apply_faults_of_send(account, job)
        return job

    async def send_file(
        self,
        account: Account,
        fax_number: str,
        upload: Upload,
        *,
        tsi_number: str | None = None,
        delete_file: bool = False,
    ) -> FaxJob:
        """Upload a file and fax it in one step; when the fax is refused, nothing of the file is kept."""
        async with self.documents.received(upload) as document:
            order = FaxOrder(account.api_key, fax_number, document, tsi_number, delete_file)
            job = self.engine.send(account, order)
            self.documents.add(account, document, upload.content)
        self._apply_faults_of_send(account, job)
        return job

    def _apply_faults_of_send(self, account: Account, job: FaxJob) -> None:
        """Decide the callback faults that are not about an attempt, but about the send or the status answer.

        One of them ends the fax at once, so that the receipt comes before the send is answered.
        """
        fault = self.retry_scheduler.decide_at_send(job)
        if fault is not None and fault.ends_fax_at_send:
            self.engine.finish_now(job, account)

    async def register(self, email: str, password: str | None, parent: Account | None = None) -> Account:
        """Open an account for a new user, or for a sub-user of `parent`, whose callback URLs it then has too.

        Raises MalformedEmail or EmailTaken.
        """
        user = await self.users.prepare(email, password)
        switches = self.scenario.users
        shared = parent is not None and switches.subuser_balance == "shared"
        account = self.open_account(
            ledger=parent.ledger if parent is not None and shared else Ledger(parse_amount(switches.balance)),
            callback_url=parent.callback_url if parent else None,
            received_fax_url=parent.received_fax_url if parent else None,
        )
        self.users.add(user, account.api_key)
        return account

    async def upload_remote(self, account: Account, url: str) -> Document:
        """Take the file at a URL; time waits while it is fetched.

        Raises RemoteFileRefused, FileTooLarge or StorageFull.
        """
        with self.clock.hold(f"file at {url} is fetched"):
            upload = await self.services.remote.fetch(url, self.services.files.upload_limit)
            if self.closed:
                raise ClockClosed("this sandbox was reset or deleted while the file was fetched")
            return await self.documents.upload(account, upload)

    async def wait_for_early_receipt(self, job: FaxJob, fault: CallbackFault) -> None:
        """Return when a send may be answered: at once, unless a fault has its receipt arrive before.

        Then it waits for the first attempt, in real time and little longer than that may take.
        """
        if fault.ends_fax_at_send and job.receipt is not None:
            await self.retry_scheduler.held_answers.wait(job.receipt, self._callback_timeout + 1)

    def polled_status(self, job: FaxJob) -> JobState:
        """The status of a job as a program sees it now."""
        return job.polled_status(self.clock.now)

    def fax_jobs(self, account: Account) -> list[FaxJob]:
        """The jobs of an account, oldest first."""
        return list(self.store.fax_jobs(account.api_key))

    def audit(self, account: Account) -> AuditReport:
        """Audit an account and those that share its ledger."""
        return run_steps(self.audit_steps(account))

    def audit_steps(self, account: Account, **changes: Any) -> AuditSteps:
        """The same in steps, for a long ledger; the report is about the moment of this call.

        `changes` are of the scenario's billing, such as another `double_charge_window`.
        """
        sharing = [other for other in self.accounts.values() if other.ledger is account.ledger]
        jobs = sorted((job for each in sharing for job in self.fax_jobs(each)), key=lambda job: job.fax_job_id)
        billing = replace(self.billing, **changes)
        return audit_steps(account.ledger, jobs, billing, self.numbers.prices(account.ledger))

    def change_account(
        self, account: Account, *, balance: Decimal | None = None, urls: Mapping[str, str | None] | None = None
    ) -> None:
        """Set an account's balance, and those of its URLs that are named; None takes a URL away.

        Raises ValueError, and changes nothing, for an invalid URL or balance.
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
            was = getattr(account, name)
            setattr(account, name, url)
            details = {"change": f"{name} is now {url or 'none'}", "setting": name, "value": url, "was": was}
            self.record(Kind.ACCOUNT_CHANGED, details, account)

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

    async def _kept_before_posting(self) -> None:
        """Return when an attempt that is about to be posted is kept, if this sandbox is. Raises NotKept."""
        if self.kept and self.services.keeping is not None:
            await self.services.keeping.saved()

    def _fax_ended(self, job: FaxJob, due: datetime) -> None:
        if job.order.delete_file:
            self.documents.delete_after(job)
        self.retry_scheduler.issue(job, due)

    def _about(self, entry: Entry) -> Mapping[str, object]:
        """Fields of an entry's fax job, for waits that ask for a number or a document."""
        job = None if entry.fax_job_id is None else self.store.find(entry.fax_job_id)
        if job is None:
            return {}
        return dict(zip(OF_FAX_JOB, (job.fax_number, job.document_id, job.status, job.msg_code), strict=True))

    def _nothing_more(self, fax_job_id: int) -> str | None:
        """The reason why a fax job causes no further entries by itself, or None if it still may."""
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


def _journal_identity() -> str:
    """A name unique to this journal, across resets and restarts."""
    return f"{int(wall_clock().timestamp()):x}-{int(real_seconds() * 1e6):x}"
