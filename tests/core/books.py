"""Books to audit: two faxes on one ledger."""

from decimal import Decimal

from fakefax.core.billing.audit import AuditReport, audit
from fakefax.core.billing.ledger import Ledger
from fakefax.core.models import Billing, Document, FaxJob, FaxOrder, Plan
from fakefax.core.msg_codes import JobState, MsgCode
from tests.core.time_tools import START, after, seconds

COST = Decimal("0.15")


def fax_job(
    fax_job_id: int,
    state: JobState = JobState.SUCCESS,
    number: str = "+123456789",
    document: int = 10,
    digest: str = "",
) -> FaxJob:
    order = FaxOrder("key", number, Document(document, "invoice.pdf", 1, digest=digest))
    plan = Plan(MsgCode.OK, seconds(30), "a rule")
    return FaxJob(fax_job_id, order, COST, plan, START, 1, state)


class Books:
    """Two faxes on one ledger, one of them failed and refunded, a top-up, and three balances reported."""

    def __init__(self) -> None:
        self.ledger = Ledger(Decimal(100))
        self.jobs = [fax_job(200), fax_job(201, JobState.FAILED, number="+44123456")]
        self.billing = Billing(refund_failed=True)
        self.ledger.report()
        self.ledger.charge(START, 200, COST)
        self.ledger.charge(after(1), 201, COST)
        self.ledger.report()
        self.ledger.refund(after(31), 201, COST)
        self.ledger.set_balance(after(60), Decimal(150))
        self.ledger.report()

    def audit(self) -> AuditReport:
        return audit(self.ledger, self.jobs, self.billing)
