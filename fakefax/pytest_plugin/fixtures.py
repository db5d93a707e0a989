"""What the fixtures do: one server for the run, and a sandbox of each test with its settings."""

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from fakefax.client import WrongValue
from fakefax.client.fakefax import FakeFaxServer
from fakefax.pytest_plugin import failure_reports, marker, options, outcomes, verdicts

if TYPE_CHECKING:
    from fakefax.client import FakeFax

OF_SNAPSHOT = {"scenario", "start", "seed"}
"""Settings that a snapshot has itself, so that those of all tests do not apply."""
PROXIES = ("http_proxy", "https_proxy", "all_proxy")


@contextlib.contextmanager
def server(config: pytest.Config, url_of_worker: str | None) -> Iterator[FakeFaxServer]:
    """The server of the run: the one that an option names, that of pytest-xdist's workers, or one of its own."""
    server = FakeFaxServer(
        options.option(config, "fakefax_url") or url_of_worker,
        receiver_host=options.option(config, "fakefax_receiver_host") or "127.0.0.1",
        callback_timeout=config.getini("fakefax_callback_timeout"),
    )
    with server, _no_proxy(server.host):
        yield server


@contextlib.contextmanager
def _no_proxy(host: str) -> Iterator[None]:
    """Where the environment names a proxy, keep programs and tests from asking it for fakefax."""
    with pytest.MonkeyPatch.context() as patch:
        if any(os.environ.get(name) or os.environ.get(name.upper()) for name in PROXIES):
            for name in ("no_proxy", "NO_PROXY"):
                direct = [part for part in os.environ.get(name, "").split(",") if part.strip()]
                if "*" not in direct:
                    patch.setenv(name, ",".join(dict.fromkeys([*direct, "127.0.0.1", "localhost", host])))
        yield


@contextlib.contextmanager
def sandbox(request: pytest.FixtureRequest, server: FakeFaxServer, settings: dict[str, Any]) -> "Iterator[FakeFax]":
    """The sandbox of a test, and its part in the outcomes that the run has met."""
    item, config = request.node, request.config
    with contextlib.ExitStack() as stack:
        handle = _enter(stack, server, _settings(item, settings))
        outcome = outcomes.of_test(request)
        if outcome is not None:
            handle.meet(outcome)
        if verdicts.UNDER_FAULTS in item.stash:
            item.stash[verdicts.UNDER_FAULTS].begin(handle)
        item.stash[verdicts.HANDLE] = handle
        yield handle
        del item.stash[verdicts.HANDLE]
        if outcomes.MET in config.stash:
            config.stash[outcomes.MET].update(handle.outcomes_met())


def _enter(stack: contextlib.ExitStack, server: FakeFaxServer, settings: dict[str, Any]) -> "FakeFax":
    """The sandbox of a test. Errors in its settings are reported in a line each, without a traceback."""
    try:
        return stack.enter_context(server.sandbox(**settings))
    except WrongValue as error:
        raise _said(f"wrong settings of this test's sandbox: {error}") from None


def _settings(item: pytest.Item, of_fixture: dict[str, Any]) -> dict[str, Any]:
    """The ini file's settings, those of the fixture, those of the marker: what comes later counts."""
    config = item.config
    settings: dict[str, Any] = {"verdict": options.verdict_parts(config)}
    try:
        marker.check_names(of_fixture, marker.SANDBOX_SETTINGS, "the fixture fakefax_settings")
        of_marker = marker.marker_settings(item)
        settings |= of_fixture | of_marker
        if "snapshot" in of_marker:
            settings = {
                name: value for name, value in settings.items() if name in of_marker or name not in OF_SNAPSHOT
            }
        if settings.get("snapshot") is not None:
            settings["snapshot"] = marker.snapshot_beside_the_test(item, settings["snapshot"])
        elif "scenario" in settings:
            settings["scenario"] = marker.beside_the_test(item, settings["scenario"])
        elif config.getini("fakefax_scenario"):
            settings["scenario"] = marker.beside_the_ini(config)
    except (marker.WrongMarker, marker.NoSuchFile) as error:
        raise _said(str(error)) from None
    for name in ("outcomes", "explore"):
        settings.pop(name, None)
    if failure_reports.folder(config) is not None:
        settings["record"] = True
    if verdicts.UNDER_FAULTS in item.stash:
        settings |= item.stash[verdicts.UNDER_FAULTS].settings
    if settings["verdict"] in (True, False):
        settings["verdict"] = options.verdict_parts(config) if settings["verdict"] else []
    return settings


def _said(message: str) -> BaseException:
    """A failure that is its message alone, without lines of code."""
    failure: BaseException = pytest.fail.Exception(message, pytrace=False)
    return failure
