"""The plugin's hooks and fixtures. pytest loads this module in every run, so it imports little.

Everything that only a run with a test of fakefax needs is imported once there is such a test.
"""

import sys
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from fakefax.pytest_plugin import options

if TYPE_CHECKING:
    from fakefax.client import FakeFax
    from fakefax.client.fakefax import FakeFaxServer
    from fakefax.client.outcomes import Outcome
    from fakefax.pytest_plugin.guard import NetworkGuard
    from fakefax.pytest_plugin.on_demand import OnDemandServer

IN_USE = pytest.StashKey[bool]()
"""A test of this run uses fakefax, or the ini file wants the guard in every run."""

EXPLORED = pytest.StashKey[bool]()
"""There is an exploration in this run."""

GUARD: "pytest.StashKey[NetworkGuard]" = pytest.StashKey()
STOPPED_BEFORE = pytest.StashKey[int]()
ON_DEMAND: "pytest.StashKey[OnDemandServer]" = pytest.StashKey()
WORKER_URL = "fakefax_url"
FIXTURES = {"fakefax", "fakefax_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", options.MARKER)
    if options.guarded(config) is True:
        _begin_use(config)
    if config.getoption("--fakefax-explore") is not None:
        _show_explorations(config)
    if config.getoption("--fakefax-coverage"):
        from fakefax.pytest_plugin.outcomes import OutcomesMet  # noqa: PLC0415 (only with this option)

        config.pluginmanager.register(OutcomesMet(config), "fakefax coverage")
    if options.option(config, "fakefax_report"):
        from fakefax.pytest_plugin import failure_reports  # noqa: PLC0415 (only with this option)

        failure_reports.configure(config)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """A wrong value of the ini file is one error of the run, before pytest-xdist has started its workers."""
    config = session.config
    if hasattr(config, "workerinput"):
        return
    options.check_ini(config)
    if config.getoption("--fakefax-explore") is not None:
        from fakefax.pytest_plugin import explore_options  # noqa: PLC0415 (only with this option)

        explore_options.check(config)


def pytest_collection_finish(session: pytest.Session) -> None:
    """From the first test on the real Fax.to is out of reach, when one of the tests asks for fakefax."""
    if any(FIXTURES.intersection(getattr(item, "fixturenames", ())) for item in session.items):
        _begin_use(session.config)


def _begin_use(config: pytest.Config) -> None:
    config.stash[IN_USE] = True
    if GUARD not in config.stash and options.guarded(config):
        from fakefax.pytest_plugin.guard import NetworkGuard  # noqa: PLC0415 (only when a test uses fakefax)

        config.stash[GUARD] = guard = NetworkGuard()
        guard.start()


def _show_explorations(config: pytest.Config) -> None:
    """Show what explorations say, of this process and of workers."""
    if not config.pluginmanager.has_plugin("fakefax explore"):
        from fakefax.pytest_plugin.explore_options import Summaries  # noqa: PLC0415 (only where there may be some)

        config.pluginmanager.register(Summaries(config), "fakefax explore")


def pytest_unconfigure(config: pytest.Config) -> None:
    if GUARD in config.stash:
        config.stash[GUARD].end()
    if ON_DEMAND in config.stash:
        config.stash[ON_DEMAND].close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist is about to start a worker; those of this machine share a server of this process."""
    config = node.config
    _show_explorations(config)
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
    if not isinstance(made, list) or not any("fakefax" in getattr(item, "fixturenames", ()) for item in made):
        return made
    from fakefax.pytest_plugin import explore_options  # noqa: PLC0415 (only when a test uses fakefax)

    explored = explore_options.explored(made)
    if explored is None:
        return made
    collector.config.stash[EXPLORED] = True
    _show_explorations(collector.config)
    return explored


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """An exploration runs its test by itself."""
    if EXPLORED not in item.config.stash:
        return None
    from fakefax.pytest_plugin.exploring import Explored, protocol  # noqa: PLC0415 (loaded already)

    if not isinstance(item, Explored):
        return None
    _note_stopped(item)
    protocol(item, nextitem)
    return True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each outcome that a marker asks for; and what is wrong with a marker is said at collection."""
    test = metafunc.definition
    if test.get_closest_marker("fakefax") is None:
        return
    from fakefax.pytest_plugin import explore_options, marker, outcomes  # noqa: PLC0415 (only with the marker)

    try:
        settings = marker.marker_settings(test)
        if "outcomes" in settings:
            outcomes.parametrize(metafunc, settings["outcomes"])
        if "explore" in settings:
            explore_options.check_marker(settings["explore"], metafunc.fixturenames)
    except (marker.WrongMarker, outcomes.WrongOutcomes) as error:
        raise pytest.Collector.CollectError(f"{test.nodeid}: {error}") from None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    _note_stopped(item)


def _note_stopped(item: pytest.Item) -> None:
    """How many connections had been stopped before this test."""
    guard = item.config.stash.get(GUARD, None)
    if guard is not None:
        item.stash[STOPPED_BEFORE] = len(guard.stopped)


def _stopped(item: pytest.Item) -> list[str]:
    """A sentence for each connection to the real Fax.to that this test has tried."""
    guard = item.config.stash.get(GUARD, None)
    stopped = guard.stopped[item.stash.get(STOPPED_BEFORE, 0) :] if guard else ()
    return list(dict.fromkeys(map(str, stopped)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    result = yield
    if IN_USE in item.config.stash:
        from fakefax.pytest_plugin import verdicts  # noqa: PLC0415 (only when a test uses fakefax)

        stopped = _stopped(item)
        if stopped:
            pytest.fail("\n".join(stopped), pytrace=False)  # swallowed by the program
        verdicts.pronounce(item)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    if call.excinfo is not None and "fakefax.client" in sys.modules:
        from fakefax.pytest_plugin import failing_tests  # noqa: PLC0415 (only for an error)

        failing_tests.end_at_the_test(item, call)
    report = yield
    if report.failed and report.when != "teardown" and IN_USE in item.config.stash:
        from fakefax.pytest_plugin import failing_tests  # noqa: PLC0415 (only for an error)

        sections = failing_tests.sections(item, call, report, _stopped(item))
        if sections:
            report.sections.append(("fakefax", "\n".join(sections)))
    return report


@pytest.fixture(scope="session")
def fakefax_server(request: pytest.FixtureRequest) -> "Iterator[FakeFaxServer]":
    """One fakefax for the whole run: in a thread of its own, or the one that --fakefax-url names."""
    from fakefax.pytest_plugin import fixtures  # noqa: PLC0415 (only when a test uses fakefax)

    config = request.config
    _begin_use(config)
    with fixtures.server(config, getattr(config, "workerinput", {}).get(WORKER_URL)) as server:
        yield server


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
    from fakefax.pytest_plugin import fixtures  # noqa: PLC0415 (loaded already: there is a server)

    with fixtures.sandbox(request, fakefax_server, fakefax_settings) as handle:
        yield handle
