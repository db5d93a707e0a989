"""A receipt book with an endpoint that answers when the test says so."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl

from fakefax.core.billing.ledger import Ledger
from fakefax.core.callbacks.callback import Answer, Callback
from fakefax.core.callbacks.receipts import RetryPolicy
from fakefax.core.callbacks.retry_scheduler import DecideCallback, RetryScheduler
from fakefax.core.clock import Clock
from fakefax.core.journal import Journal, Kind
from fakefax.core.models import Account, Document, FaxJob, FaxOrder, Plan
from fakefax.core.msg_codes import MsgCode
from fakefax.values.forms import PostedBody
from tests.core.time_tools import START

URL = "http://127.0.0.1:8000/faxto?tenant=7"

OK = Answer(200, None, 0.01)
FAILS = Answer(503, None, 0.01)
LOST = Answer(None, "the connection was closed without an answer", 0.01)


@dataclass
class Posted:
    """An attempt under way: answer it with `done`."""

    name: str
    url: str
    body: PostedBody
    done: Callable[[Answer], None]
    at: datetime

    @property
    def fields(self) -> dict[str, str]:
        """The fields of a receipt."""
        return dict(parse_qsl(self.body.content.decode(), strict_parsing=True))


@dataclass
class Mailbox:
    """A sandbox of one account; `answer` makes the endpoint's answer at once, None leaves it to the test."""

    answer: Callable[[int], Answer] | None = None
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    posted: list[Posted] = field(default_factory=list)
    decide: DecideCallback = lambda _: None

    def __post_init__(self) -> None:
        self.clock = Clock(START)
        self.journal = Journal()
        self.account = Account("key", Ledger(Decimal(1)), callback_url=URL)
        self.jobs: dict[int, FaxJob] = {}
        self.accounts = {"key": self.account}
        self.book = RetryScheduler(self.clock, self.journal, self.policy, self.accounts, self.post, self.decide)

    def post(self, what: object, url: str, body: PostedBody, done: Callable[[Answer], None]) -> None:
        self.posted.append(Posted(str(what), url, body, done, self.clock.now))
        if self.answer is not None:
            done(self.answer(len(self.posted)))

    def issue(
        self, msg_code: MsgCode = MsgCode.OK, *, fax_job_id: int = 200, document_id: int = 10, api_key: str = "key"
    ) -> FaxJob:
        """A fax that has ended now."""
        job = fax_job(msg_code, fax_job_id, document_id, api_key)
        self.jobs[fax_job_id] = job
        self.book.issue(job, self.clock.now)
        return job

    def reported(self, kind: Kind | None = None) -> list[str]:
        """The messages of the journal, of one kind or of all."""
        return [entry.message for entry in self.journal.entries(kind=kind)]


def fax_job(
    msg_code: MsgCode = MsgCode.OK, fax_job_id: int = 200, document_id: int = 10, api_key: str = "key"
) -> FaxJob:
    order = FaxOrder(api_key, "+123456789", Document(document_id, "invoice.pdf", 1))
    return FaxJob(fax_job_id, order, Decimal("0.15"), Plan(msg_code, timedelta(), "a rule"), START, 1)


def receipt_of(job: FaxJob) -> Callback:
    assert job.receipt is not None
    return job.receipt
