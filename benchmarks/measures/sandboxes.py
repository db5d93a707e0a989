"""1,000 idle sandboxes: one for each test of a large suite, on one shared server."""

import urllib.error

from benchmarks import steering
from benchmarks.context import Context
from benchmarks.peers import FAKEFAX
from benchmarks.results import Reach, Result, Samples, Skipped
from benchmarks.running import Running, running

NUMBER = 1000
WANTED_MB = 30


def run(context: Context) -> Result:
    samples: Samples = {f"{NUMBER:,} idle sandboxes": []}
    for _ in range(context.rounds):
        with running(FAKEFAX) as target:
            _open(target, context.some(50))
            before = target.memory()
            _open(target, context.some(NUMBER))
            samples[f"{NUMBER:,} idle sandboxes"].append((target.memory() - before) / 1e6 / context.scale)
    most = max(next(iter(samples.values())))
    reaches = [Reach(f"under {WANTED_MB} MB", f"{most:.1f} MB at most", most < WANTED_MB)]
    return Result(f"{NUMBER:,} idle sandboxes", "MB", samples, reaches, against=None)


def _open(target: Running, number: int) -> None:
    for _ in range(number):
        try:
            steering.post(target, "sandboxes", {})
        except urllib.error.HTTPError as error:
            raise Skipped(f"POST /_fakefax/sandboxes answers {error.code}") from None
