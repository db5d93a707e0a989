"""fakefax itself, as `fakefax serve` runs it: rule, charge, ledger, job, timer, journal and the log of it."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.peer import FAX, Peer, Place

BALANCE = "10000000.00"
WITHOUT_UVLOOP = """
import runpy, sys
sys.modules["uvloop"] = None
sys.argv[0] = "fakefax"
runpy.run_module("fakefax", run_name="__main__")
"""
"""fakefax as it is without its extra, whatever is installed here."""


def _command(*options: str, uvloop: bool = False) -> Callable[[Place], list[str]]:
    def command(place: Place) -> list[str]:
        fakefax = ["-m", "fakefax"] if uvloop else ["-c", WITHOUT_UVLOOP]
        start = [sys.executable, *fakefax, "serve", "--port", str(place.port), "--balance", BALANCE]
        if place.callback_url is None:
            return [*start, *options]
        return [*start, "--callback-url", place.callback_url, *(options or _scenario(place, "0s"))]

    return command


def _scenario(place: Place, after: str) -> list[str]:
    """A scenario in which a fax takes so much simulated time."""
    path = place.folder / "benchmark.yaml"
    path.write_text(f"faxes:\n  - then: {{msg_code: ok, after: {after}}}\n")
    return ["--scenario", str(path)]


PEER = Peer("fakefax", _command(), FAX, log="journal, and its lines on standard error", calls_back=True)


SPEED = replace(PEER, name="fakefax[speed]", command=_command(uvloop=True), log="as fakefax; on uvloop")


def with_state(file: Path) -> Peer:
    """A fakefax that keeps its state in a file."""
    return replace(PEER, name="fakefax --state", command=_command("--state", str(file)), log="as fakefax; --state")


def paused() -> Peer:
    """A fakefax whose time only moves by `advance`."""
    return replace(PEER, command=_command("--rate", "0"))


def spread(rate: float) -> Peer:
    """A fakefax whose faxes take from 20 to 60 simulated seconds."""

    def command(place: Place) -> list[str]:
        return [*_command("--rate", f"{rate:g}")(place), *_scenario(place, "20s..60s")]

    return replace(PEER, command=command)
