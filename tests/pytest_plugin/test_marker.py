"""Where a scenario's file is looked for, and what is said of one that is not there or wrong."""

from pathlib import Path

import pytest

from tests.pytest_plugin.conftest import Run

OWN = "description: Mine.\nfaxes: [{then: {msg_code: hangup}}]\n"
BAD = "description: Mine.\nfaxes: [{then: {msg_code: bussy}}]\n"

NAMED = """
import pytest

@pytest.mark.fakefax(scenario="data/own.yaml")
def test_it(fakefax, send):
    send()
    fakefax.advance("1m")
    fakefax.assert_sent(msg_code="hangup")
"""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("place", ["inner/data", "data"])
@pytest.mark.parametrize("here", [".", "inner", "elsewhere"])
def test_a_file_is_found_from_anywhere(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, place: str, here: str
):
    """A marker's file is beside the test's file or in the rootdir, wherever pytest was started."""
    write(pytester.path / place / "own.yaml", OWN)
    write(pytester.path / "inner" / "test_named.py", NAMED)
    (pytester.path / "elsewhere").mkdir()
    monkeypatch.chdir(pytester.path / here)
    result = run("", str(pytester.path / "inner" / "test_named.py"), "--rootdir", str(pytester.path))
    result.assert_outcomes(passed=1)


def test_the_paths_that_were_tried_are_named(run: Run, pytester: pytest.Pytester):
    """A file that is nowhere is said with every path where it could have been."""
    write(pytester.path / "inner" / "test_named.py", NAMED)
    result = run("", "inner/test_named.py")
    result.assert_outcomes(errors=1)
    beside, root = pytester.path / "inner" / "data" / "own.yaml", pytester.path / "data" / "own.yaml"
    result.stdout.fnmatch_lines([f"scenario 'data/own.yaml' is not a file; looked for: {beside}, {root}"])


def test_a_wrong_file_is_reported_as_check_tells_it(run: Run, pytester: pytest.Pytester):
    """Each problem has the file as seen from where pytest was started, the line and the column."""
    write(pytester.path / "inner" / "data" / "own.yaml", BAD)
    write(pytester.path / "inner" / "test_named.py", NAMED)
    result = run("", "inner/test_named.py")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*sandbox: inner/data/own.yaml:2:27: faxes[[]0[]].then.msg_code: 'bussy' is not *"]
    )


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "fakefax_callback_timeout = soon",
            "fakefax_callback_timeout in the ini file: 'soon' is not a duration such as 45s*",
        ),
        (
            "fakefax_callback_timeout =",
            "fakefax_callback_timeout in the ini file: '' is not a duration such as 45s*",
        ),
        ("fakefax_scenario = bussy", "fakefax_scenario in the ini file: bussy: no shipped scenario *mean 'busy'?*"),
        (
            "fakefax_scenario = no.yaml",
            "fakefax_scenario in the ini file: scenario 'no.yaml' is not a file; looked for: /*",
        ),
        (
            "fakefax_scenario = bad.yaml",
            "fakefax_scenario in the ini file: bad.yaml:2:27: faxes[[]0[]].then.msg_code: *",
        ),
        (
            "fakefax_verdict = malformd",
            "fakefax_verdict in the ini file: 'malformd' is not a part *mean 'malformed'?*",
        ),
    ],
)
def test_a_wrong_ini_value_is_one_error(run: Run, pytester: pytest.Pytester, line: str, message: str, workers: int):
    """A wrong value in the ini file is reported once, before any test, by the name of the option."""
    write(pytester.path / "bad.yaml", BAD)
    pytester.makeini(f"[pytest]\n{line}")
    with_workers = ["-n", str(workers)] if workers else []
    result = run("def test_it(fakefax): pass\ndef test_too(fakefax): pass", *with_workers, plugins=("xdist",))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])
    result.stdout.no_fnmatch_line("*Traceback*")
    assert "passed" not in result.stdout.str()
