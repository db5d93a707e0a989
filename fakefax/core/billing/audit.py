"""The audit of a ledger: checks its entries, its jobs and every balance reported to the program."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from fakefax.core.billing.ledger import CarriedForward, EntryReason, Ledger
from fakefax.core.models import Billing, ChargeAt, FaxJob
from fakefax.core.msg_codes import JobState
from fakefax.values.money import as_text, negative

Movement = tuple[EntryReason, Decimal]
"""Money that moved for a fax, and why."""


class DoubleCharge(Struct, frozen=True):
    """The same number and content charged again although an earlier fax of the same had not failed.

    `document_ids` are the documents that were sent: several when one file was uploaded more than once;
    `document_id` is the first. Sending again after the time set by `billing.double_charge_window` does not count.
    """

    fax_number: str
    document_id: int
    fax_job_ids: list[int]
    charged: Decimal
    document_ids: list[int]

    @property
    def text(self) -> str:
        """The faxes that were sent more than once, in words."""
        *others, last = map(str, self.document_ids)
        documents = f"documents {', '.join(others)} and {last}, the same file," if others else f"document {last}"
        return f"{documents} to {self.fax_number}"


class AuditReport(Struct, frozen=True):
    """`ok` says the books are right; a double charge is the program's doing and does not make them wrong.

    Entries `carried` forward were checked when they were evicted, and are counted apart; `reach` then says what
    that means for the rest of the report, which is about those that are kept.
    """

    ok: bool
    opening: Decimal
    balance: Decimal
    entries: int
    fax_jobs: int
    balances_told: int
    problems: list[str]
    double_charges: list[DoubleCharge]
    carried: CarriedForward
    reach: str | None = None


STEP = 250
"""Entries or fax jobs that are looked at in one step of an audit."""

Steps = Generator[None, None, AuditReport]
"""An audit in steps, which may be taken whenever there is time; it returns the report."""


def audit(
    ledger: Ledger, jobs: Iterable[FaxJob], billing: Billing, number_prices: Sequence[Decimal] = ()
) -> AuditReport:
    """Check one ledger from the first entry to the last.

    `jobs` are those of every account that it is the ledger of, in the order in which they were accepted.
    `number_prices` is what its fax numbers were provisioned for, in the order in which they were.
    """
    return run_steps(audit_steps(ledger, jobs, billing, number_prices))


def run_steps(steps: Steps) -> AuditReport:
    """The report of an audit, without pauses between its steps."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            report: AuditReport = end.value
            return report


def audit_steps(
    ledger: Ledger, jobs: Iterable[FaxJob], billing: Billing, number_prices: Sequence[Decimal] = ()
) -> Steps:
    """The same audit in steps. It is about the moment of this call, whatever happens between the steps."""
    books = _Books(ledger, jobs)
    carried = books.carried
    prices = list(number_prices)

    def steps() -> Steps:
        problems = [*carried.problems, *_wrong_carried(books)]
        for check in (
            _wrong_sums(books),
            _wrong_balances_told(books),
            _wrong_movements(books, billing),
            _wrong_numbers(books, prices),
        ):
            for found in check:
                if found is None:
                    yield
                else:
                    problems.append(found)
        doubles = []
        for double in _double_charges(books, billing.double_charge_window):
            if double is None:
                yield
            else:
                doubles.append(double)
        return AuditReport(
            ok=not problems,
            opening=books.opening,
            balance=books.balance,
            entries=sum(entry.reason is not EntryReason.CARRIED_FORWARD for entry in books.entries),
            fax_jobs=len(books.jobs),
            balances_told=sum(reported is not None for reported in books.reported),
            problems=problems,
            double_charges=doubles,
            carried=carried,
            reach=_reach(carried, len(books.jobs)) if carried.fax_jobs else None,
        )

    return steps()


class _AuditedJob(Struct, frozen=True):
    """A fax job, and how far it had come when the audit began."""

    job: FaxJob
    status: JobState
    finished_at: datetime | None


class _Books:
    """A ledger and its fax jobs as they are when this is made. Only parts that change later are copied."""

    def __init__(self, ledger: Ledger, jobs: Iterable[FaxJob]) -> None:
        self.opening = ledger.opening
        self.balance = ledger.balance
        self.entries = list(ledger.entries)
        self.reported = list(ledger.reported)
        carried = ledger.carried
        self.carried = replace(carried, amounts=dict(carried.amounts), problems=list(carried.problems))
        self.jobs = [_AuditedJob(job, job.status, job.finished_at) for job in jobs]


def _reach(carried: CarriedForward, kept: int) -> str:
    return (
        f"{carried.fax_jobs:,} fax jobs were evicted to keep to --fax-limit; {carried.entries:,} entries were "
        f"proved then and are not looked at again, and double charges are found among the {kept:,} fax jobs kept"
    )


def _wrong_carried(ledger: _Books) -> Iterator[str]:
    """Check that the sums carried forward match the entries that they replaced."""
    there = sum((e.amount for e in ledger.entries if e.reason is EntryReason.CARRIED_FORWARD), Decimal(0))
    were = sum(ledger.carried.amounts.values(), Decimal(0))
    if there != were:
        yield f"{as_text(there)} is carried forward; the entries that were come to {as_text(were)}"


def _wrong_sums(ledger: _Books) -> Iterator[str | None]:
    balance = ledger.opening
    for number, entry in enumerate(ledger.entries, 1):
        if not number % STEP:
            yield None
        balance += entry.amount
        if entry.balance != balance:
            yield f"entry {number} says balance {as_text(entry.balance)}; the entries add up to {as_text(balance)}"
        if balance < 0 and entry.reason in (EntryReason.CHARGE, EntryReason.NUMBER):
            yield f"entry {number} overdraws the balance to {as_text(balance)}"
    if ledger.balance != balance:
        yield f"the balance is {as_text(ledger.balance)}; the entries add up to {as_text(balance)}"


def _wrong_balances_told(ledger: _Books) -> Iterator[str | None]:
    balance = ledger.opening
    for position, reported in enumerate(ledger.reported):
        if not position % STEP:
            yield None
        if position > len(ledger.entries):
            yield f"the program got a balance after entry {position}; there are {len(ledger.entries)}"
            return
        balance += ledger.entries[position - 1].amount if position else 0
        if reported is not None and reported != balance:
            when = f"after entry {position}" if position else "before any entry"
            yield f"{when} the program got the balance {as_text(reported)}; it was {as_text(balance)}"


def _wrong_movements(ledger: _Books, billing: Billing) -> Iterator[str | None]:
    known = {audited.job.fax_job_id for audited in ledger.jobs}
    moved: dict[int, list[Movement]] = {}
    for number, entry in enumerate(ledger.entries, 1):
        if not number % STEP:
            yield None
        if entry.fax_job_id is None:
            if entry.reason in (EntryReason.CHARGE, EntryReason.REFUND):
                yield f"entry {number} is a {entry.reason} that names no fax job"
            continue
        moved.setdefault(entry.fax_job_id, []).append((entry.reason, entry.amount))
        if entry.fax_job_id not in known:
            yield f"entry {number} names fax job {entry.fax_job_id}, which does not exist"
    for number, audited in enumerate(ledger.jobs, 1):
        if not number % STEP:
            yield None
        job, status = audited.job, audited.status
        due, found = movements_due(job, billing, status), moved.get(job.fax_job_id, [])
        if found != due:
            yield from wrong_movements(job, status, due, found)


def movements_due(job: FaxJob, billing: Billing, status: JobState) -> list[Movement]:
    """The money that a job has to have moved when it has this status."""
    if billing.charge is ChargeAt.SUCCESS and status is not JobState.SUCCESS:
        return []
    charge = EntryReason.CHARGE, negative(job.cost)
    if billing.refund_failed and status is JobState.FAILED:
        return [charge, (EntryReason.REFUND, job.cost)]
    return [charge]


def wrong_movements(job: FaxJob, status: JobState, due: list[Movement], found: list[Movement]) -> Iterator[str]:
    """The differences between the movements due for a job and those found."""
    for reason in (EntryReason.CHARGE, EntryReason.REFUND):
        expected, has = ([amount for why, amount in moved if why is reason] for moved in (due, found))
        if has != expected:
            yield (
                f"fax job {job.fax_job_id} ({status}) should have {_amounts(expected)} as {reason} "
                f"and has {_amounts(has)}"
            )


def _wrong_numbers(ledger: _Books, prices: Sequence[Decimal]) -> Iterator[str]:
    """Each number was paid for once, when it was provisioned, and with its price."""
    carried = -ledger.carried.amounts.get(EntryReason.NUMBER, Decimal(0))
    before, after = prices[: ledger.carried.numbers], prices[ledger.carried.numbers :]
    paid = [-entry.amount for entry in ledger.entries if entry.reason is EntryReason.NUMBER]
    if paid != list(after):
        yield f"the fax numbers cost {_amounts(list(after))}, and what was taken for them is {_amounts(paid)}"
    if sum(before, Decimal(0)) != carried:
        yield f"the first fax numbers cost {_amounts(list(before))}, and {as_text(carried)} was taken for them"


def _double_charges(ledger: _Books, window: timedelta | None) -> Iterator[DoubleCharge | None]:
    paid = {entry.fax_job_id for entry in ledger.entries if entry.reason is EntryReason.CHARGE}
    paid -= {entry.fax_job_id for entry in ledger.entries if entry.reason is EntryReason.REFUND}
    alike: dict[tuple[str, str, str], list[_AuditedJob]] = {}
    for number, audited in enumerate(ledger.jobs, 1):
        if not number % STEP:
            yield None
        job = audited.job
        if job.fax_job_id in paid:
            alike.setdefault((job.order.api_key, job.fax_number, job.order.document.content), []).append(audited)
    for number, ((_, fax_number, _), jobs_alike) in enumerate(alike.items(), 1):
        if not number % STEP:
            yield None
        twins = _needless(jobs_alike, window)
        if twins:
            ids = [job.fax_job_id for job in twins]
            charged = sum((job.cost for job in twins), Decimal(0))
            documents = list(dict.fromkeys(job.document_id for job in twins))
            yield DoubleCharge(fax_number, documents[0], ids, charged, documents)


def _needless(jobs: list[_AuditedJob], window: timedelta | None) -> list[FaxJob]:
    """The jobs that were accepted while an earlier one had not failed, and those earlier ones."""
    twins: dict[int, FaxJob] = {}
    standing: list[_AuditedJob] = []
    for audited in jobs:
        job = audited.job
        while standing and _failed_before(standing[-1], job):
            standing.pop()
        if standing:
            earlier = standing[-1].job
            if window is None or job.accepted_at - earlier.accepted_at <= window:
                twins |= {earlier.fax_job_id: earlier, job.fax_job_id: job}
        standing.append(audited)
    return [twins[fax_job_id] for fax_job_id in sorted(twins)]


def _failed_before(first: _AuditedJob, second: FaxJob) -> bool:
    ended = first.finished_at
    return first.status is JobState.FAILED and ended is not None and ended <= second.accepted_at


def _amounts(amounts: list[Decimal]) -> str:
    return " and ".join(as_text(amount) for amount in amounts) or "nothing"
