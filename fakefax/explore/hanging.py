"""A deadline in real time for code that may never return."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from fakefax.core.real_time import real_seconds

SOON = 0.001
"""Real seconds to somebody else's alarm that came due while ours was set."""


class Hung(BaseException):
    """It had not returned in time. Not an Exception, so that a program's `except Exception` does not stop it."""


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise Hung in the block after so many real seconds.

    It needs the main thread and SIGALRM; where these are missing (on Windows) the block has no deadline. An alarm
    of somebody else (pytest-timeout, say) is put back afterwards, and rings first if it is due first.
    """
    timer = getattr(signal, "ITIMER_REAL", None)
    if timer is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    theirs, interval = signal.getitimer(timer)
    if 0 < theirs <= seconds:
        yield
        return

    def ring(_: int, __: FrameType | None) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, ring)
    began = real_seconds()
    signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(signal.SIGALRM, before)
        if theirs:
            signal.setitimer(timer, max(SOON, theirs - (real_seconds() - began)), interval)
