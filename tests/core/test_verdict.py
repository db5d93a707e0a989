"""The verdict on callbacks: which answer it names, and what counts as nearly right."""

from datetime import timedelta
from decimal import Decimal

from fakefax.core.billing.audit import audit
from fakefax.core.billing.ledger import Ledger
from fakefax.core.callbacks.callback import Answer
from fakefax.core.callbacks.receipts import RetryPolicy
from fakefax.core.models import Billing
from fakefax.core.verdict import findings
from fakefax.values.verdict_parts import Part
from tests.core.mailbox import FAILS, LOST, URL, Mailbox, receipt_of


async def found(mailbox: Mailbox) -> list[tuple[Part, str]]:
    """The findings about one receipt after sixteen minutes."""
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(timedelta(minutes=16))
    report = audit(Ledger(Decimal(1)), [], Billing())
    return [(finding.part, finding.message) for finding in findings([receipt], [], report) if finding is not None]


async def test_the_last_of_several_answers_is_named():
    """A receipt that was refused in different ways is reported with the last one."""
    assert await found(Mailbox(answer=lambda nth: LOST if nth == 1 else FAILS)) == [
        (
            Part.UNACKNOWLEDGED,
            f"the receipt of fax 200 was posted 2 times to {URL} and never acknowledged; "
            "the last answer: 503 Service Unavailable",
        )
    ]


async def test_a_200_is_nearly_right_where_another_status_is_wanted():
    """With `receipts.accept` of 201 a program that answers 200 meant well, and is told so."""
    policy = RetryPolicy(accept=frozenset({201}))
    assert await found(Mailbox(answer=lambda _: Answer(200, None, 0.01), policy=policy)) == [
        (
            Part.NOT_200,
            f"{URL} answered the receipt of fax 200 with 200 OK, but only 201 acknowledges a receipt "
            "(receipts.accept); Fax.to would go on for 48 hours",
        )
    ]
