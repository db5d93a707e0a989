"""A coroutine that began outside of a task comes to what it would have come to inside of one."""

import asyncio
from typing import NoReturn

import pytest

from fakefax.server.first_step import FirstStep


async def no_wait(result: str) -> str:
    return result


async def refuse() -> NoReturn:
    raise ValueError("no")


async def taken(step: FirstStep[str]) -> str:
    return await step


async def test_what_need_not_wait_is_done_at_once():
    """No task and no turn of the loop is needed for it; who awaits it later hears the same."""
    step = FirstStep(no_wait("here"))
    assert step.result == "here"
    assert await step == "here"


async def test_an_error_is_raised_to_who_awaits_it():
    """Who takes the first step is no place for errors: it may be a protocol."""
    step = FirstStep(refuse())
    assert step.result is None
    with pytest.raises(ValueError, match="no"):
        await step


@pytest.mark.parametrize("early", [True, False], ids=["before it is awaited", "after"])
async def test_what_waits_goes_on_in_a_task(early: bool):
    """Every future that it waits for reaches it, the first one too, whenever that is ready."""
    first, second = asyncio.Future[str](), asyncio.Future[str]()

    async def both() -> str:
        return await first + await second

    step = FirstStep(both())
    if early:
        first.set_result("a")
    task = asyncio.create_task(taken(step))
    loop = asyncio.get_running_loop()
    if not early:
        loop.call_soon(first.set_result, "a")
    loop.call_soon(second.set_result, "b")
    async with asyncio.timeout(10):
        assert await task == "ab"


async def test_an_error_reaches_the_coroutine_where_it_waits():
    """It may handle what fails, as it could in a task."""
    future = asyncio.Future[str]()

    async def patient() -> str:
        try:
            return await future
        except ConnectionError:
            return "handled"

    step = FirstStep(patient())
    future.set_exception(ConnectionError())
    assert await asyncio.create_task(taken(step)) == "handled"


async def test_a_cancelled_task_cancels_it():
    """What it has to put away is put away."""
    put_away = []

    async def patient() -> str:
        try:
            return await asyncio.Future[str]()
        finally:
            put_away.append(True)

    task = asyncio.create_task(taken(FirstStep(patient())))
    asyncio.get_running_loop().call_soon(task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert put_away == [True]
