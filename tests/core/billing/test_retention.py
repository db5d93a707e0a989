"""Finished faxes are bounded: which are evicted, and what is still true of their money."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from msgspec.structs import replace

from fakefax.callbacks.client import CallbackClient
from fakefax.core.billing.ledger import EntryReason, Ledger
from fakefax.core.billing.retention import Retention, compact
from fakefax.core.callbacks.callback import Answer, ReceiptState
from fakefax.core.clock import Clock
from fakefax.core.errors import FaxJobEvicted, UnknownFaxJob
from fakefax.core.ids import FaxJobIds
from fakefax.core.models import Account, Billing, FaxJob
from fakefax.core.receiving.incoming import DidGroup
from fakefax.core.store import MemoryStore
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices
from fakefax.scenario.loader import parse_scenario
from fakefax.values.forms import PostedBody
from tests.core.books import fax_job
from tests.core.mailbox import FAILS, OK
from tests.core.time_tools import START, after

LIMIT = 3
GROUP = DidGroup(67, "CAN", "CANADA", "204", "WINNIPEG", None, "+1204", 7, 2_000_000)


class Office:
    """A sandbox that keeps three finished faxes, with an endpoint that answers when the test says so.

    `answer` is what the endpoint answers at once; with None the test does, through `posted`.
    """

    def __init__(self, more: str = "", answer: Answer | None = OK, url: str = "http://127.0.0.1:9/faxto") -> None:
        callback = f"callback_url: '{url}', " if url else ""
        account = f"{{api_key: a, {callback}balance: 100, documents: [{{id: 10, filename: a.pdf, pages: 1}}]}}"
        scenario = parse_scenario(f"clock: {{rate: 0}}\naccounts: [{account}]\n{more}", "office.yaml")
        services = SharedServices(CallbackClient(), FaxJobIds(), START, fax_limit=LIMIT)
        self.sandbox = Sandbox(scenario, services)
        self.sandbox.retry_scheduler.injector.post = self.post
        self.account = self.sandbox.first_account
        self.answer = answer
        self.posted: list[Callable[[Answer], None]] = []

    def post(self, what: object, url: str, body: PostedBody, done: Callable[[Answer], None]) -> None:
        if self.answer is None:
            self.posted.append(done)
        else:
            done(self.answer)

    def send(self, number: str = "+123456789") -> FaxJob:
        job = self.sandbox.send(self.account, number, 10)
        self.account.ledger.report()
        return job

    async def send_and_finish(self, count: int = 1) -> list[FaxJob]:
        """Faxes one after the other, each with its receipt acknowledged."""
        jobs = []
        for _ in range(count):
            jobs.append(self.send())
            await self.pass_time(30)
        return jobs

    async def pass_time(self, seconds: float) -> None:
        await self.sandbox.clock.advance(timedelta(seconds=seconds))

    @property
    def kept(self) -> list[int]:
        return [job.fax_job_id for job in self.sandbox.fax_jobs(self.account)]

    def movements(self) -> list[tuple[str, int | None, str, str]]:
        """The movements of the ledger."""
        entries = self.account.ledger.entries
        return [(entry.reason, entry.fax_job_id, str(entry.amount), str(entry.balance)) for entry in entries]


async def test_the_oldest_finished_faxes_are_evicted():
    """Beyond the limit those settled first are evicted; a request for one gets the reason and the cure."""
    office = Office()
    await office.send_and_finish(5)
    assert office.kept == [202, 203, 204]
    why = (
        "fax job 201 is not kept any more, if there was one: 2 finished faxes up to fax job 201 were evicted to "
        "keep the last 3; start with a larger --fax-limit"
    )
    with pytest.raises(FaxJobEvicted) as gone:
        office.sandbox.store.fax_job("201", "a")
    assert str(gone.value) == why
    assert office.sandbox._nothing_more(201) == why
    with pytest.raises(UnknownFaxJob, match=r"^this key has no fax job 205$"):
        office.sandbox.store.fax_job("205", "a")
    with pytest.raises(UnknownFaxJob, match=r"^this key has no fax job 201$"):
        office.sandbox.store.fax_job("201", "another")
    assert (office.sandbox.store.count_evicted("a"), office.sandbox.store.count_evicted("another")) == (2, 0)


async def test_the_money_of_what_is_evicted_is_carried_forward():
    """Their entries become one with their sum; the audit proves the books from the opening balance to the last."""
    office = Office()
    await office.send_and_finish(5)
    assert office.movements() == [
        ("carried_forward", None, "-0.30", "99.70"),
        ("charge", 202, "-0.15", "99.55"),
        ("charge", 203, "-0.15", "99.40"),
        ("charge", 204, "-0.15", "99.25"),
    ]
    report = office.sandbox.audit(office.account)
    assert (report.ok, report.opening, report.balance) == (True, Decimal(100), Decimal("99.25"))
    assert (report.entries, report.fax_jobs, report.balances_told) == (3, 3, 4)
    carried = report.carried
    assert (carried.entries, carried.fax_jobs, carried.balances_told) == (2, 2, 1)
    assert carried.amounts == {EntryReason.CHARGE: Decimal("-0.30")}
    assert report.reach == (
        "2 fax jobs were evicted to keep to --fax-limit; 2 entries were proved then and are not looked at again, "
        "and double charges are found among the 3 fax jobs kept"
    )
    assert [double.fax_job_ids for double in report.double_charges] == [[202, 203, 204]]


async def test_nothing_is_said_of_a_reach_before_anything_was_evicted():
    """As long as all is kept, the audit is about everything."""
    office = Office()
    await office.send_and_finish(3)
    report = office.sandbox.audit(office.account)
    assert (report.reach, report.carried.fax_jobs, report.fax_jobs) == (None, 0, 3)


async def test_a_fax_under_way_or_with_a_pending_receipt_is_never_evicted():
    """A fax that still waits for something keeps its job and its entry, also beyond the limit."""
    office = Office("faxes: [{when: {fax_number: '+44*'}, then: {msg_code: ok, after: 90h}}, {then: {after: 30s}}]")
    slow = office.send("+44123456")
    office.answer = FAILS
    pending = office.send()
    await office.pass_time(30)
    office.answer = OK
    await office.send_and_finish(8)
    assert office.kept == [slow.fax_job_id, pending.fax_job_id, 207, 208, 209]
    assert office.movements()[:3] == [
        ("charge", 200, "-0.15", "99.85"),
        ("charge", 201, "-0.15", "99.70"),
        ("carried_forward", None, "-0.75", "98.95"),
    ]
    assert office.sandbox.audit(office.account).ok
    office.answer = FAILS
    await office.pass_time(49 * 3600)
    assert pending.receipt is not None
    assert pending.receipt.state is ReceiptState.EXPIRED
    office.answer = OK
    await office.send_and_finish(4)
    assert office.kept == [slow.fax_job_id, 211, 212, 213]
    assert [entry[:2] for entry in office.movements()[:2]] == [("charge", 200), ("carried_forward", None)]
    assert office.sandbox.audit(office.account).ok


async def test_many_that_wait_at_the_front_cost_no_search_at_each_fax():
    """With many receipts pending, faxes are evicted in larger batches, so their entries are looked for seldom."""
    office = Office("faxes: [{then: {msg_code: ok, after: 0s}}]", answer=FAILS)
    for _ in range(200):
        office.send()
    await office.pass_time(0)
    office.answer = OK
    lengths = []
    for _ in range(100):
        office.send()
        await office.pass_time(0)
        lengths.append(len(office.kept))
    drops = sum(later < earlier for earlier, later in pairwise(lengths))
    assert (min(lengths[1:]), max(lengths)) == (202, 223)
    assert drops == 4
    assert office.sandbox.audit(office.account).ok


async def test_a_receipt_that_is_sent_once_more_keeps_its_fax_meanwhile():
    """A resend in flight is waited for; a fax that was resent often still counts once."""
    office = Office()
    (first,) = await office.send_and_finish()
    office.answer = None
    office.sandbox.retry_scheduler.resend(first)
    office.answer = OK
    await office.send_and_finish(4)
    assert office.kept == [200, 203, 204]
    office.posted.pop()(OK)
    for _ in range(10):
        office.sandbox.retry_scheduler.resend(office.sandbox.fax_jobs(office.account)[-1])
    await office.send_and_finish(2)
    assert office.kept == [204, 205, 206]


async def test_a_status_that_comes_late_to_the_program_comes():
    """A rule that has the status answer lag behind keeps the fax until the answer is true."""
    office = Office("callbacks: [{when: {fax_number: '+44*'}, then: {poll: behind, poll_by: 10m}}]")
    late = office.send("+44123456")
    await office.pass_time(30)
    await office.send_and_finish(6)
    assert office.kept[0] == late.fax_job_id
    assert office.sandbox.polled_status(late) == "executed"
    await office.pass_time(600)
    assert office.sandbox.polled_status(late) == "success"
    await office.send_and_finish(3)
    assert late.fax_job_id not in office.kept


async def test_a_settled_fax_keeps_nothing_that_is_of_no_use_any_more():
    """No timer and no decision hang on a fax that is over, and what is evicted needs no garbage collector."""
    office = Office("callbacks: [{then: {poll: ahead, poll_by: 5s}}]")
    (job,) = await office.send_and_finish()
    assert (job.timer, job.callback_fault, job.settled) == (None, None, True)
    assert job.receipt is not None
    assert job.receipt.timer is None
    await office.send_and_finish(4)
    assert job.receipt is None  # or the two would hold each other


@pytest.mark.parametrize("refund", [False, True])
async def test_all_money_before_the_last_fax_that_goes_goes_with_it(refund: bool):
    """Refunds, top-ups and what fax numbers cost are carried forward too, and still proved."""
    office = Office(f"billing: {{refund_failed: {str(refund).lower()}}}\nfaxes: [{{then: {{msg_code: busy}}}}]")
    ledger, clock = office.account.ledger, office.sandbox.clock
    await office.send_and_finish(2)
    office.sandbox.change_account(office.account, balance=Decimal(50))
    office.sandbox.change_account(office.account, balance=Decimal(80))
    office.sandbox.numbers.provision(office.account, GROUP)
    await office.send_and_finish(6)
    office.sandbox.numbers.provision(office.account, GROUP)
    assert clock.pending == 0
    report = office.sandbox.audit(office.account)
    assert report.problems == []
    spent = Decimal("0.75")
    assert report.carried.amounts == {
        EntryReason.CHARGE: -spent,
        EntryReason.WITHDRAWAL: Decimal(50) - (100 if refund else Decimal("99.70")),
        EntryReason.TOP_UP: Decimal(30),
        EntryReason.NUMBER: Decimal(-5),
        **({EntryReason.REFUND: spent} if refund else {}),
    }
    assert ledger.entries[-1].reason is EntryReason.NUMBER


async def test_those_who_share_a_balance_are_proved_together():
    """Faxes of a parent and of its sub-user are evicted from one ledger; each list is its account's own."""
    office = Office()
    shared = office.account.ledger
    user = office.sandbox.open_account(ledger=shared, documents=office.account.documents)
    parent = office.account
    for number in range(8):
        office.account = user if number % 2 else parent
        await office.send_and_finish()
    assert [job.fax_job_id for job in office.sandbox.fax_jobs(parent)] == [206]
    assert [job.fax_job_id for job in office.sandbox.fax_jobs(user)] == [205, 207]
    store = office.sandbox.store
    assert (store.count_evicted("a"), store.count_evicted(user.api_key)) == (3, 2)
    report = office.sandbox.audit(parent)
    assert (report.ok, report.fax_jobs, report.carried.fax_jobs, report.carried.entries) == (True, 3, 5, 5)


async def test_books_that_were_wrong_when_they_were_carried_stay_wrong():
    """A problem of an entry is kept when the entry is evicted, and its sum is not corrected."""
    office = Office()
    await office.send_and_finish(3)
    ledger = office.account.ledger
    ledger.entries[0] = replace(ledger.entries[0], balance=Decimal("98.85"))
    ledger.entries[1] = replace(ledger.entries[1], amount=Decimal("-0.25"))
    ledger.reported[2] = Decimal(7)
    await office.send_and_finish(3)
    assert office.sandbox.audit(office.account).problems[:5] == [
        "an entry of -0.15 after 100.00 says balance 98.85",
        "the program got the balance 99.85; it was 98.85",
        "an entry of -0.25 after 98.85 says balance 99.70",
        "the program got the balance 7.00; it was 99.70",
        "fax job 201 (success) should have -0.15 as charge and has -0.25",
    ]


async def test_an_overdrawn_balance_is_reported_after_its_entry_is_gone():
    """Money that was taken beyond the balance is a problem for good, though later top-ups cover it."""
    office = Office()
    ledger = office.account.ledger
    ledger.opening = ledger.balance = Decimal("0.10")
    ledger.reserved = Decimal(-1)  # so that it does not refuse
    await office.send_and_finish(1)
    ledger.reserved = Decimal(0)
    office.sandbox.change_account(office.account, balance=Decimal(1))
    await office.send_and_finish(4)
    assert office.movements()[0] == ("carried_forward", None, "0.75", "0.85")
    assert office.sandbox.audit(office.account).problems == ["an entry of -0.15 overdraws the balance to -0.05"]


async def test_a_carried_sum_that_was_tampered_with_is_found():
    """The sum that is carried forward has to be that of the entries."""
    office = Office()
    await office.send_and_finish(5)
    ledger = office.account.ledger
    ledger.entries[0] = replace(ledger.entries[0], amount=Decimal("-0.40"))
    problems = office.sandbox.audit(office.account).problems
    assert problems[0] == "-0.40 is carried forward; the entries that were come to -0.30"
    assert problems[1] == "entry 1 says balance 99.70; the entries add up to 99.60"


async def test_a_reset_begins_the_count_anew():
    """A sandbox that takes another's place has let nothing go."""
    office = Office()
    await office.send_and_finish(5)
    fresh = Office()
    with pytest.raises(UnknownFaxJob, match=r"^this key has no fax job 201$"):
        fresh.sandbox.store.fax_job("201", "a")


def test_a_fax_number_that_overdrew_is_reported_after_its_entry_is_gone():
    """Just as a fax, and the sum in its place has the time and the journal entry of the last one in it."""
    ledger = Ledger(Decimal(4))
    kept, gone = fax_job(200), fax_job(201)
    ledger.position = iter(range(11, 20)).__next__
    ledger.reserved = Decimal(-10)  # so that it does not refuse
    ledger.charge(START, kept.fax_job_id, kept.cost)
    ledger.charge_number(after(1), Decimal(5))
    ledger.charge(after(2), gone.fax_job_id, gone.cost)
    compact(ledger, [gone], Billing())
    assert ledger.carried.problems == [
        "an entry of -5.00 overdraws the balance to -1.15",
        "an entry of -0.15 overdraws the balance to -1.30",
    ]
    last = ledger.entries[-1]
    assert (last.reason, last.at, last.seq) == (EntryReason.CARRIED_FORWARD, after(2), 12 + 1)


def test_faxes_of_another_run_are_evicted_in_the_order_in_which_they_settled():
    """After a restart as before it: those settled first go first, whatever their ids."""
    store, account = MemoryStore(fax_limit=2), Account("key", Ledger(Decimal(1)))
    retention = Retention(store, {"key": account}, Billing(), Clock(START))
    jobs = [fax_job(fax_job_id) for fax_job_id in range(200, 204)]
    for job in jobs:
        store.add(job)
        account.ledger.charge(START, job.fax_job_id, job.cost)
    for job, settled in zip(jobs, (3, 1, 2, 0), strict=True):
        job.settled = settled
    retention.put_back(jobs, 3, 3)
    retention.receipt_settled(jobs[3])
    assert ([job.fax_job_id for job in store], jobs[3].settled) == ([200, 203], 4)


def test_the_problems_of_evicted_entries_are_bounded():
    """However many faxes were not charged, so many are named and no more."""
    ledger = Ledger(Decimal(1))
    for first in (200, 300):
        compact(ledger, [fax_job(first + number) for number in range(15)], Billing())
    assert (len(ledger.carried.problems), ledger.carried.fax_jobs) == (20, 30)
