"""From process start to the first answered send, with warm files: every test session waits that long."""

from benchmarks.context import Context
from benchmarks.peer import Peer
from benchmarks.results import Result, at_most
from benchmarks.running import running


def run(context: Context) -> Result:
    def once(peer: Peer, number: int) -> float | None:
        with running(peer) as target:
            return target.started_in if number else None  # the first one only warms the files

    seconds = context.interleaved(context.peers, once, rounds=2 * context.rounds + 1)
    reaches = at_most(seconds, "bare aiohttp", 1.3) + at_most(seconds, "WireMock", 0.2)
    return Result("Start, until the first answered send", "s", seconds, reaches)
