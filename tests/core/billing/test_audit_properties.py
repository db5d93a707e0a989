"""The books of a sandbox can be audited after anything that may happen to it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakefax.callbacks.client import CallbackClient
from fakefax.core.callbacks.retry_scheduler import ResendRefused
from fakefax.core.errors import NotEnoughBalance, UnknownDocument
from fakefax.core.ids import FaxJobIds
from fakefax.core.models import ChargeAt, FaxJob
from fakefax.core.msg_codes import JobState, MsgCode
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices
from fakefax.scenario.rule_schema import FaxOutcome, FaxRule, FaxWhen
from fakefax.scenario.schema import (
    AccountSection,
    BillingSection,
    ClockSection,
    DocumentSection,
    PricingSection,
    Scenario,
)
from tests.core.time_tools import START
from tests.thorough import examples

UNKNOWN_DOCUMENT = 99

outcomes = st.builds(
    FaxOutcome, msg_code=st.sampled_from(MsgCode), after=st.sampled_from(["0", "30s", "45s", "10m"])
)
scenarios = st.builds(
    lambda opening, charge, refund, per_page, plans: Scenario(
        clock=ClockSection(rate=0),
        accounts=(
            AccountSection(
                api_key="key",
                balance=opening,
                documents=tuple(DocumentSection(id=n, filename=f"{n}.pdf", pages=n) for n in (1, 3)),
            ),
        ),
        pricing=PricingSection(per_page=per_page, prefixes={"+44": 0.1, "+4479": 0.000001}),
        billing=BillingSection(charge=charge, refund_failed=refund),
        faxes=(FaxRule(when=FaxWhen(fax_number="+1*"), then=plans[0]), FaxRule(then=tuple(plans))),
    ),
    st.integers(0, 300).map(lambda cents: cents / 100),
    st.sampled_from(ChargeAt),
    st.booleans(),
    st.sampled_from([0.0, 0.15, 0.333333, 1.0]),
    st.lists(outcomes, min_size=1, max_size=5),
)

Step = tuple[str, object]
sends = st.tuples(
    st.just("send"),
    st.tuples(
        st.sampled_from(["+123456789", "+44123456", "+4479123456"]), st.sampled_from([1, 3, UNKNOWN_DOCUMENT])
    ),
)
steps = st.lists(
    sends
    | st.tuples(st.just("advance"), st.sampled_from([0, 1, 30, 45, 600]))
    | st.tuples(st.just("set balance"), st.integers(0, 500))
    | st.tuples(st.just("tell"), st.none())
    | st.tuples(st.just("resend"), st.integers(0, 5)),
    max_size=25,
)


class Bookkeeper:
    """Does the steps on a sandbox, and keeps what should be true in a simpler way than the ledger does."""

    def __init__(self, scenario: Scenario) -> None:
        self.billing = scenario.billing
        self.sandbox = Sandbox(scenario, SharedServices(CallbackClient(), FaxJobIds(), START))
        self.account = self.sandbox.first_account
        self.put_in = self.account.ledger.balance
        self.jobs: list[FaxJob] = []

    async def do(self, step: Step) -> None:
        match step:
            case "send", (str(fax_number), int(document_id)):
                self.send(fax_number, document_id)
            case "advance", int(seconds):
                await self.sandbox.clock.advance(timedelta(seconds=seconds))
            case "set balance", int(cents):
                self.set_balance(Decimal(cents) / 100)
            case "resend", int(index):
                self.resend(index)
            case "tell", _:
                self.account.ledger.report()

    def send(self, fax_number: str, document_id: int) -> None:
        available, books = self.account.ledger.available, len(self.account.ledger.entries)
        try:
            self.jobs.append(self.sandbox.send(self.account, fax_number, document_id))
        except UnknownDocument:
            assert document_id == UNKNOWN_DOCUMENT
        except NotEnoughBalance:
            assert self.account.ledger.available == available
            assert len(self.account.ledger.entries) == books

    def set_balance(self, balance: Decimal) -> None:
        before = self.account.ledger.balance
        try:
            self.account.ledger.set_balance(self.sandbox.clock.now, balance)
        except ValueError:
            assert balance < self.owed
        else:
            self.put_in += balance - before

    def resend(self, index: int) -> None:
        if index < len(self.jobs):
            with pytest.raises(ResendRefused):  # there is no callback URL
                self.sandbox.retry_scheduler.resend(self.jobs[index])

    @property
    def owed(self) -> Decimal:
        """The cost of the faxes under way if they succeed."""
        under_way = [job for job in self.jobs if job.status is JobState.EXECUTED]
        on_success = self.billing.charge is ChargeAt.SUCCESS
        return sum((job.cost for job in under_way), Decimal(0)) if on_success else Decimal(0)

    @property
    def spent(self) -> Decimal:
        return sum((job.cost for job in self.jobs if self.is_paid(job.status)), Decimal(0))

    def is_paid(self, state: JobState) -> bool:
        if self.billing.charge is ChargeAt.SUCCESS:
            return state is JobState.SUCCESS
        return not (self.billing.refund_failed and state is JobState.FAILED)

    def check(self) -> None:
        report = self.sandbox.audit(self.account)
        assert report.problems == []
        assert report.ok
        assert report.fax_jobs == len(self.jobs)
        assert report.balance == self.put_in - self.spent
        assert all(entry.balance >= 0 for entry in self.account.ledger.entries)
        assert self.account.ledger.available == report.balance - self.owed
        assert self.account.ledger.available >= 0


@settings(deadline=None, max_examples=examples(50))
@given(scenarios, steps)
async def test_the_audit_holds_after_any_sequence(scenario: Scenario, steps: list[Step]):
    """For any sends, refunds, top-ups, withdrawals and answers: the books add up, nothing is overdrawn."""
    books = Bookkeeper(scenario)
    books.check()
    for step in steps:
        await books.do(step)
        books.check()
    assert (await books.sandbox.clock.run_until_idle()).settled
    books.check()
    assert books.owed == 0
    assert all(job.status is not JobState.EXECUTED for job in books.jobs)
