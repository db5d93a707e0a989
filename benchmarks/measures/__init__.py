"""The measures, in the order of the report. Each module has `run(context)`, and its reason in its docstring."""

from collections.abc import Callable

from benchmarks.context import Context
from benchmarks.measures import (
    end_to_end,
    fixture,
    imports,
    lateness,
    memory,
    pending,
    retries,
    sandboxes,
    send,
    snapshots,
    start,
    state,
)
from benchmarks.results import Result

MEASURES: dict[str, Callable[[Context], Result]] = {
    "send": send.run,
    "end_to_end": end_to_end.run,
    "start": start.run,
    "imports": imports.run,
    "memory": memory.run,
    "pending": pending.run,
    "retries": retries.run,
    "fixture": fixture.run,
    "sandboxes": sandboxes.run,
    "lateness": lateness.run,
    "snapshots": snapshots.run,
    "state": state.run,
}
