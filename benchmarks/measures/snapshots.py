"""What a snapshot costs a test: all of its sandbox saved, and put back, over HTTP as the fixture does it."""

import urllib.parse
import urllib.request
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter

from benchmarks.context import Context
from benchmarks.results import Reach, Result, Samples
from fakefax import FakeFax
from fakefax.client.fakefax import FakeFaxServer

WITHIN = 2.0
TIMES = 200
FAXES = 3


def run(context: Context) -> Result:
    samples: Samples = {"fakefax.snapshot()": [], "fakefax.restore(saved)": []}
    size = 0
    with FakeFaxServer() as server:
        for _ in range(context.rounds):
            with server.sandbox() as fakefax:
                fakefax.receiver.answers(503)
                for _ in range(FAXES):
                    _send(fakefax)
                fakefax.advance("40m")
                saved = fakefax.snapshot()
                size = len(saved.content)
                count = context.some(TIMES)
                samples["fakefax.snapshot()"].append(_milliseconds(fakefax.snapshot, count))
                samples["fakefax.restore(saved)"].append(_milliseconds(partial(fakefax.restore, saved), count))
    reaches = [
        Reach(f"{name} within {WITHIN:g} ms", f"{median(each):.2f} ms", median(each) <= WITHIN)
        for name, each in samples.items()
    ]
    notes = [f"A sandbox of the default scenario with {FAXES} faxes and {3 * FAXES} attempts: {size:,} bytes."]
    return Result("Snapshot of a test's sandbox", "ms", samples, reaches, notes, against=None)


def _send(fakefax: FakeFax) -> None:
    order = {"api_key": fakefax.api_key, "fax_number": "+123456789", "document_id": 10}
    urllib.request.urlopen(f"{fakefax.base_url}/fax", urllib.parse.urlencode(order).encode()).close()


def _milliseconds(work: Callable[[], object], times: int) -> float:
    """The median time of one."""
    seconds = []
    for _ in range(times):
        begun = perf_counter()
        work()
        seconds.append(perf_counter() - begun)
    return median(seconds) * 1000
