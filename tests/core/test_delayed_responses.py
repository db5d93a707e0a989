"""Delays of answers: what is left of one whose client has gone."""

import asyncio
from datetime import datetime

from fakefax.core.clock import Clock
from fakefax.core.delayed_responses import DelayedResponses
from fakefax.core.real_time import breathe
from tests.core.mailbox import OK, Mailbox, receipt_of
from tests.core.time_tools import DEADLINE, START, HandTurned, after, seconds


async def test_a_client_that_goes_during_the_delay_leaves_no_timer():
    """Nothing waits any more for the answer that nobody wants, and `run until idle` need not go there."""
    clock = Clock(START)
    task = asyncio.ensure_future(DelayedResponses(clock).simulated(seconds(10), "answer to POST send_fax"))
    await breathe()
    assert [timer.name for timer in clock.timers()] == ["answer to POST send_fax"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (clock.timers(), clock.pending, clock.holds) == ([], 0, [])


async def test_a_client_that_goes_as_the_delay_is_over_holds_up_no_advance():
    """The hold that was taken for its answer is released, though nobody writes the answer."""
    real = HandTurned()
    clock = Clock(START, 60, real)
    task = asyncio.ensure_future(DelayedResponses(clock).simulated(seconds(60), "answer to POST send_fax"))
    await breathe()

    def go(_: datetime) -> None:
        task.cancel()

    clock.call_at(after(60), "the client goes", go)
    real.turn(1)
    clock.rate = 60  # the real clock moved by hand: look again
    async with asyncio.timeout(DEADLINE):
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert clock.holds == []


async def test_a_reply_does_not_wait_for_ever_for_its_receipt():
    """While the endpoint hangs, the send is answered when its time is up; afterwards nothing holds it up."""
    mailbox = Mailbox()
    receipt = receipt_of(mailbox.issue())
    async with asyncio.timeout(DEADLINE):
        await mailbox.book.held_answers.wait(receipt, 0.01)
        assert receipt.in_flight
        mailbox.posted[0].done(OK)
        await mailbox.book.held_answers.wait(receipt, 10 * DEADLINE)
