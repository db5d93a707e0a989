"""Sandboxes: their clock, their rules, the faults for rules, and what can be done with one as a whole."""

from typing import Any

from msgspec import UNSET, UnsetType

from fakefax.core.faults.fault import FaultGroup
from fakefax.schemas.base import Moment, View
from fakefax.schemas.money import AccountView


class TimerView(View, frozen=True):
    """Something that happens, or has happened, at a simulated time; and the fax and attempt that it is about."""

    at: Moment
    name: str
    fax_job_id: int | None
    incoming_fax_id: int | None
    attempt: int | None


class ClockSummary(View, frozen=True):
    """Simulated time, its rate in simulated seconds per real second, and what is next.

    `advancing` says that an advance is under way, `holds` names the real work that time waits for.
    """

    now: Moment
    rate: float
    pending: int
    next_due: Moment | None
    holds: list[str]
    next: TimerView | None
    advancing: bool


class ClockView(View, frozen=True):
    """Simulated time, its rate in simulated seconds per real second, and what waits for it."""

    now: Moment
    rate: float
    pending: int
    next_due: Moment | None
    holds: list[str]
    timers: list[TimerView]
    next: TimerView | None
    advancing: bool


class AdvanceView(View, frozen=True):
    """The result of an advance of the clock. `settled` is false when it gave up; `message` then says why.

    `fired` has the first 100 timers that fired, `fired_count` counts all.
    """

    now: Moment
    advanced: str
    fired: list[TimerView]
    fired_count: int
    pending: int
    next_due: Moment | None
    holds: list[str]
    settled: bool
    message: str | None


class ReadyView(View, frozen=True):
    """fakefax is up, and which one it is."""

    status: str
    version: str


class ResetView(View, frozen=True):
    """A sandbox after its reset."""

    status: str
    now: Moment
    account: AccountView


class NewSandboxView(View, frozen=True):
    """A new sandbox. `api_keys` maps the keys of the scenario to its keys.

    `strangers_after` is a seq of the journal of the server's own sandbox, which has the requests with unknown keys:
    those since this sandbox was created come after it.
    """

    api_key: str
    base_url: str
    now: Moment
    rate: float
    scenario: str
    api_keys: dict[str, str]
    accounts: list[AccountView]
    strangers_after: int


class PutScenarioView(View, frozen=True):
    """A sandbox reset to another scenario. `api_keys` maps the keys of the scenario to its keys."""

    status: str
    now: Moment
    scenario: str
    api_keys: dict[str, str]
    account: AccountView


class PutSnapshotView(View, frozen=True):
    """A sandbox that goes on from a snapshot. `api_keys` maps the keys or masks of the snapshot to its keys.

    `moved` has the ids that other sandboxes had already: for each kind, the old one and what it is now.
    """

    status: str
    now: Moment
    api_keys: dict[str, str]
    moved: dict[str, dict[str, int]]
    account: AccountView


class SandboxView(View, frozen=True):
    """A sandbox in a list: its keys, its scenario, its time, and how many entries its journal ever had.

    `number` chooses it in place of a key: `sandbox=3`.
    """

    api_key: str
    api_keys: list[str]
    first: bool
    scenario: str
    now: Moment
    rate: float
    pending: int
    last_seq: int
    number: int


class SandboxList(View, frozen=True):
    """Sandboxes, the server's own first. `total` counts all; `more` is true if others follow."""

    sandboxes: list[SandboxView]
    total: int
    more: bool


class DeletedView(View, frozen=True):
    """A deleted sandbox, with the keys that have become invalid."""

    status: str
    api_keys: list[str]


class RuleView(View, frozen=True):
    """A rule with its counters: `fitted` counts what its conditions fit, `used` what it decided.

    `left` is the number of uses that remain; null without a limit.
    """

    id: str
    rule: str
    at_run_time: bool
    fitted: int
    used: int
    written: dict[str, Any]
    left: int | None = None


class RuleList(View, frozen=True):
    """Rules in the order in which they are asked."""

    rules: list[RuleView]


class AllRules(View, frozen=True):
    """All rules of a sandbox, by the section of the scenario file, in the order in which they are asked."""

    faxes: list[RuleView]
    requests: list[RuleView]
    callbacks: list[RuleView]


class StreamHello(View, frozen=True):
    """Said first on a stream of events, and again after a reset: which journal this is, and what it has."""

    journal: str
    first_seq: int
    last_seq: int
    sandbox: int
    api_keys: list[str]
    version: str
    clock: ClockSummary


class StreamLost(View, frozen=True):
    """Entries were left out of a stream of events, and why; the journal has `first_seq` to `last_seq`."""

    reason: str
    first_seq: int
    last_seq: int


class StreamGone(View, frozen=True):
    """The sandbox of a stream of events was deleted."""

    reason: str


class FaultView(View, frozen=True):
    """A fault that can be dialled, written into a scenario or put in force.

    `key` is its name in a rule of `section`, `value` what it can be, and `example` what it is in `then`. `number`
    dials it in the default scenario. A rule made from it is used up after one use if `once`.
    """

    name: str
    group: FaultGroup
    description: str
    number: str
    section: str
    key: str
    value: str
    example: Any
    when: dict[str, Any]
    then: Any
    once: bool


class FaultList(View, frozen=True):
    """The table of faults: how a fax ends, faults of requests, faults of callbacks."""

    faults: list[FaultView]


class BundleView(View, frozen=True):
    """All that went into a sandbox, in order, and all that came of it; every secret is masked.

    `scenario` is the one it began with, as resolved, and `settings` what the request for the sandbox wanted
    otherwise. `drawn` are the ids and keys it was given. `whole` is false when there was more than is kept. `test`
    has the texts that came with the request, masked too.
    """

    fakefax_bundle: int
    version: str
    start: Moment
    now: Moment
    owned: bool
    whole: bool
    settings: dict[str, Any]
    scenario: dict[str, Any]
    drawn: dict[str, Any]
    inputs: list[dict[str, Any]]
    outcome: dict[str, Any]
    test: dict[str, str] | UnsetType = UNSET
