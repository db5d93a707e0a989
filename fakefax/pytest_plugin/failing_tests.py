"""A failing test: an error about its values is shown at its own line, and --fakefax-inspect stops there."""

import os
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import TracebackType

import pytest

from fakefax.pytest_plugin import failure_reports, verdicts

PACKAGE = Path(__file__).resolve().parent.parent
CLIENT = PACKAGE / "client"


def end_at_the_test(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Cut the lines of fakefax off such an error, unless pytest runs with --full-trace."""
    if call.excinfo is None or item.config.getoption("fulltrace") or not _is_about_a_value(call.excinfo.value):
        return
    steps = list(_steps(call.excinfo.value.__traceback__))
    if not steps or not _is_in(PACKAGE, steps[-1]):
        return
    for caller, called in pairwise(steps):
        if _is_in(CLIENT, called):
            caller.tb_next = None
            return


def sections(
    item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport, stopped: list[str]
) -> list[str]:
    """What the report of a failed test says of its sandbox, and of the connections that were `stopped`.

    With --fakefax-inspect it stops here first.
    """
    if verdicts.UNDER_FAULTS in item.stash:
        return []
    said = "" if call.excinfo is None else str(call.excinfo.value)
    hidden = [sentence for sentence in stopped if sentence not in said]
    story = verdicts.story_of(item)
    written = failure_reports.lines(item, report)
    return [*hidden, *([] if story is None else [story]), *written, *stop(item)]


def _is_about_a_value(error: BaseException) -> bool:
    if isinstance(error, ValueError):
        return True
    from fakefax.client.errors import FakeFaxError  # noqa: PLC0415 (only for an error, in any run of pytest)

    return isinstance(error, FakeFaxError)


def _steps(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _is_in(folder: Path, step: TracebackType) -> bool:
    return folder in Path(step.tb_frame.f_code.co_filename).parents


TERMINAL = "CON" if sys.platform == "win32" else "/dev/tty"
"""The terminal itself: pytest captures what passes standard input and output."""


def stop(item: pytest.Item) -> list[str]:
    """Wait for Enter on the terminal. Returns what the failure says where nobody could be asked."""
    handle = item.stash.get(verdicts.HANDLE, None)
    if handle is None or not item.config.getoption("--fakefax-inspect"):
        return []
    url = f"{handle.base_url.removesuffix('/api/v2')}/_fakefax/ui/faxes#key={handle.api_key}"
    if hasattr(item.config, "workerinput"):
        return ["--fakefax-inspect did not stop: pytest-xdist runs this test in a worker; run without -n"]
    try:
        descriptor = os.open(TERMINAL, os.O_RDWR | getattr(os, "O_NOCTTY", 0))
    except OSError:
        return ["--fakefax-inspect did not stop: there is no terminal to ask"]
    with os.fdopen(descriptor, "r+b", buffering=0) as terminal:
        terminal.write(
            f"\nfakefax: {item.nodeid} has failed, and stops here.\n  page: {url}\n  Enter goes on: ".encode()
        )
        while terminal.read(1) not in (b"\n", b"\r", b""):
            pass
    return []
