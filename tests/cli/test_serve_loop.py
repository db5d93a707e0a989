"""Which event loop `fakefax serve` runs on."""

import asyncio
import sys
from types import SimpleNamespace

from fakefax.cli.serve import _loop_factory


def test_uvloop_is_used_when_it_is_there(monkeypatch):
    """With fakefax[speed] installed it is used without a setting."""
    monkeypatch.setitem(sys.modules, "uvloop", SimpleNamespace(new_event_loop=asyncio.SelectorEventLoop))
    assert _loop_factory() is asyncio.SelectorEventLoop


def test_without_uvloop_the_loop_is_asyncios_own(monkeypatch):
    """The extra stays an extra."""
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert _loop_factory() is None
