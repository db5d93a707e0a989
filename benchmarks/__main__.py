"""The command: `python -m benchmarks [MEASURE ...]`."""

import time
from pathlib import Path

import click

from benchmarks.context import Context
from benchmarks.install import install
from benchmarks.measures import MEASURES
from benchmarks.peer import Peer
from benchmarks.peers import BARE, FAKEFAX, PEERS
from benchmarks.report import write
from benchmarks.results import Book, Skipped, machine

HERE = Path(__file__).parent
SMOKE_SCALE = 0.01


@click.command()
@click.argument("measures", nargs=-1, type=click.Choice(list(MEASURES)), metavar="[MEASURE]...")
@click.option("--rounds", default=5, show_default=True, help="Rounds of each measure, its peers taking turns.")
@click.option("--seconds", default=4.0, show_default=True, help="One stretch of load.")
@click.option("--peers", help="Only these, by commas; fakefax always.  [default: all]")
@click.option("--out", default=HERE, show_default="benchmarks/", type=click.Path(path_type=Path, file_okay=False))
@click.option("--remark", default="", help="A word on this run, told beside its figures.")
@click.option("--smoke", is_flag=True, help="Seconds, without peers, to see that all of it works; says no figures.")
def main(
    measures: tuple[str, ...], rounds: int, seconds: float, peers: str | None, out: Path, remark: str, smoke: bool
) -> None:
    """Measure fakefax beside its peers, and write the tables and plots of benchmarks/README.md.

    Without MEASURE all of them. Figures of measures that are not run stay as they were.
    """
    out.mkdir(parents=True, exist_ok=True)
    if smoke:
        taking_part: tuple[Peer, ...] = (FAKEFAX, BARE)
        rounds, seconds, scale = 1, 1.0, SMOKE_SCALE
    else:
        taking_part, scale = _peers(peers), 1.0
    run = ", ".join(filter(None, [machine(), f"{rounds} rounds", remark]))
    book = Book(out / "results.json")
    for name in measures or MEASURES:
        begin = time.perf_counter()
        print(f"== {name}", flush=True)
        context = Context(taking_part, rounds, seconds, scale)
        try:
            result = MEASURES[name](context)
        except Skipped as reason:
            print(f"  skipped: {reason}", flush=True)
            continue
        result.notes += context.notes
        book.enter(name, result, run)
        for reach in result.reaches:
            print(f"  {reach.wanted}: {reach.found}{'' if reach.met else ' (not reached)'}", flush=True)
        print(f"  {time.perf_counter() - begin:.0f} s", flush=True)
    write(book, out)


def _peers(wanted: str | None) -> tuple[Peer, ...]:
    names = None if wanted is None else set(wanted.split(",")) | {FAKEFAX.slug}
    unknown = (names or set()) - {peer.slug for peer in PEERS}
    if unknown:
        raise click.BadParameter(f"no peer is called {', '.join(sorted(unknown))}: {[peer.slug for peer in PEERS]}")
    found = []
    for peer in PEERS:
        if names is None or peer.slug in names:
            refusal = install(peer)
            if refusal:
                print(refusal, flush=True)
            else:
                found.append(peer)
    return tuple(found)


if __name__ == "__main__":
    main()
