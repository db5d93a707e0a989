"""An error about a value that a test gave, shown at the line of the test and not at those of fakefax."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import TracebackType

import pytest

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
