"""A sandbox to which anything may happen, and which goes on from a snapshot where another one stood."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from fakefax.api.reply import encode_json
from fakefax.callbacks.client import CallbackClient
from fakefax.control.schemas import audit_view, journal_view
from fakefax.core.callbacks.callback import Answer
from fakefax.core.callbacks.retry_scheduler import ResendRefused
from fakefax.core.decisions import RequestSubject
from fakefax.core.errors import Refusal
from fakefax.core.ids import FaxJobIds
from fakefax.core.journal import Kind
from fakefax.core.models import Account, Document
from fakefax.core.receiving.incoming import DidGroup, FaxFile, Transmission
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices
from fakefax.sandbox.uploads import Upload
from fakefax.scenario.loader import check_rule, parse_scenario
from fakefax.state.capture import digest_of
from fakefax.values.forms import PostedBody
from tests.core.mailbox import FAILS, OK, URL
from tests.core.time_tools import START

GROUP = DidGroup(67, "CAN", "CANADA", "204", "WINNIPEG", None, "+1204", 7, 2_000_000)

SCENARIO = f"""
seed: 3
clock: {{rate: 0}}
accounts:
  - {{api_key: first-key, balance: 40, callback_url: '{URL}', received_fax_url: '{URL}', numbers: ['+4930555']}}
  - {{api_key: other-key, balance: 3, callback_url: '{URL}', documents: [{{id: 10, pages: 2}}]}}
billing: {{charge: CHARGE, refund_failed: true}}
receipts: {{retry_every: 15m, expires_after: 2h}}
faxes:
  - when: {{fax_number: '+44*', nth: '2..4'}}
    then: {{msg_code: busy, after: 45s..2m}}
    times: 3
  - when: {{fax_number: '+49*'}}
    then: [{{mix: {{ok: 1, busy: 1, hangup: 2}}, after: 1m..2h}}, {{msg_code: no_answer}}]
requests:
  - when: {{operation: send_fax}}
    then: {{rate_limit: {{count: 2, per: 1m}}}}
  - when: {{operation: balance}}
    then: {{mix: {{'200': 1, '500': 1}}}}
callbacks:
  - when: {{fax_number: '+49*', attempt: '1..2'}}
    then: {{mix: {{deliver: 1, duplicate: 1, lose_ack: 1, drop: 1}}}}
  - when: {{fax_number: '+33*', attempt: 1}}
    then: {{delay: 1m..1h}}
  - when: {{fax_number: '+34*', attempt: 1}}
    then: {{reorder: true}}
  - when: {{fax_number: '+32*'}}
    then: {{duplicate: true}}
  - when: {{fax_number: '+39*'}}
    then: {{poll: behind, poll_by: 10m}}
  - when: {{fax_number: '+31*'}}
    then: {{before_reply: true}}
"""

FAX_LIMIT = 3
"""So few that old ones are evicted, and their money is carried forward."""

Step = tuple[str, Any]


def services() -> SharedServices:
    return SharedServices(CallbackClient(), FaxJobIds(), START, fax_limit=FAX_LIMIT, journal_limit=200)


@dataclass
class Story:
    """A sandbox with an endpoint that answers as it is configured, at once or when a step says so."""

    sandbox: Sandbox
    endpoint: Answer | None = OK
    in_flight: list[Callable[[Answer], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sandbox.retry_scheduler.injector.post = self.post

    def post(self, what: object, url: str, body: PostedBody, done: Callable[[Answer], None]) -> None:
        answer = self.endpoint and replace(self.endpoint, head=b"POST /faxto\r\n")
        if answer is None:
            self.in_flight.append(done)
        else:
            done(answer)

    def account(self, number: int) -> Account:
        accounts = list(self.sandbox.accounts.values())
        return accounts[number % len(accounts)]

    async def carry_out(self, step: Step) -> None:
        """One step; one that is refused leaves what it leaves."""
        name, value = step
        try:
            done = getattr(self, name)(value)
            if isinstance(done, Coroutine):
                await done
        except (Refusal, ResendRefused, ValueError):
            self.sandbox.record(Kind.RULES_CHANGED, {"change": f"{name} was refused"})

    def send(self, value: tuple[str, int, bool]) -> None:
        number, account, delete = value
        owner = self.account(account)
        document = list(owner.documents)[-1] if owner.documents else 10
        self.sandbox.send(owner, number, document, delete_file=delete)

    async def advance(self, seconds: int) -> None:
        await self.sandbox.walk(lambda clock: clock.advance(timedelta(seconds=seconds)))

    def set_endpoint(self, answer: Answer | None) -> None:
        self.endpoint = answer

    def answer(self, answer: Answer) -> None:
        if self.in_flight:
            self.in_flight.pop(0)(answer)

    def url(self, url: str | None) -> None:
        self.sandbox.change_account(self.account(0), urls={"callback_url": url, "received_fax_url": url})

    def balance(self, amount: int) -> None:
        self.sandbox.change_account(self.account(amount), balance=Decimal(amount))

    def tell(self, number: int) -> None:
        self.account(number).ledger.report()

    def provision(self, number: int) -> None:
        self.sandbox.numbers.provision(self.account(number), GROUP)

    def resend(self, number: int) -> None:
        jobs = list(self.sandbox.store)
        if jobs:
            self.sandbox.retry_scheduler.resend(jobs[number % len(jobs)])

    def upload(self, content: bytes) -> None:
        sandbox = self.sandbox
        document = Document(
            sandbox.services.files.ids.take(),
            "letter.txt",
            1 + len(content) % 2,
            size=len(content),
            uploaded_at=sandbox.clock.now,
            digest=digest_of(content),
        )
        sandbox.documents.add(self.account(len(content)), document, content)

    def receive(self, after: int) -> None:
        sandbox, account = self.sandbox, self.account(0)
        fax_id, file = sandbox.inbox.take_id(), FaxFile(b"%PDF" + bytes([after % 7]), 1)
        sandbox.documents.keep_incoming(file)
        number = next(iter(account.numbers.values()))
        line = Transmission("a machine")
        sandbox.inbox.receive(account, number, fax_id, "4420", file, line, timedelta(seconds=after))

    def rule(self, value: tuple[str, dict[str, Any]]) -> None:
        section, written = value
        self.sandbox.rules.section(section).put_in_front(check_rule(section, written))

    def no_rules(self, section: str) -> None:
        rules = self.sandbox.rules.section(section)
        rules.take_away(rules.at_run_time[:1])

    def request(self, operation: str) -> None:
        sandbox = self.sandbox
        subject = RequestSubject(operation, "GET", self.account(0).api_key, None, None, {}, sandbox.clock.now)
        decision, _ = sandbox.rules.requests.decide_or_explain(subject)
        effect = "nothing" if decision is None else decision.action.effect
        details = {"method": "GET", "operation": operation, "effect": effect, "outcome": "-", "rule": "-"}
        sandbox.record(Kind.REQUEST_FAULT, details)

    async def register(self, number: int) -> None:
        parent = self.account(0) if number % 2 else None
        await self.sandbox.register(f"user{number}@example.com", "secret" if number < 3 else None, parent)

    async def upload_nothing(self, _: None) -> None:
        await self.sandbox.documents.upload(self.account(0), Upload("x.txt", b""))

    def seen(self) -> list[bytes]:
        """The view of a tester: journal, audits, faxes."""
        sandbox = self.sandbox
        return [
            *(encode_json(journal_view(entry)) for entry in sandbox.journal.entries()),
            *(encode_json(audit_view(sandbox.audit(account))) for account in sandbox.accounts.values()),
            *(repr((job.fax_job_id, sandbox.polled_status(job), job.settled)).encode() for job in sandbox.store),
            *(repr(timer).encode() for timer in sandbox.clock.timers(1000)),
        ]


def begun(charge: str = "on_accept") -> Story:
    """A new story. Call it in an event loop."""
    text = SCENARIO.replace("CHARGE", charge)
    return Story(Sandbox(parse_scenario(text, "story.yaml"), services()))


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


ANSWERS = (OK, FAILS, None)
