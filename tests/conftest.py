"""A switch for the tests of the page, which start a browser; and no test uses the proxy of this machine."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def pytest_configure(config: pytest.Config) -> None:
    """Tests of proxies name their own; and the many Pythons that tests start keep their bytecode."""
    for name in PROXIES:
        for spelling in (name, name.upper()):
            os.environ.pop(spelling, None)
    cache = getattr(config, "cache", None)  # none with `-p no:cacheprovider`
    if cache is not None and os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = str(cache.mkdir("bytecode"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --ui`: a browser takes seconds to start, and not everybody has one."""
    parser.addoption("--ui", action="store_true", help="Run the tests of the web page in Chromium.")


@pytest.fixture(scope="module")
async def shared_pool() -> AsyncIterator[None]:
    """One pool of processes that look at files, for all servers of a module; to start them takes long."""
    from fakefax.documents.pool import FilePool  # noqa: PLC0415 (only where a module uses it)
    from tests.api.wire import SHARED_POOLS  # noqa: PLC0415

    pool = FilePool()
    SHARED_POOLS[asyncio.get_running_loop()] = pool
    yield
    del SHARED_POOLS[asyncio.get_running_loop()]
    await pool.close()
