"""The deadline of a run."""

import contextlib
import signal
import threading

import pytest

from fakefax.explore.hanging import Hung, deadline

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="needs SIGALRM")


def spin() -> None:
    while True:
        with contextlib.suppress(Exception):  # as a program that survives everything
            threading.Event().wait(0.01)


def test_code_that_never_returns_is_ended():
    """Also where a program catches every Exception; and afterwards there is no alarm and no handler left."""
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(Hung), deadline(0.05):
        spin()
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_somebody_elses_alarm_is_put_back():
    """An alarm that is due later goes on, one that is due earlier is left alone."""
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append("theirs"))
    try:
        signal.setitimer(signal.ITIMER_REAL, 600)
        with pytest.raises(Hung), deadline(0.05):
            spin()
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 0 < left < 600
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with deadline(600):
            while not rung:
                threading.Event().wait(0.01)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_another_thread_has_no_deadline():
    """Signals reach the main thread only; the block runs all the same."""
    ran = []

    def work() -> None:
        with deadline(0.01):
            ran.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ran
