"""Answers that leave together: none is late, none is lost, and those of a connection keep their order."""

import asyncio

from fakefax.core.outbox import MOST, Outbox


class Pipe(asyncio.Transport):
    """Keeps what is written to it."""

    def __init__(self, *, closing: bool = False) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self._closing = closing

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.written.append(data)

    def close(self) -> None:
        self._closing = True

    def is_closing(self) -> bool:
        return self._closing


async def test_they_are_written_by_the_next_turn_of_the_loop():
    """What asked for a turn later finds them written, in their order."""
    outbox, pipe = Outbox(), Pipe()
    outbox.put(pipe, b"first")
    outbox.put(pipe, b"second")
    seen = asyncio.Future[list[bytes]]()
    asyncio.get_running_loop().call_soon(lambda: seen.set_result(list(pipe.written)))
    assert pipe.written == []
    assert await seen == [b"firstsecond"]


async def test_the_first_does_not_wait_for_a_crowd():
    """So many are written without waiting for the end of the turn."""
    outbox, pipes = Outbox(), [Pipe() for _ in range(MOST)]
    for pipe in pipes[:-1]:
        outbox.put(pipe, b"answer")
    assert not any(pipe.written for pipe in pipes)
    outbox.put(pipes[-1], b"answer")
    assert [pipe.written for pipe in pipes] == [[b"answer"]] * MOST


async def test_who_has_gone_is_left_out():
    """The others get theirs."""
    outbox, gone, there = Outbox(), Pipe(closing=True), Pipe()
    outbox.put(gone, b"answer")
    outbox.put(there, b"answer")
    outbox.flush()
    assert (gone.written, there.written) == ([], [b"answer"])
