"""Memory stays flat: what has happened costs its own record, and questions cost nothing."""

import gc
import tracemalloc
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from fakefax.callbacks.client import CallbackClient
from fakefax.core.ids import FaxJobIds
from fakefax.core.journal import Kind
from fakefax.core.store import DEFAULT_FAX_LIMIT
from fakefax.sandbox.registry import Sandboxes
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices
from fakefax.scenario.loader import load_scenario, parse_scenario
from fakefax.scenario.overrides import override

BATCH = 2000
BYTES_A_FAX = 1000
"""A job, its ledger entry, its receipt and their amounts and times; measured at about 780."""

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def sandbox(fax_limit: int = DEFAULT_FAX_LIMIT) -> Sandbox:
    scenario = parse_scenario(
        "clock: {rate: 0}\naccounts: [{api_key: a, balance: 99999999}]\nfaxes: [{then: {msg_code: busy}}]", "x.yaml"
    )
    return Sandbox(
        scenario, SharedServices(CallbackClient(), FaxJobIds(), START, journal_limit=100, fax_limit=fax_limit)
    )


async def growth(work: Callable[[], Awaitable[None]]) -> int:
    """The bytes that remain of doing something, once it has been done before."""
    tracemalloc.start()
    try:
        await work()
        before = tracemalloc.get_traced_memory()[0]
        await work()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


async def test_a_finished_fax_costs_its_own_record():
    """Two thousand more finished faxes grow memory by their records, the bounded journal not at all."""
    rig = sandbox()

    async def send_and_finish() -> None:
        for number in range(BATCH):
            rig.send(rig.first_account, f"+1{number:010}", 10)
            rig.first_account.ledger.report()
        await rig.clock.advance(timedelta(minutes=1))

    assert await growth(send_and_finish) < BATCH * BYTES_A_FAX
    assert rig.clock.pending == 0


async def test_beyond_the_fax_limit_memory_is_flat():
    """Only as many faxes are kept as the limit says; the others are freed without the garbage collector."""
    rig = sandbox(fax_limit=BATCH // 4)

    async def send_and_finish() -> None:
        for number in range(BATCH):
            rig.send(rig.first_account, f"+1{number:010}", 10)
            rig.first_account.ledger.report()
            if number % 100 == 99:
                await rig.clock.advance(timedelta(minutes=1))

    gc.disable()
    try:
        assert await growth(send_and_finish) < 10 * BATCH
    finally:
        gc.enable()
    ledger = rig.first_account.ledger
    limit = BATCH // 4
    most = limit + limit // 10 + 1
    assert len(rig.store) <= most
    assert len(ledger.entries) <= most + 1
    assert len(ledger.reported) <= most + 2
    assert rig.audit(rig.first_account).ok


async def test_questions_cost_nothing():
    """A program that polls status and balance for ever does not fill the memory."""
    rig = sandbox()
    job = rig.send(rig.first_account, "+123456789", 10)

    async def poll() -> None:
        for _ in range(BATCH):
            rig.store.fax_job(job.fax_job_id, "a")
            rig.first_account.ledger.report()
            rig.record(Kind.REQUEST, {"method": "GET", "operation": "balance", "status": 200})

    assert await growth(poll) < BATCH


WORLDS = 200
BYTES_A_WORLD = 15_000
"""A sandbox of the default scenario that waits; measured at about 9,700."""


async def test_a_sandbox_that_waits_costs_little_and_gives_it_back():
    """Idle sandboxes share their scenario and cost some kilobytes each; freed, they cost nothing."""
    rigs = Sandboxes(load_scenario("default"), SharedServices(CallbackClient(), FaxJobIds(), START))
    transform = partial(override, rate=60)

    async def make() -> None:
        for _ in range(WORLDS):
            rigs.create(rigs.given, transform=transform)

    async def make_and_free() -> None:
        await make()
        for rig in list(rigs)[1:]:
            await rigs.delete(rig)
        gc.collect()

    assert await growth(make_and_free) < WORLDS * 100
    assert await growth(make) < WORLDS * BYTES_A_WORLD
    await rigs.close()
