"""For any faults on the way, the schedule keeps its times, the receipt ends, and every run is the same."""

from datetime import datetime, timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from fakefax.core.callbacks.callback import Answer, ReceiptState
from fakefax.core.callbacks.receipts import RetryPolicy
from fakefax.core.decisions import CallbackSubject, Decision
from fakefax.core.faults.callback_faults import CallbackFault
from tests.core.mailbox import FAILS, OK, Mailbox, receipt_of
from tests.core.time_tools import START
from tests.thorough import examples

MINUTE = timedelta(minutes=1)
POLICY = RetryPolicy(15 * MINUTE, 60 * MINUTE)
DUES = [START + number * 15 * MINUTE for number in range(5)]

faults = st.builds(
    CallbackFault,
    drop=st.booleans(),
    delay=st.sampled_from([0, 0, 1, 15, 40]).map(lambda minutes: minutes * MINUTE),
    duplicate=st.booleans(),
    reorder=st.booleans(),
    lose_ack=st.booleans(),
    change=st.sampled_from([{}, {"msg_code": "busy"}]),
)
stories = st.lists(faults, max_size=6)
answers = st.lists(st.sampled_from([OK, FAILS, FAILS]), max_size=8)


def ends(box: Mailbox, fax_job_id: int, _: datetime) -> None:
    box.issue(fax_job_id=fax_job_id)


def rig(faults: list[CallbackFault], answers: list[Answer], faxes: int) -> Mailbox:
    """Faxes that end a minute apart, with these faults for their attempts in turn, and then none."""
    asked = iter(faults)

    def decide(_: CallbackSubject) -> Decision[CallbackFault] | None:
        fault = next(asked, None)
        return None if fault is None else Decision(fault, "a rule", list)

    box = Mailbox(lambda nth: answers[nth - 1] if nth <= len(answers) else FAILS, POLICY, decide=decide)
    for number in range(faxes):
        box.clock.call_at(START + number * MINUTE, "a fax ends", partial(ends, box, 200 + number))
    return box


@settings(deadline=None, max_examples=examples(50))
@given(stories, answers)
async def test_no_fault_moves_the_schedule_or_leaves_anything_behind(
    faults: list[CallbackFault], answers: list[Answer]
):
    """Attempts are due when the policy says, made then or later, until acknowledged or all five have failed."""
    box = rig(faults, answers, 1)
    await box.clock.advance(timedelta(days=1))
    receipt = receipt_of(box.jobs[200])
    dues = list(dict.fromkeys(attempt.due for attempt in receipt.attempts))
    assert dues == DUES[: len(dues)]
    assert [attempt.number for attempt in receipt.attempts if attempt.failure is None][:1] in ([], [len(dues)])
    assert all(attempt.at >= attempt.due for attempt in receipt.attempts)
    acknowledged = any(attempt.failure is None for attempt in receipt.attempts)
    assert receipt.state == (ReceiptState.ACKNOWLEDGED if acknowledged else ReceiptState.EXPIRED)
    assert acknowledged or len(dues) == len(DUES)
    assert (box.clock.pending, receipt.in_flight) == (0, False)


@settings(deadline=None, max_examples=examples(50))
@given(stories, answers, st.integers(2, 4))
async def test_one_long_advance_equals_many_short_ones(
    faults: list[CallbackFault], answers: list[Answer], faxes: int
):
    """Several faxes with faults have the same journal, whether a day goes by at once or in pieces."""
    once, many = rig(faults, answers, faxes), rig(faults, answers, faxes)
    await once.clock.advance(timedelta(hours=10))
    for _ in range(75):
        await many.clock.advance(8 * MINUTE)
    assert [repr(entry) for entry in once.journal.entries()] == [repr(entry) for entry in many.journal.entries()]
    assert once.clock.pending == many.clock.pending == 0
    assert all(receipt_of(job).state is not ReceiptState.PENDING for job in once.jobs.values())
