"""A switch for the tests of the page, how tests are spread over workers, and fixtures of several rooms."""

import asyncio
import gc
import os
import signal
import sys
import urllib.request
import warnings
from collections.abc import AsyncIterator, Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fakefax.documents.pool import FilePool
    from tests.inner_pytest import InnerPytest

OUTERMOST = pytest.StashKey[bool]()
"""Whether this run is not one inside of a test."""

PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def pytest_configure(config: pytest.Config) -> None:
    """Tests of proxies name their own; and the many Pythons that tests start keep their bytecode."""
    for name in PROXIES:
        for spelling in (name, name.upper()):
            os.environ.pop(spelling, None)
    cache = getattr(config, "cache", None)  # none with `-p no:cacheprovider`
    if cache is not None and os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = str(cache.mkdir("bytecode"))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in the background of a shell; tests send Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[OUTERMOST] = not gc.get_freeze_count()
    if config.stash[OUTERMOST]:
        gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave all modules and tests out of garbage collections, which took a quarter of the suite's time."""
    if session.config.stash[OUTERMOST]:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hypothesis, where its plugin first loads it now, looks for what holds trio's random numbers.

    Otherwise all stays frozen: to collect it three times more, as pytest does at the end, takes a second or two.
    """
    if session.config.stash[OUTERMOST] and "hypothesis" not in sys.modules:
        gc.unfreeze()


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Generator[None, int, int]:
    """With `-n auto`, three workers for two cores: many tests wait for processes or real time."""
    cores = yield
    return cores if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else cores + (cores + 1) // 2


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """A worker that has no more tests takes some of another's, so that none has the last long ones alone."""
    if config.getoption("numprocesses", None) and config.getoption("dist") == "no":
        config.option.dist = "worksteal"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --ui`: a browser takes seconds to start, and not everybody has one."""
    parser.addoption("--ui", action="store_true", help="Run the tests of the web page in Chromium.")


@pytest.fixture(scope="module")
async def shared_pool() -> "AsyncIterator[FilePool]":
    """One pool of processes that look at files, for all servers of a module; to start them takes long."""
    from fakefax.documents.pool import FilePool  # noqa: PLC0415 (only where a module uses it)
    from tests.api.wire import SHARED_POOLS  # noqa: PLC0415

    pool = FilePool()
    SHARED_POOLS[asyncio.get_running_loop()] = pool
    yield pool
    del SHARED_POOLS[asyncio.get_running_loop()]
    await pool.close()


@pytest.fixture(scope="session")
def whole_fakefax() -> None:
    """Import all of it, since a run of pytest inside of a test forgets what it has imported.

    It would be imported again for each, and YAML's C parser cannot be imported twice.
    """
    import yaml  # noqa: F401, PLC0415

    from tests.fork_server import load_everything  # noqa: PLC0415

    load_everything()


@pytest.fixture
def untidy() -> Iterator[tuple[str, ...]]:
    """The options of a run of programs that leave errors and databases open, as those of readers may.

    Python says so of ever more things, and only if asked; but this suite asks.
    """
    with warnings.catch_warnings():
        yield ("-W", "ignore::ResourceWarning")
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def inner_pytest(
    whole_fakefax: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> Iterator["InnerPytest"]:
    """Runs of pytest inside of a test, with no plugin but fakefax's own."""
    from tests.inner_pytest import InnerPytest  # noqa: PLC0415 (only where it is used)

    urllib.request.install_opener(None)  # which remembers the proxies of the environment that it was made in
    yield InnerPytest(pytester, monkeypatch)
    urllib.request.install_opener(None)
