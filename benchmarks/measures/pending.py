"""10,000, 100,000 and a million receipts that wait for their retry: nothing may be quadratic.

Each is a whole fax of a sandbox: sent, charged, ended, its receipt attempted once in vain. Only the socket is left
out: the callback is answered in place, with 503 and later with 200. Every size runs in a process of its own.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psutil

from benchmarks.context import Context
from benchmarks.results import Reach, Result, Samples

SIZES = (10_000, 100_000, 1_000_000)
LINEAR = 2.0
"""How much dearer each of a million may be than each of ten thousand: a heap's logarithm, and full caches."""


def run(context: Context) -> Result:
    sizes = [context.some(size) for size in SIZES]
    samples: Samples = {}
    for number in range(context.rounds):
        for size in sizes[: 2 if number else 3]:  # a million takes minutes, so it is measured once
            for what, value in _in_a_process(size).items():
                samples.setdefault(f"{what}, {size:,} waiting", []).append(value)
    found = Result("Receipts that wait for their retry", "", samples, against=None)
    for what in ("bytes a fax", "bytes a timer", "µs to insert", "µs to fire"):
        found.curves[what] = [(size, found.median(f"{what}, {size:,} waiting")) for size in sizes]
    for what in ("µs to insert", "µs to fire"):
        first, last = found.curves[what][0][1], found.curves[what][-1][1]
        growth = last / first
        found.reaches.append(Reach(f"{what}: not quadratic", f"{growth:.2f} × at the largest", growth < LINEAR))
    found.notes = [
        "A fax: all that is kept of it, with job, ledger entry, receipt, attempt and timer.",
        "To insert: the fax ends, its receipt is made, attempted, refused and set for later.",
        "To fire: attempted again and acknowledged.",
        f"{sizes[-1]:,} were measured once, the others in every round.",
    ]
    return found


def _in_a_process(size: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.measures.pending", str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    values: dict[str, float] = json.loads(done.stdout)
    return values


async def _measure(size: int) -> dict[str, float]:
    timer_bytes = _timers(size)
    sandbox, answers = _sandbox()
    account = sandbox.first_account
    before = _memory()
    for number in range(size):
        sandbox.send(account, f"+1555{number:07}", 10)
    answers["status"] = 503
    insert = await _timed(lambda: sandbox.clock.advance(timedelta(minutes=1), budget=600))
    held = _memory() - before
    answers["status"] = 200
    fire = await _timed(lambda: sandbox.clock.advance(timedelta(minutes=15), budget=600))
    assert answers["count"] == 2 * size, answers
    assert not sandbox.clock.pending
    return {
        "bytes a fax": held / size,
        "bytes a timer": timer_bytes,
        "µs to insert": insert / size * 1e6,
        "µs to fire": fire / size * 1e6,
    }


def _sandbox() -> tuple[Any, dict[str, int]]:
    """A sandbox whose receipts are answered in place."""
    from fakefax.callbacks.client import CallbackClient
    from fakefax.core.callbacks.callback import Answer
    from fakefax.core.ids import FaxJobIds
    from fakefax.core.real_time import wall_clock
    from fakefax.sandbox.sandbox import Sandbox
    from fakefax.sandbox.services import SharedServices
    from fakefax.scenario.loader import load_scenario
    from fakefax.scenario.overrides import override

    answers = {"status": 503, "count": 0}

    def post(what: object, url: str, body: object, done: Callable[[Answer], None]) -> None:
        answers["count"] += 1
        done(Answer(answers["status"], None, 0.0))

    url = "http://127.0.0.1:9/receipts"
    scenario = override(load_scenario("default"), rate=0, callback_url=url, balance="10000000.00")
    sandbox = Sandbox(scenario, SharedServices(CallbackClient(), FaxJobIds(), wall_clock()))
    sandbox.retry_scheduler.injector.post = post
    return sandbox, answers


def _timers(size: int) -> float:
    """Bytes of a timer by itself, with its name and callback."""
    from functools import partial

    from fakefax.core.clock import Clock
    from fakefax.core.real_time import wall_clock

    clock = Clock(wall_clock())
    due = clock.now + timedelta(minutes=15)
    before = _memory()
    for number in range(size):
        clock.call_at(due, f"receipt {number}, attempt 2", partial(_nothing, clock))
    return (_memory() - before) / size


def _nothing(*_: object) -> None:
    pass


async def _timed(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    done = await work()
    assert done.settled, done.message
    return time.perf_counter() - begin


def _memory() -> int:
    rss: int = psutil.Process().memory_info().rss
    return rss


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measure(int(sys.argv[1])))))
