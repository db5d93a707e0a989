"""The audit: what makes books right, and the mistake that it points out though they are."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from fakefax.core.billing.audit import STEP, AuditReport, DoubleCharge, audit, audit_steps, run_steps
from fakefax.core.billing.ledger import CarriedForward, Ledger
from fakefax.core.billing.retention import compact
from fakefax.core.models import Billing, ChargeAt
from fakefax.core.msg_codes import JobState
from tests.core.books import COST, Books, fax_job
from tests.core.time_tools import START, after


def test_right_books_pass():
    """Books that are right are proved so, with what was looked at."""
    assert Books().audit() == AuditReport(
        ok=True,
        opening=Decimal(100),
        balance=Decimal(150),
        entries=4,
        fax_jobs=2,
        balances_told=3,
        problems=[],
        double_charges=[],
        carried=CarriedForward(),
    )


@pytest.mark.parametrize(
    ("billing", "charged", "refunded"),
    [
        (Billing(ChargeAt.ACCEPT), {"executed", "success", "failed"}, set()),
        (Billing(ChargeAt.ACCEPT, refund_failed=True), {"executed", "success", "failed"}, {"failed"}),
        (Billing(ChargeAt.SUCCESS), {"success"}, set()),
        (Billing(ChargeAt.SUCCESS, refund_failed=True), {"success"}, set()),
    ],
)
@pytest.mark.parametrize("state", JobState)
def test_each_fax_is_charged_as_the_switches_say(
    billing: Billing, charged: set[str], refunded: set[str], state: JobState
):
    """For every state of a fax and each way of billing exactly one set of movements is right."""
    right: list[tuple[bool, bool]] = []
    for with_charge in (False, True):
        for with_refund in (False, True):
            ledger = Ledger(Decimal(1))
            if with_charge:
                ledger.charge(START, 200, COST)
            if with_refund:
                ledger.refund(START, 200, COST)
            if audit(ledger, [fax_job(200, state)], billing).ok:
                right.append((with_charge, with_refund))
    assert right == [(state in charged, state in refunded)]


def test_the_same_fax_charged_twice_is_pointed_out():
    """The same number and document charged twice is the program's mistake: it is said, the books are right."""
    ledger = Ledger(Decimal(1))
    jobs = [
        fax_job(200),
        fax_job(201, number="+44123456"),
        fax_job(202, document=11),
        fax_job(203),
        fax_job(204),
        fax_job(205, number="+44123456"),
    ]
    for job in jobs:
        ledger.charge(START, job.fax_job_id, COST)
    report = audit(ledger, jobs, Billing())
    assert report.ok
    assert report.double_charges == [
        DoubleCharge("+123456789", 10, [200, 203, 204], Decimal("0.45"), [10]),
        DoubleCharge("+44123456", 10, [201, 205], Decimal("0.30"), [10]),
    ]


def test_an_audit_in_steps_is_about_the_moment_when_it_began():
    """Charges, endings and balances that come between its steps change nothing of the report."""
    ledger = Ledger(Decimal(1000))
    jobs = [fax_job(number, JobState.EXECUTED, number=f"+49{number}") for number in range(200, 200 + 3 * STEP)]
    for job in jobs:
        ledger.charge(START, job.fax_job_id, COST)
        ledger.report()
    expected = audit(ledger, jobs, Billing(refund_failed=True))
    assert expected.ok
    steps = audit_steps(ledger, jobs, Billing(refund_failed=True))
    taken = 0
    for _ in zip(range(10), steps, strict=False):
        taken += 1
        jobs[taken].status = JobState.FAILED
        ledger.charge(START, 1, COST)
        ledger.report()
    assert run_steps(steps) == expected
    assert taken == 10


def test_the_same_file_uploaded_again_is_the_same_fax():
    """Two uploads of one file sent to one number are a double charge; a file and a document without one are not."""
    ledger = Ledger(Decimal(1))
    jobs = [
        fax_job(200, document=100, digest="a"),
        fax_job(201, document=10),
        fax_job(202, document=101, digest="a"),
        fax_job(203, document=102, digest="b"),
        fax_job(204, document=100, digest="a"),
    ]
    for job in jobs:
        ledger.charge(START, job.fax_job_id, COST)
    assert audit(ledger, jobs, Billing()).double_charges == [
        DoubleCharge("+123456789", 100, [200, 202, 204], Decimal("0.45"), [100, 101])
    ]


def test_a_second_try_after_a_failure_is_no_double_charge():
    """Busy, busy, ok: each try cost money and none was needless. One more after the success is."""
    ledger = Ledger(Decimal(1))
    jobs = [fax_job(200, JobState.FAILED), fax_job(201, JobState.FAILED), fax_job(202), fax_job(203)]
    for minutes, job in enumerate(jobs):
        job.accepted_at = after(60 * minutes)
        job.finished_at = after(60 * minutes + 30)
        ledger.charge(job.accepted_at, job.fax_job_id, COST)
    report = audit(ledger, jobs, Billing())
    assert report.double_charges == [DoubleCharge("+123456789", 10, [202, 203], Decimal("0.30"), [10])]
    jobs[1].accepted_at = after(29)
    report = audit(ledger, jobs, Billing())
    assert report.double_charges == [DoubleCharge("+123456789", 10, [200, 201, 202, 203], Decimal("0.60"), [10])]


def test_a_second_try_after_a_refund_is_no_double_charge():
    """When the price of a failed fax was given back, nobody paid twice."""
    ledger = Ledger(Decimal(1))
    jobs = [fax_job(200, JobState.FAILED), fax_job(201)]
    ledger.charge(START, 200, COST)
    ledger.refund(START, 200, COST)
    ledger.charge(START, 201, COST)
    report = audit(ledger, jobs, Billing(refund_failed=True))
    assert (report.ok, report.double_charges) == (True, [])


def test_a_second_try_after_a_fax_that_cost_nothing_is_no_double_charge():
    """When a failed fax is not charged, sending it again is not pointed out."""
    ledger = Ledger(Decimal(1))
    ledger.charge(START, 201, COST)
    jobs = [fax_job(200, JobState.FAILED), fax_job(201)]
    report = audit(ledger, jobs, Billing(ChargeAt.SUCCESS))
    assert (report.ok, report.double_charges) == (True, [])


@pytest.mark.parametrize(
    ("window", "doubles"),
    [
        (None, [200, 201, 202, 203]),
        (timedelta(hours=25), [200, 201, 202, 203]),
        (timedelta(hours=24), [201, 202, 203]),
        (timedelta(hours=1), [201, 202]),
        (timedelta(minutes=59), []),
        (timedelta(), []),
    ],
)
def test_a_window_bounds_what_is_a_double_charge(window: timedelta | None, doubles: list[int]):
    """The same fax again counts when it comes within the window of one before it, its edge included."""
    ledger = Ledger(Decimal(1))
    jobs = [fax_job(200), fax_job(201), fax_job(202), fax_job(203)]
    for hours, job in zip((0, 25, 26, 50), jobs, strict=True):
        job.accepted_at = after(3600 * hours)
        ledger.charge(job.accepted_at, job.fax_job_id, COST)
    report = audit(ledger, jobs, Billing(double_charge_window=window))
    assert report.ok
    assert [id_ for double in report.double_charges for id_ in double.fax_job_ids] == doubles


def test_the_same_number_of_two_accounts_is_no_double_charge():
    """Two users of one balance who send their document 10 to one number have sent two faxes."""
    ledger = Ledger(Decimal(1))
    jobs = [fax_job(200), fax_job(201)]
    jobs[1].order = replace(jobs[1].order, api_key="another")
    for job in jobs:
        ledger.charge(START, job.fax_job_id, COST)
    report = audit(ledger, jobs, Billing())
    assert (report.ok, report.double_charges) == (True, [])


def test_a_second_try_at_the_moment_of_the_failure_is_no_double_charge():
    """On a paused clock the receipt of a failed fax comes, and the program sends again, at that very moment."""
    ledger = Ledger(Decimal(1))
    jobs = [fax_job(200, JobState.FAILED), fax_job(201)]
    jobs[0].finished_at = jobs[1].accepted_at = after(30)
    for job in jobs:
        ledger.charge(job.accepted_at, job.fax_job_id, COST)
    assert audit(ledger, jobs, Billing()).double_charges == []
    jobs[0].finished_at = after(31)
    (double,) = audit(ledger, jobs, Billing()).double_charges
    assert double.fax_job_ids == [200, 201]


def test_a_try_after_two_that_overlapped_and_failed_is_no_double_charge():
    """The two of them are; the third was sent when both had failed."""
    ledger = Ledger(Decimal(1))
    jobs = [fax_job(200, JobState.FAILED), fax_job(201, JobState.FAILED), fax_job(202)]
    for job, accepted, finished in zip(jobs, (0, 10, 70), (60, 40, 100), strict=True):
        job.accepted_at, job.finished_at = after(accepted), after(finished)
        ledger.charge(job.accepted_at, job.fax_job_id, COST)
    (double,) = audit(ledger, jobs, Billing()).double_charges
    assert double.fax_job_ids == [200, 201]


def test_each_fax_number_was_paid_for_with_its_own_price():
    """Prices that come to the same sum in another order are wrong, and so are those of entries carried forward."""
    ledger, first = Ledger(Decimal(100)), fax_job(200)
    for price in (5, 3):
        ledger.charge_number(START, Decimal(price))
    assert audit(ledger, [], Billing(), [Decimal(5), Decimal(3)]).ok
    assert audit(ledger, [], Billing(), [Decimal(3), Decimal(5)]).problems == [
        "the fax numbers cost 3.00 and 5.00, and what was taken for them is 5.00 and 3.00"
    ]
    ledger.charge(START, first.fax_job_id, COST)
    compact(ledger, [first], Billing())
    assert audit(ledger, [], Billing(), [Decimal(5), Decimal(3)]).ok
    assert audit(ledger, [], Billing(), [Decimal(5), Decimal(4)]).problems == [
        "the first fax numbers cost 5.00 and 4.00, and 8.00 was taken for them"
    ]
