"""Send, callback, 200 OK: the whole round of the user's program, with its endpoint in a process of its own."""

import time

from benchmarks import load
from benchmarks.context import Context
from benchmarks.peer import Peer
from benchmarks.receiver import receiving
from benchmarks.results import Result, at_least
from benchmarks.running import running

WITHIN = 120.0
"""Real seconds that the callbacks of one stretch of load may take."""


def run(context: Context) -> Result:
    def once(peer: Peer, _: int) -> float:
        with receiving() as receiver, running(peer, receiver.url) as target:
            load.for_seconds(target, context.warm_up(peer))
            before = receiver.until_quiet(WITHIN).count
            begin = time.monotonic()
            sent = load.for_seconds(target, context.seconds, first_number=5_000_000).requests
            received = receiver.until_quiet(WITHIN)
        count = received.count - before
        rate = count / (received.last - begin)
        print(f"  {peer.name}: {rate:,.0f}/s", flush=True)
        if count < sent:
            context.say(f"{peer.name}: {count} callbacks came for {sent} sends")
        return rate

    rates = context.interleaved((peer for peer in context.peers if peer.calls_back), once)
    reaches = at_least(rates, "bare aiohttp", 0.9) + at_least(rates, "WireMock", 2.5)
    notes = [
        "From the first send to the last callback; a fax of fakefax takes no simulated time here. Bare aiohttp "
        "posts its callback on kept-alive connections before it answers the send.",
        "The endpoint says `Connection: keep-alive`, as nginx and Node.js do; one that says nothing gets a "
        "new connection for each attempt of fakefax, since it may close a kept one without a word.",
    ]
    return Result("Send, callback, 200 OK", "rounds/s", rates, reaches, notes)
