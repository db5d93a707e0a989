"""What keeping the state costs: sends with --state beside those without, the next start, and the file's size."""

import tempfile
from pathlib import Path

from benchmarks import load
from benchmarks.context import Context
from benchmarks.peer import Peer
from benchmarks.peers import FAKEFAX
from benchmarks.peers.fakefax import with_state
from benchmarks.results import Reach, Result, ratio
from benchmarks.running import running

WANTED_OF_WITHOUT = 0.6
START_WITHIN = 1.0
FAXES = 25_000
FILLED_WITHIN = 120.0
"""Real seconds for filling the file."""


def run(context: Context) -> Result:
    with tempfile.TemporaryDirectory(prefix="benchmark-state-") as folder:
        return _run(context, Path(folder))


def _run(context: Context, folder: Path) -> Result:
    kept = with_state(folder / "sends.db")

    def once(peer: Peer, _: int) -> float:
        for file in folder.glob("sends.db*"):
            file.unlink()
        with running(peer) as target:
            load.for_seconds(target, context.warm_up(peer))
            rate = load.for_seconds(target, context.seconds, first_number=5_000_000).rate
        print(f"  {peer.name}: {rate:,.0f}/s", flush=True)
        return rate

    rates = context.interleaved([FAKEFAX, kept], once)
    share = ratio(rates, kept.name, FAKEFAX.name)
    reaches = [Reach(f"at least {WANTED_OF_WITHOUT} of without", f"{share:.2f}", share >= WANTED_OF_WITHOUT)]
    started, size, count = _started_again(context, folder / "start.db")
    reaches.append(Reach(f"start with {count:,} faxes within {START_WITHIN:g} s", f"{started:.2f} s", started < 1))
    notes = [f"The file has {size / count:,.0f} bytes for a fax that has ended, with its journal."]
    return Result("Send a fax with --state, 16 connections", "sends/s", rates, reaches, notes)


def _started_again(context: Context, file: Path) -> tuple[float, int, int]:
    """The time from process start to the first answered send with so many faxes; the file's size, and how many."""
    peer, count = with_state(file), context.some(FAXES)
    with running(peer) as target:
        load.of_number(target, count, within=FILLED_WITHIN, first_number=1_000_000)
    size = sum(each.stat().st_size for each in file.parent.glob(f"{file.name}*"))
    seconds = []
    for _ in range(3):
        with running(peer) as target:
            seconds.append(target.started_in)
    return min(seconds), size, count
