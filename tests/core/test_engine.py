"""A fax job's life: accepted and charged in one step, ended when its plan says so."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from fakefax.core.billing.ledger import EntryReason, Ledger
from fakefax.core.clock import Clock, ClockClosed
from fakefax.core.decisions import Decision
from fakefax.core.engine import Engine
from fakefax.core.errors import NotEnoughBalance, UnknownDocument, UnknownFaxJob
from fakefax.core.ids import FaxJobIds
from fakefax.core.journal import Journal
from fakefax.core.models import Account, Billing, ChargeAt, Document, FaxJob, FaxOrder, Plan, Pricing
from fakefax.core.msg_codes import JobState, MsgCode
from fakefax.core.store import MemoryStore
from tests.core.time_tools import START, after, seconds
from tests.fidelity import assumed

NUMBER = "+123456789"


class Rig:
    """An engine with one account; `plans` says what becomes of successive faxes, the last one stays."""

    def __init__(self, *codes: MsgCode, balance: str = "1", billing: Billing | None = None) -> None:
        self.clock = Clock(START)
        self.journal = Journal()
        self.store = MemoryStore()
        documents = {10: Document(10, "invoice.pdf", 1), 11: Document(11, "contract.pdf", 12)}
        self.account = Account("key", Ledger(Decimal(balance)), documents=documents)
        self.decided: list[FaxOrder] = []
        self.finished: list[tuple[int, JobState, datetime]] = []
        self.codes: Iterator[MsgCode] = iter(codes)
        self.engine = Engine(
            self.clock,
            self.journal,
            self.store,
            FaxJobIds(),
            Pricing(Decimal("0.15"), {"+44": Decimal("0.10")}),
            billing or Billing(),
            self.decide,
            lambda job, due: self.finished.append((job.fax_job_id, job.status, due)),
        )

    def decide(self, order: FaxOrder) -> Decision[Plan]:
        self.decided.append(order)
        return Decision(Plan(next(self.codes, MsgCode.OK), seconds(30), "the rule"), "the rule", list)

    def send(self, fax_number: str = NUMBER, document_id: int = 10) -> FaxJob:
        order = FaxOrder(self.account.api_key, fax_number, self.account.document(document_id))
        return self.engine.send(self.account, order)

    @property
    def ledger(self) -> list[tuple[EntryReason, int | None, Decimal, datetime]]:
        entries = self.account.ledger.entries
        return [(entry.reason, entry.fax_job_id, entry.amount, entry.at) for entry in entries]

    @property
    def trace(self) -> tuple[object, ...]:
        """Everything that a send leaves behind."""
        left = self.account.ledger.available, len(list(self.store.fax_jobs("key"))), self.clock.pending
        return (*left, self.journal.last_seq, len(self.account.ledger.entries))


async def test_a_fax_is_accepted_charged_and_ended():
    """A send takes the price at once, the fax ends when its plan says so, and the journal has both."""
    rig = Rig(MsgCode.BUSY)
    job = rig.send()
    assert (job.fax_job_id, job.status, job.cost, job.accepted_at) == (200, "executed", Decimal("0.15"), START)
    assert rig.ledger == [(EntryReason.CHARGE, 200, Decimal("-0.15"), START)]
    assert rig.finished == []
    await rig.clock.advance(timedelta(hours=1))
    assert (job.status, job.finished_at) == (JobState.FAILED, after(30))
    assert rig.finished == [(200, JobState.FAILED, after(30))]
    assert [entry.message for entry in rig.journal.of_fax_job(200, job.journal_seq)] == [
        "fax 200 to +123456789 accepted: document 10, 1 page(s), cost 0.15, balance 0.85; the rule",
        "fax 200 to +123456789 ended: failed, busy",
    ]


@pytest.mark.parametrize(
    ("code", "state", "billing", "movements"),
    [
        ("ok", "success", Billing(), [("charge", "-0.15", START)]),
        ("hangup", "failed", Billing(), [("charge", "-0.15", START)]),
        ("ok", "success", Billing(refund_failed=True), [("charge", "-0.15", START)]),
        (
            "hangup",
            "failed",
            Billing(refund_failed=True),
            [("charge", "-0.15", START), ("refund", "0.15", after(30))],
        ),
        ("ok", "success", Billing(ChargeAt.SUCCESS), [("charge", "-0.15", after(30))]),
        ("hangup", "failed", Billing(ChargeAt.SUCCESS), []),
        ("hangup", "failed", Billing(ChargeAt.SUCCESS, refund_failed=True), []),
    ],
)
@assumed("A fax is charged when it is accepted.", switch="billing.charge")
@assumed("A failed fax is not refunded.", switch="billing.refund_failed")
async def test_money_moves_as_the_switches_say(
    code: str, state: str, billing: Billing, movements: list[tuple[str, str, datetime]]
):
    """When a fax is paid for, and whether a failed one is refunded, is what the scenario's billing says."""
    rig = Rig(MsgCode(code), billing=billing)
    job = rig.send()
    await rig.clock.advance(seconds(30))
    assert job.status == state
    assert rig.ledger == [(reason, 200, Decimal(amount), at) for reason, amount, at in movements]
    assert rig.account.ledger.reserved == 0


def test_an_unknown_document_leaves_no_trace():
    """A fax of a document that the key does not have is refused, with those that it has; nothing is decided."""
    rig = Rig()
    before = rig.trace
    with pytest.raises(UnknownDocument, match=r"^this key has no document 12; it has: 10, 11$"):
        rig.send(document_id=12)
    assert (rig.trace, rig.decided) == (before, [])
    rig.account.documents.clear()
    with pytest.raises(UnknownDocument, match=r"^this key has no document 10; it has: none$"):
        rig.send()


@pytest.mark.parametrize("charge", ChargeAt)
def test_a_fax_that_cannot_be_paid_leaves_no_trace(charge: ChargeAt):
    """A send beyond the balance is refused, uses up no rule, and the id after it is the next one."""
    rig = Rig(balance="0.40", billing=Billing(charge))
    ids = [rig.send().fax_job_id, rig.send().fax_job_id]
    before = rig.trace
    with pytest.raises(NotEnoughBalance, match=r"^the fax costs 0\.15 and the simulated balance has 0\.10 left$"):
        rig.send()
    assert rig.trace == before
    assert len(rig.decided) == 2
    assert [*ids, rig.send("+44123456").fax_job_id] == [200, 201, 202]


@pytest.mark.parametrize("charge", ChargeAt)
async def test_a_balance_for_fifty_pays_for_fifty(charge: ChargeAt):
    """Of 200 sends on a balance for 50 exactly 50 are accepted, whenever they are paid for."""
    rig = Rig(balance="7.50", billing=Billing(charge))
    accepted = 0
    for _ in range(200):
        try:
            rig.send()
        except NotEnoughBalance:
            continue
        accepted += 1
    assert accepted == 50
    await rig.clock.run_until_idle()
    assert rig.account.ledger.balance == 0
    assert min(entry.balance for entry in rig.account.ledger.entries) == 0


def test_a_closed_sandbox_charges_nothing():
    """A send that comes while the sandbox is being closed is refused, and no money has moved."""
    rig = Rig()
    rig.clock.close()
    before = rig.trace
    with pytest.raises(ClockClosed):
        rig.send()
    assert rig.trace == before


async def test_a_failed_fax_frees_what_was_kept_for_it():
    """With payment on success, what a failed fax would have cost can be spent on the next one."""
    rig = Rig(MsgCode.NO_ANSWER, balance="0.15", billing=Billing(ChargeAt.SUCCESS))
    rig.send()
    with pytest.raises(NotEnoughBalance):
        rig.send()
    await rig.clock.advance(seconds(30))
    assert rig.send().fax_job_id == 201


async def test_faxes_end_at_their_own_due_time():
    """Faxes accepted at different times end in that order, each exactly as long after as its plan says."""
    rig = Rig()
    for _ in range(3):
        rig.send()
        await rig.clock.advance(seconds(20))
    await rig.clock.advance(timedelta(days=1))
    assert rig.finished == [(200 + n, JobState.SUCCESS, after(30 + 20 * n)) for n in range(3)]


@pytest.mark.parametrize(
    ("number", "pages", "cost"),
    [
        ("+123456789", 1, "0.15"),
        ("+123456789", 12, "1.80"),
        ("+44123456", 3, "0.30"),
        ("+4479123456", 3, "0.000003"),
        ("+447", 1, "0.10"),
        ("+4", 1, "0.15"),
    ],
)
def test_the_longest_prefix_sets_the_price(number: str, pages: int, cost: str):
    """A page costs what the longest prefix of the number says, or else the general price, exactly."""
    pricing = Pricing(Decimal("0.15"), {"+44": Decimal("0.10"), "+4479": Decimal("0.000001")})
    assert pricing.cost(number, pages) == Decimal(cost)


def test_a_key_finds_its_own_faxes_only():
    """A job is found under the key that sent it, in the order of sending; any other key gets an error."""
    rig = Rig()
    other = Account("other", Ledger(Decimal(1)), documents=rig.account.documents)
    mine = [rig.send(), rig.send()]
    theirs = rig.engine.send(other, FaxOrder(other.api_key, NUMBER, other.document(10)))
    assert list(rig.store.fax_jobs("key")) == mine
    assert list(rig.store.fax_jobs("other")) == [theirs]
    assert rig.store.fax_job(201, "key") is mine[1]
    for fax_job_id, key in ((202, "key"), (200, "other"), (999, "key")):
        with pytest.raises(UnknownFaxJob, match=f"^this key has no fax job {fax_job_id}$"):
            rig.store.fax_job(fax_job_id, key)


async def test_a_fax_that_is_ended_before_its_time_ends_once():
    """Ending it early takes its timer away; ending it again does nothing."""
    rig = Rig()
    job = rig.send()
    rig.engine.finish_now(job, rig.account)
    rig.engine.finish_now(job, rig.account)
    await rig.clock.advance(timedelta(days=1))
    assert (job.finished_at, rig.finished) == (START, [(200, JobState.SUCCESS, START)])
    assert len(rig.journal.entries(kind="fax.finished")) == 1


async def test_a_fax_has_ended_when_it_was_due_however_late_the_clock_wakes_up():
    """The end that a running clock comes to a little late is the end that was planned, for the receipt as well."""
    rig = Rig()
    job = rig.send()
    await rig.clock.advance(seconds(20))
    rig.engine.finish(job, rig.account, after(10))
    assert (job.finished_at, rig.finished) == (after(10), [(200, JobState.SUCCESS, after(10))])


async def test_the_journal_has_the_balance_after_a_charge_and_after_a_refund():
    """The entries of a fax say what its charge and its refund have left, and go on saying so."""
    rig = Rig(MsgCode.BUSY, MsgCode.OK, billing=Billing(refund_failed=True))
    first, second = rig.send(), rig.send()
    await rig.clock.advance(seconds(30))
    balances = [
        [str(entry.detail["balance"]) for entry in rig.journal.of_fax_job(job.fax_job_id, job.journal_seq)]
        for job in (first, second)
    ]
    assert balances == [["0.85", "0.85"], ["0.70", "0.85"]]
