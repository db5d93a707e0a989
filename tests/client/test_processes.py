"""Forked children, and processes whose threads and sockets another library has replaced."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from fakefax import FakeFax, FakeFaxError
from tests.callbacks.endpoints import send

FORKED = """
import os, sys
from fakefax import FakeFax

with {made} as fax:
    before = fax.balance
    child = os.fork()
    if child == 0:
        assert fax.balance == before      # over a connection of its own
        sys.exit(0)                       # leaves the block
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert fax.balance == before
print("ended")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
@pytest.mark.parametrize("made", ["FakeFax()", "FakeFax.connect({url!r})"])
def test_a_forked_child_leaves_the_sandbox_to_its_parent(fax: FakeFax, made: str):
    """A child that leaves the block ends neither the server nor the sandbox, and does not hang."""
    code = FORKED.format(made=made.format(url=fax.url))
    # Python warns of any fork where there are threads.
    command = [sys.executable, "-W", "ignore:This process:DeprecationWarning", "-c", code]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (ended.stdout, ended.stderr) == ("ended\n", "")


@pytest.mark.parametrize(
    ("name", "function", "patched"),
    [
        ("gevent.monkey", "is_module_patched", {"socket", "thread"}),
        ("gevent.monkey", "is_module_patched", {"socket"}),
        ("eventlet.patcher", "is_monkey_patched", {"socket", "thread"}),
    ],
)
def test_green_threads_are_refused_with_the_cure(
    fax: FakeFax, monkeypatch: pytest.MonkeyPatch, name: str, function: str, patched: set[str]
):
    """Under patch_all() a server in the process would hang: it is refused, and a running one can still be used."""
    monkeypatch.setitem(sys.modules, name, SimpleNamespace(**{function: patched.__contains__}))
    library = name.partition(".")[0]
    with pytest.raises(FakeFaxError, match=rf"^{library} has patched this process, .*FakeFax\.connect\("):
        FakeFax()
    with FakeFax.connect(fax.url) as other:
        send(other)
        other.advance("1m")


def test_a_library_that_has_patched_nothing_is_no_hindrance(monkeypatch: pytest.MonkeyPatch):
    """gevent may be imported; only what it has replaced is in the way."""
    monkeypatch.setitem(sys.modules, "gevent.monkey", SimpleNamespace(is_module_patched=lambda _: False))
    with FakeFax() as fax:
        assert fax.faxes == []
