"""A deadline in real time for code that may never return."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class Hung(BaseException):
    """It had not returned in time. Not an Exception, so that a program's `except Exception` does not stop it."""


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise Hung in the block after so many real seconds.

    It needs the main thread and SIGALRM. Where these are missing (on Windows), or where somebody else has set the
    timer (pytest-timeout), the block has no deadline of its own.
    """
    timer = getattr(signal, "ITIMER_REAL", None)
    in_main_thread = threading.current_thread() is threading.main_thread()
    if timer is None or not in_main_thread or signal.getitimer(timer)[0]:
        yield
        return

    def ring(_: int, __: FrameType | None) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(signal.SIGALRM, before)
