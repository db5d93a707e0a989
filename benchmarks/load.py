"""Many sends at once, on loopback, bounded in time or in number."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peer import NUMBER, Send
from benchmarks.running import Running

CONNECTIONS = 16
GRACE = 60
"""Real seconds that a generator may take beyond what it was asked for."""


class LoadFailed(Exception):
    """Sends were not answered as they should; the message says how many."""


@dataclass(frozen=True)
class Load:
    """The result of a load: sends answered, and in how many real seconds."""

    requests: int
    seconds: float
    errors: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def for_seconds(target: Running, seconds: float, first_number: int = 0) -> Load:
    """As fast as 16 connections go, each with one request at a time."""
    if shutil.which("wrk") is None:
        return _generate(target, seconds=seconds, first_number=first_number)
    send, host = target.peer.send, target.host
    request = _with_placeholder(send, host)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
    command += ["-s", str(Path(__file__).parent / "vary.lua"), target.url, "--", request, str(first_number)]
    return _run(command, seconds)


def _with_placeholder(send: Send, host: str) -> str:
    digits = "9418273"
    text = send.bytes(int(digits), host).decode()
    assert text.count(digits) == 1
    return text.replace(digits, NUMBER)


def of_number(target: Running, count: int, within: float, first_number: int = 0) -> Load:
    """Make `count` sends, or as many as fit into `within` real seconds."""
    return _generate(target, count=count, seconds=within, first_number=first_number)


def at_pace(target: Running, per_second: float, seconds: float, first_number: int = 0) -> Load:
    """Make so many sends a second, whether or not the last one was answered."""
    count = round(per_second * seconds)
    return _generate(target, count=count, pace=per_second, seconds=seconds + GRACE, first_number=first_number)


def _generate(target: Running, **wishes: float) -> Load:
    order = {"port": target.port, "send": vars(target.peer.send), "connections": CONNECTIONS, **wishes}
    command = [sys.executable, "-m", "benchmarks.generator", json.dumps(order, default=dict)]
    return _run(command, wishes["seconds"])


def _run(command: list[str], seconds: float) -> Load:
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + GRACE, check=False)
    if done.returncode:
        raise LoadFailed(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}{done.stdout[-500:]}")
    load = Load(**json.loads(done.stdout.splitlines()[-1]))
    if load.errors > load.requests / 1000 or not load.requests:
        raise LoadFailed(f"{load.errors} of {load.requests} sends were not answered as they should")
    return load
