"""A program's own tests may patch time: freezegun and time-machine must not stop fakefax."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime

import pytest
import time_machine
from freezegun import freeze_time

from fakefax import FakeFax
from fakefax.client import AdvanceGaveUp
from fakefax.core.clock import Clock
from fakefax.core.real_time import real_seconds, wall_clock
from fakefax.schemas import Attempt
from tests.callbacks.endpoints import hangs, raw_endpoint, receiver, send
from tests.core.time_tools import DEADLINE, START, after

FROZEN = datetime(2020, 2, 29, 12, tzinfo=UTC)


@contextmanager
def frozen_by_both() -> Iterator[None]:
    with ExitStack() as patches:
        patches.enter_context(time_machine.travel(FROZEN, tick=False))
        patches.enter_context(freeze_time(FROZEN))
        yield


Patch = Callable[[], AbstractContextManager[object]]

patched = pytest.mark.parametrize(
    "patch",
    [
        pytest.param(lambda: freeze_time(FROZEN), id="freezegun"),
        pytest.param(lambda: time_machine.travel(FROZEN, tick=False), id="time-machine"),
        pytest.param(frozen_by_both, id="both"),
    ],
)


@patched
def test_a_clock_with_a_rate_runs_on(patch: Patch):
    """Simulated time flows at its rate while the program's time is frozen."""
    with patch():
        began = real_seconds()
        clock = Clock(START, 1000)
        while clock.now < after(10):
            assert real_seconds() - began < DEADLINE
        assert real_seconds() - began >= 0.01
        assert wall_clock() == FROZEN


@patched
def test_a_running_fake_calls_back(patch: Patch):
    """A fake that runs at a rate posts its receipt, and again, while the program's time is frozen."""
    came_again = threading.Event()

    def answer(nth: int) -> int:
        if nth == 1:
            came_again.set()
        return 503 if nth == 0 else 200

    with patch(), receiver(answer) as endpoint, FakeFax(rate=100_000, callback_url=endpoint.url()) as fax:
        send(fax)
        assert came_again.wait(DEADLINE)
        fax.rate = 0
        assert fax.advance("0s").settled
        accepted = fax.faxes[0].accepted_at
        assert [(attempt.due - accepted).total_seconds() for attempt in attempts(fax)] == [30, 930]


@patched
def test_an_advance_works_as_usual(patch: Patch):
    """Advancing walks all 193 attempts of a dead endpoint while the program's time is frozen."""
    with patch(), receiver(lambda _: 500) as endpoint, FakeFax(callback_url=endpoint.url()) as fax:
        send(fax)
        result = fax.advance("49h")
        assert result.settled
        assert len(endpoint.posted) == len(attempts(fax)) == 193
        assert fax.audit().ok


@patched
def test_a_hanging_endpoint_still_times_out(patch: Patch):
    """The real time of one attempt is limited even when the program's time stands still."""
    with patch(), raw_endpoint(hangs) as endpoint, FakeFax(callback_timeout=0.05, callback_url=endpoint.url) as fax:
        send(fax)
        assert fax.advance("1m").settled
        assert [attempt.failure for attempt in attempts(fax)] == ["no answer within 0.05s"]


@patched
def test_an_advance_still_gives_up(patch: Patch):
    """The real-time budget of an advance is kept even when the program's time stands still."""
    with patch(), raw_endpoint(hangs) as endpoint, FakeFax(callback_timeout=60, callback_url=endpoint.url) as fax:
        send(fax)
        with pytest.raises(AdvanceGaveUp) as gave_up:
            fax.advance("1m", budget=0.05)
        assert gave_up.value.advance.holds == [f"receipt {fax.faxes[0].fax_job_id}, attempt 1 to {endpoint.url}"]


def attempts(fax: FakeFax) -> list[Attempt]:
    """The attempts of the first fax's receipt."""
    return fax.faxes[0].attempts


LATE = """
import __future__
import sys
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader

class Late(SourceFileLoader):
    "Annotations are resolved when they are first asked for, as on Python 3.14."
    def get_code(self, fullname):
        if not fullname.startswith(("fakefax.schemas", "fakefax.control")):
            return super().get_code(fullname)
        path = self.get_filename(fullname)
        flags = __future__.annotations.compiler_flag
        return compile(self.get_data(path), path, "exec", flags, dont_inherit=True)

sys.path_hooks.insert(0, FileFinder.path_hook((ExtensionFileLoader, EXTENSION_SUFFIXES), (Late, [".py"])))
sys.path_importer_cache.clear()

from datetime import UTC, datetime
from freezegun import freeze_time
import fakefax.schemas.faxes
import fakefax.server.app
from fakefax import FakeFax
from fakefax.client.fakefax import FakeFaxServer

assert fakefax.schemas.faxes.Fax.__annotations__["fax_job_id"] == "int"
with freeze_time("2020-02-29 12:00"):
    with FakeFaxServer() as server, server.sandbox(start="2026-01-05T09:00:00Z") as fax:
        assert fax.now.isoformat() == "2026-01-05T09:00:00+00:00"
        assert fax.advance_to("2026-01-05T09:01:00Z").now == fax.now
        assert fax.journal and not fax.faxes and not fax.findings() and fax.story()
        fax.reset()
"""


def test_annotations_may_be_resolved_while_time_is_frozen():
    """As on Python 3.14, where that happens at the first answer: the shapes hold the real datetime all the same."""
    run = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
