"""Memory after 100,000 sends, and after more: a server shared by many test runs must not grow without end."""

from statistics import median

from benchmarks import load
from benchmarks.context import Context
from benchmarks.peer import Peer
from benchmarks.peers import BARE, FAKEFAX, WIREMOCK
from benchmarks.results import Reach, Result, ratio
from benchmarks.running import running

SENDS = 100_000
WITHIN = 240.0
STEPS = 3
"""Times 100,000 sends; the first fill what is bounded, and none of the others may add to it."""

FLAT = 1.1
"""Tables and the garbage collector take their room in steps; an unbounded server would have doubled."""


def run(context: Context) -> Result:
    grown: dict[str, list[float]] = {}
    curve: list[tuple[float, float]] = []

    def once(peer: Peer, number: int) -> float:
        with running(peer) as target:
            at_start = target.memory() / 1e6
            sends = load.of_number(target, context.some(SENDS), WITHIN).requests
            after = target.memory() / 1e6
            print(f"  {peer.name}: {at_start:.0f} MB, after {sends:,} sends {after:.0f} MB", flush=True)
            grown.setdefault(peer.name, []).append(after / at_start)
            if peer is FAKEFAX and not number:
                curve.extend([(0, at_start), (sends, after)])
                for step in range(1, STEPS):
                    load.of_number(target, context.some(SENDS), WITHIN, first_number=step * SENDS)
                    curve.append(((step + 1) * sends, target.memory() / 1e6))
        return after

    megabytes = context.interleaved(context.here((FAKEFAX, BARE, WIREMOCK)), once)
    growth, rest = median(grown["fakefax"]), curve[-1][1] / curve[1][1]
    reaches = [
        Reach("below 2.5 × at start", f"{growth:.2f} ×", growth < 2.5),
        Reach("flat afterwards", f"{rest:.2f} × from {curve[1][0]:,} to {curve[-1][0]:,} sends", rest < FLAT),
    ]
    if "WireMock" in megabytes:
        share = ratio(megabytes, "fakefax", "WireMock")
        reaches.append(Reach("a tenth of WireMock's", f"{share:.2f} ×", share <= 0.1))
    told = ", ".join(f"{weight:.0f} after {sends:,}" for sends, weight in curve[1:])
    notes = [f"fakefax: {curve[0][1]:.0f} MB when it has answered its first send; {told}."]
    title = f"Memory after {context.some(SENDS):,} sends"
    return Result(title, "MB", megabytes, reaches, notes, curves={"MB after so many sends": curve})
