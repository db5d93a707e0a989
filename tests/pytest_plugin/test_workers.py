"""Together with pytest-xdist: few runs with workers, each of which shows much, since workers start slowly."""

from pathlib import Path

import pytest

from tests.processes import serving
from tests.pytest_plugin.conftest import Run
from tests.pytest_plugin.test_exploring import NAIVE
from tests.pytest_plugin.test_outcomes import SOME, check_coverage
from tests.pytest_plugin.test_reports import FAILING, check_reports

TWO = ("-n", "2")

ALONE = """
import os

import pytest


@pytest.mark.parametrize("number", range(20))
def test_alone(fakefax, send, number, request):
    assert fakefax.faxes == []
    for _ in range(number % 3 + 1):
        send(f"+4420{number:04}")
    assert {fax.fax_number for fax in fakefax.faxes} == {f"+4420{number:04}"}
    assert len(fakefax.ledger) == number % 3 + 1
    with open(request.config.rootpath / f"seen-{os.getpid()}", "a") as seen:
        seen.write(f"{fakefax.url} {fakefax.faxes[0].fax_job_id}\\n")
"""


def seen(folder: Path) -> tuple[set[str], set[str]]:
    """The servers that both workers have used, and the ids of their faxes."""
    files = list(folder.glob("seen-*"))
    assert len(files) == 2, "both workers have had tests"
    lines = [line.split() for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return {url for url, _ in lines}, {fax_job_id for _, fax_job_id in lines}


def test_workers_are_one_run(run: Run, pytester: pytest.Pytester):
    """Both workers use one server of the main process, and no test sees another's faxes.

    They write the reports, and the main process lists them; outcomes count wherever they came about; and a failure
    says that it did not stop for --fakefax-inspect, since nobody presses Enter. A test that passes takes its report
    away, with the index when that was the last.
    """
    pytester.makepyfile(test_alone=ALONE, test_outcomes=SOME)
    reports = "--fakefax-report=reports"
    result = run(FAILING, *TWO, reports, "--fakefax-coverage", "--fakefax-inspect", plugins=("xdist",))
    result.assert_outcomes(passed=20 + 4 + 1, failed=6)
    urls, fax_job_ids = seen(pytester.path)
    assert len(urls) == 1
    assert len(fax_job_ids) == 20
    check_coverage(result)
    check_reports(pytester.path / "reports", result.stdout.str())
    result.stdout.fnmatch_lines(["--fakefax-inspect did not stop: pytest-xdist runs this test in a worker*"])
    run(FAILING.replace("text == fakefax.api_key", "text"), reports, "test_inner.py")
    assert list((pytester.path / "reports").iterdir()) == []


def test_workers_use_the_server_that_is_named(run: Run, pytester: pytest.Pytester):
    """With --fakefax-url the workers go there, and make their sandboxes side by side.

    Each exploration is an item of its own for them; the results and budgets are shown.
    """
    pytester.makepyfile(test_alone=ALONE)
    explored = """
@pytest.mark.fakefax(explore=True)
@pytest.mark.parametrize("number", range(2))
def test_it(fakefax, send, number): send_twice(send)
"""
    with serving() as server:
        result = run(NAIVE + explored, *TWO, "--fakefax-url", server.url, plugins=("xdist",))
        assert seen(pytester.path)[0] == {server.url}
        assert server.ask("/_fakefax/sandboxes")["total"] == 1
    result.assert_outcomes(passed=20 + 2, failed=2)
    for number in range(2):
        name = f"test_inner.py::test_it[[]{number}"
        result.stdout.fnmatch_lines_random(
            [
                f"fakefax explores {name}]: 1 request * 16, 1 fax * 7 ends: 23 runs, 5 of them needless*",
                f"{name}-explore]: 18 runs: 17 ok, 1 paid twice (5 needless left out*",
            ]
        )


def test_workers_that_need_no_server_start_none(run: Run):
    """The shared server's port is open, but nothing of it is loaded unless a worker connects."""
    result = run(
        """
        import sys

        def test_it(request):
            assert request.config.workerinput["fakefax_url"].startswith("http://127.0.0.1:")
            assert "fakefax.client" not in sys.modules
        """,
        "-n",
        "1",
        plugins=("xdist",),
    )
    result.assert_outcomes(passed=1)
