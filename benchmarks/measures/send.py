"""Send a fax over 16 connections at once."""

from benchmarks import load
from benchmarks.context import Context
from benchmarks.peer import Peer
from benchmarks.peers import BARE, FAKEFAX, ON_UVLOOP
from benchmarks.results import Reach, Result, at_least, ratio
from benchmarks.running import running

WANTED_OF_BARE = 0.6


def run(context: Context) -> Result:
    def once(peer: Peer, _: int) -> float:
        with running(peer) as target:
            load.for_seconds(target, context.warm_up(peer))
            rate = load.for_seconds(target, context.seconds, first_number=5_000_000).rate
        print(f"  {peer.name}: {rate:,.0f}/s", flush=True)
        return rate

    rates = context.interleaved(context.peers, once)
    notes = [f"{peer.name}: {peer.log}." for peer in context.peers]
    reaches = at_least(rates, "bare aiohttp", WANTED_OF_BARE)
    reaches += at_least(rates, "bare aiohttp", WANTED_OF_BARE, of="fakefax[speed]")
    beside = {FAKEFAX.name, BARE.name, *(peer.name for peer in ON_UVLOOP)}
    others = {name: ratio(rates, "fakefax", name) for name in rates if name not in beside}
    if others:
        closest = min(others, key=lambda name: others[name])
        reaches.append(Reach("ahead of every peer", f"{others[closest]:.1f} × {closest}", others[closest] > 1))
    return Result("Send a fax, 16 connections", "sends/s", rates, reaches, notes)
