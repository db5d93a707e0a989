"""The plugin's hooks and fixtures. pytest loads this module in every run, so it imports little."""

import contextlib
import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from fakefax.pytest_plugin import (
    explore_options,
    failing_tests,
    failure_reports,
    marker,
    options,
    outcomes,
    verdicts,
)

if TYPE_CHECKING:
    from fakefax.client import FakeFax
    from fakefax.client.fakefax import FakeFaxServer
    from fakefax.client.outcomes import Outcome
    from fakefax.pytest_plugin.guard import NetworkGuard
    from fakefax.pytest_plugin.on_demand import OnDemandServer

GUARD: "pytest.StashKey[NetworkGuard]" = pytest.StashKey()
STOPPED_BEFORE = pytest.StashKey[int]()
ON_DEMAND: "pytest.StashKey[OnDemandServer]" = pytest.StashKey()
WORKER_URL = "fakefax_url"
FIXTURES = {"fakefax", "fakefax_server"}
OF_SNAPSHOT = {"scenario", "start", "seed"}
"""Settings that a snapshot has itself, so that those of all tests do not apply."""
PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", marker.LINE)
    config.pluginmanager.register(explore_options.Summaries(config), "fakefax explore")
    if options.guarded(config) is True:
        _start_guard(config)
    if config.getoption("--fakefax-coverage"):
        met: set[str] = set()
        config.stash[outcomes.MET] = met
    failure_reports.configure(config)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """A wrong value of the ini file is one error of the run, before pytest-xdist has started its workers."""
    if not hasattr(session.config, "workerinput"):
        options.check_ini(session.config)
        explore_options.check(session.config)


def pytest_collection_finish(session: pytest.Session) -> None:
    """From the first test on the real Fax.to is out of reach, when one of the tests asks for fakefax."""
    if any(FIXTURES.intersection(getattr(item, "fixturenames", ())) for item in session.items):
        _start_guard(session.config)


def _start_guard(config: pytest.Config) -> None:
    if GUARD not in config.stash and options.guarded(config):
        from fakefax.pytest_plugin.guard import NetworkGuard  # noqa: PLC0415 (only when a test uses fakefax)

        config.stash[GUARD] = guard = NetworkGuard()
        guard.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if GUARD in config.stash:
        config.stash[GUARD].end()
    if ON_DEMAND in config.stash:
        config.stash[ON_DEMAND].close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist is about to start a worker; those of this machine share a server of this process."""
    config = node.config
    if options.option(config, "fakefax_url") or not node.gateway.spec.popen:
        return
    if ON_DEMAND not in config.stash:
        from fakefax.pytest_plugin.on_demand import OnDemandServer  # noqa: PLC0415 (only under pytest-xdist)

        config.stash[ON_DEMAND] = OnDemandServer(config.getini("fakefax_callback_timeout"))
    node.workerinput[WORKER_URL] = config.stash[ON_DEMAND].url


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> Generator[None, Any, Any]:
    """An exploration stands beside each test that is to be explored."""
    made = yield
    return explore_options.explored(made) or made


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """An exploration runs its test by itself."""
    if explore_options.EXPLORED not in item.config.stash:
        return None
    from fakefax.pytest_plugin.exploring import Explored, protocol  # noqa: PLC0415 (loaded already)

    if not isinstance(item, Explored):
        return None
    guard = item.config.stash.get(GUARD, None)
    item.stash[STOPPED_BEFORE] = len(guard.stopped) if guard else 0
    protocol(item, nextitem)
    return True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each outcome that a marker asks for; and what is wrong with a marker is said at collection."""
    try:
        settings = marker.marker_settings(metafunc.definition)
        if "outcomes" in settings:
            outcomes.parametrize(metafunc, settings["outcomes"])
        if "explore" in settings:
            explore_options.check_marker(settings["explore"], metafunc.fixturenames)
    except (marker.WrongMarker, outcomes.WrongOutcomes) as error:
        raise pytest.Collector.CollectError(f"{metafunc.definition.nodeid}: {error}") from None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist hands over which outcomes its tests have met."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None and outcomes.MET in session.config.stash:
        met = session.config.stash[outcomes.MET]
        output[outcomes.WORKER_OUTPUT] = sorted(met)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """And this process gathers them; a worker that crashed has none."""
    if outcomes.MET in node.config.stash:
        node.config.stash[outcomes.MET].update(getattr(node, "workeroutput", {}).get(outcomes.WORKER_OUTPUT, ()))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if outcomes.MET in config.stash:
        terminalreporter.section("fakefax coverage")
        for line in outcomes.coverage_lines(config.stash[outcomes.MET]):
            terminalreporter.line(line)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    guard = item.config.stash.get(GUARD, None)
    item.stash[STOPPED_BEFORE] = len(guard.stopped) if guard else 0


def _stopped(item: pytest.Item) -> list[str]:
    """A sentence for each connection to the real Fax.to that this test has tried."""
    guard = item.config.stash.get(GUARD, None)
    stopped = guard.stopped[item.stash.get(STOPPED_BEFORE, 0) :] if guard else ()
    return list(dict.fromkeys(map(str, stopped)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    result = yield
    stopped = _stopped(item)
    if stopped:
        pytest.fail("\n".join(stopped), pytrace=False)  # swallowed by the program
    verdicts.pronounce(item)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    failing_tests.end_at_the_test(item, call)
    report = yield
    if report.failed and report.when != "teardown" and verdicts.UNDER_FAULTS not in item.stash:
        said = "" if call.excinfo is None else str(call.excinfo.value)
        hidden = [stopped for stopped in _stopped(item) if stopped not in said]
        story = verdicts.story_of(item)
        sections = [*hidden, *([] if story is None else [story]), *failure_reports.lines(item, report)]
        sections += failing_tests.stop(item)
        if sections:
            report.sections.append(("fakefax", "\n".join(sections)))
    return report


@pytest.fixture(scope="session")
def fakefax_server(request: pytest.FixtureRequest) -> "Iterator[FakeFaxServer]":
    """One fakefax for the whole run: in a thread of its own, or the one that --fakefax-url names."""
    from fakefax.client.fakefax import FakeFaxServer  # noqa: PLC0415 (only when a test uses fakefax)

    config = request.config
    _start_guard(config)
    given = options.option(config, "fakefax_url")
    server = FakeFaxServer(
        given or getattr(config, "workerinput", {}).get(WORKER_URL),
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


@pytest.fixture
def fakefax_settings() -> dict[str, Any]:
    """Settings of every test's sandbox; override it in a conftest.py. The marker of a test comes before them.

    @pytest.fixture
    def fakefax_settings(app):
        return {"callback_url": app.url + "/faxto", "balance": "5.00"}
    """
    return {}


@pytest.fixture
def fakefax_outcome(request: pytest.FixtureRequest) -> "Outcome | None":
    """The outcome of every fax of the test, when its marker has outcomes="all"; else None."""
    outcome: Outcome | None = getattr(request, "param", None)
    return outcome


@pytest.fixture
def fakefax(
    request: pytest.FixtureRequest,
    fakefax_server: "FakeFaxServer",
    fakefax_settings: dict[str, Any],
) -> "Iterator[FakeFax]":
    """A sandbox of its own for each test: a fresh api_key, a paused clock, its own money, rules and journal.

    def test_invoice_is_marked_sent(fakefax, app):
        fakefax.callback_url = app.url + "/faxto"
        app.send_invoice(base_url=fakefax.base_url, api_key=fakefax.api_key)
        fakefax.advance("1m")
        assert app.invoice.status == "sent"
        fakefax.assert_charged("0.15")
    """
    item, config = request.node, request.config
    with contextlib.ExitStack() as stack:
        handle = _enter(stack, fakefax_server, _settings(item, fakefax_settings))
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


def _enter(stack: contextlib.ExitStack, server: "FakeFaxServer", settings: dict[str, Any]) -> "FakeFax":
    """The sandbox of a test. Errors in its settings are reported in a line each, without a traceback."""
    from fakefax.client import WrongValue  # noqa: PLC0415 (loaded already: there is a server)

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
