"""A sandbox with a small fax limit, in any history: its books are proved, and waiting faxes are kept."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fakefax.callbacks.client import CallbackClient
from fakefax.core.billing.ledger import EntryReason
from fakefax.core.callbacks.callback import Answer, ReceiptState
from fakefax.core.callbacks.retry_scheduler import ResendRefused
from fakefax.core.errors import FaxJobEvicted, NotEnoughBalance
from fakefax.core.ids import FaxJobIds
from fakefax.core.models import ChargeAt, FaxJob
from fakefax.core.msg_codes import JobState
from fakefax.core.receiving.incoming import DidGroup
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices
from fakefax.scenario.loader import parse_scenario
from fakefax.values.forms import PostedBody
from tests.core.mailbox import FAILS, OK, URL
from tests.core.time_tools import START
from tests.thorough import examples

GROUP = DidGroup(67, "CAN", "CANADA", "204", "WINNIPEG", None, "+1204", 7, 2_000_000)
COST, NUMBER_COST = Decimal("0.15"), Decimal(5)

SCENARIO = """
clock: {{rate: 0}}
accounts: [{{api_key: a, balance: 7, callback_url: '{url}', documents: [{{id: 10, filename: a.pdf, pages: 1}}]}}]
billing: {{charge: {charge}, refund_failed: {refund}}}
receipts: {{retry_every: 15m, expires_after: 30m}}
faxes:
  - when: {{fax_number: '+44*'}}
    then: {{msg_code: busy, after: 45s}}
  - when: {{fax_number: '+49*'}}
    then: {{msg_code: ok, after: 2h}}
  - then: {{msg_code: ok, after: 10s}}
callbacks:
  - when: {{fax_number: '+49*'}}
    then: {{duplicate: true}}
"""

Step = tuple[str, Any]
sends = st.tuples(
    st.just("send"), st.tuples(st.sampled_from(["+123456789", "+44123456", "+49123456"]), st.integers(1, 4))
)
steps = st.lists(
    sends
    | st.tuples(st.just("advance"), st.sampled_from([10, 45, 900, 7200]))
    | sends
    | st.tuples(st.just("set_endpoint"), st.sampled_from([OK, FAILS, None]))
    | st.tuples(st.just("answer"), st.sampled_from([OK, FAILS]))
    | st.tuples(st.just("set_callback_url"), st.sampled_from([URL, None]))
    | st.tuples(st.just("set_balance"), st.integers(0, 5000))
    | st.tuples(st.just("provision"), st.none())
    | st.tuples(st.just("resend"), st.integers(0, 20))
    | st.tuples(st.just("other_account"), st.none())
    | st.tuples(st.just("tell"), st.none()),
    min_size=10,
    max_size=50,
)


class Books:
    """Does the steps on a sandbox of two accounts with one ledger, and keeps its own account of all there was."""

    def __init__(self, charge: ChargeAt, refund: bool, limit: int) -> None:
        text = SCENARIO.format(url=URL, charge=charge.value, refund=str(refund).lower())
        services = SharedServices(CallbackClient(), FaxJobIds(), START, fax_limit=limit)
        self.sandbox = Sandbox(parse_scenario(text, "books.yaml"), services)
        self.sandbox.retry_scheduler.injector.post = self.post
        first = self.sandbox.first_account
        second = self.sandbox.open_account(ledger=first.ledger, documents=first.documents)
        self.accounts = [first, second]
        self.limit, self.refund, self.on_success = limit, refund, charge is ChargeAt.SUCCESS
        self.endpoint: Answer | None = OK
        self.in_flight: list[Callable[[Answer], None]] = []
        self.jobs: list[FaxJob] = []
        self.put_in = first.ledger.balance

    def post(self, what: object, url: str, body: PostedBody, done: Callable[[Answer], None]) -> None:
        if self.endpoint is None:
            self.in_flight.append(done)
        else:
            done(self.endpoint)

    async def do(self, step: Step) -> None:
        name, value = step
        if name == "advance":
            await self.sandbox.clock.advance(timedelta(seconds=value))
        else:
            getattr(self, name)(value)

    def send(self, order: tuple[str, int]) -> None:
        number, count = order
        for _ in range(count):
            try:
                self.jobs.append(self.sandbox.send(self.accounts[0], number, 10))
            except NotEnoughBalance:
                return
            self.tell()

    def tell(self, _: None = None) -> None:
        self.accounts[0].ledger.report()

    def set_endpoint(self, answer: Answer | None) -> None:
        self.endpoint = answer

    def answer(self, answer: Answer) -> None:
        if self.in_flight:
            self.in_flight.pop(0)(answer)

    def set_callback_url(self, url: str | None) -> None:
        self.accounts[0].callback_url = url

    def other_account(self, _: None) -> None:
        self.accounts.reverse()

    def set_balance(self, cents: int) -> None:
        balance = Decimal(cents) / 100
        ledger = self.accounts[0].ledger
        before = ledger.balance
        try:
            ledger.set_balance(self.sandbox.clock.now, balance)
        except ValueError:
            return
        self.put_in += balance - before

    def provision(self, _: None) -> None:
        try:
            self.sandbox.numbers.provision(self.accounts[0], GROUP)
        except NotEnoughBalance:
            return
        self.put_in -= NUMBER_COST

    def resend(self, index: int) -> None:
        kept = self.sandbox.fax_jobs(self.accounts[0])
        if index < len(kept):
            try:
                self.sandbox.retry_scheduler.resend(kept[index])
            except ResendRefused:
                return

    def paid(self, job: FaxJob) -> bool:
        if self.on_success:
            return job.status is JobState.SUCCESS
        return not (self.refund and job.status is JobState.FAILED)

    def check(self) -> None:
        first, second = self.accounts
        report = self.sandbox.audit(first)
        assert report.problems == []
        assert report.balance == self.put_in - COST * sum(map(self.paid, self.jobs))
        assert report.fax_jobs + report.carried.fax_jobs == len(self.jobs)
        assert (report.reach is None) == (report.carried.fax_jobs == 0)
        store = self.sandbox.store
        assert store.count_evicted(first.api_key) + store.count_evicted(second.api_key) == report.carried.fax_jobs
        self.check_kept()

    def check_kept(self) -> None:
        kept = {job.fax_job_id for account in self.accounts for job in self.sandbox.fax_jobs(account)}
        settled = 0
        for job in self.jobs:
            waits = job.finished_at is None or (
                job.receipt is not None and (job.receipt.state is ReceiptState.PENDING or job.receipt.in_flight)
            )
            if job.fax_job_id in kept:
                settled += not waits
                continue
            assert not waits
            try:
                self.sandbox.store.fax_job(job.fax_job_id, job.order.api_key)
            except FaxJobEvicted:
                continue
            raise AssertionError("it is neither kept nor let go")
        under_way = len(kept) - settled
        assert settled <= self.limit + max(1, under_way)
        ledger = self.accounts[0].ledger
        runs = sum(entry.reason is EntryReason.CARRIED_FORWARD for entry in ledger.entries)
        of_faxes = sum(entry.fax_job_id is not None for entry in ledger.entries)
        assert runs <= of_faxes + 1
        assert {entry.fax_job_id for entry in ledger.entries if entry.fax_job_id is not None} <= kept


@settings(deadline=None, max_examples=examples(50))
@given(st.sampled_from(ChargeAt), st.booleans(), st.integers(1, 4), steps)
async def test_the_books_stay_proved_whatever_is_evicted(
    charge: ChargeAt, refund: bool, limit: int, steps: list[Step]
):
    """In any order of sends, ends, refunds, top-ups and resends books add up, and waiting faxes are kept."""
    books = Books(charge, refund, limit)
    for step in steps:
        await books.do(step)
        books.check()
    books.endpoint = OK
    for answer in books.in_flight:
        answer(OK)
    assert (await books.sandbox.clock.run_until_idle()).settled
    books.check()
