"""Answers held back, in simulated or in real time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fakefax.api.call import Call
from fakefax.core.faults.request_faults import RequestFault


@asynccontextmanager
async def held_back(fault: RequestFault, call: Call, name: str) -> AsyncIterator[None]:
    """Wait as the fault says; the block is to answer, and an advance waits until it has.

    Raises ClockClosed when the sandbox is reset or closed meanwhile.
    """
    if fault.real_delay:
        await call.sandbox.delayed_responses.real(fault.real_delay)
    if not fault.delay:
        yield
        return
    with await call.sandbox.delayed_responses.simulated(fault.delay, name):
        yield
