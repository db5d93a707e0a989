"""--fakefax-report writes one file for each failed test; --fakefax-inspect stops at one."""

import os
import re
import subprocess
import sys
import threading
from html import unescape
from pathlib import Path

import pytest

from fakefax.bundles.files import read_bundle
from fakefax.bundles.journals import first_difference
from fakefax.bundles.replay import Replay
from tests.processes import DEADLINE

FAILING = """
import pytest

@pytest.mark.parametrize("text", ["plain", "a/b\\\\c ü<&> :*?", "x" * 300, "dup", "DUP"])
def test_it(fakefax, send, text):
    send()
    fakefax.advance("1m")
    assert text == fakefax.api_key

def test_that_passes(fakefax, send):
    send()

def test_without(tmp_path):
    assert False
"""


def reports(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.html") if path.name != "index.html")


def check_reports(folder: Path, output: str) -> None:
    """Five reports, each named by the line that replays it, and in the index."""
    found = reports(folder)
    assert len(found) == 5
    index = (folder / "index.html").read_text(encoding="utf-8")
    for path in found:
        assert len(path.name) <= 80
        assert re.fullmatch(r"[A-Za-z0-9_-]+\.html", path.name)
        assert f"to run it again: fakefax replay {folder.name}/{path.name}" in output
        assert f'href="{path.name}"' in index
    assert "test_that_passes" not in index
    titles = {unescape(title) for title in re.findall(r"<a [^>]*>([^<]*)</a>", index)}
    assert titles == {read_bundle(path)["test"]["id"] for path in found}


def test_each_failed_test_leaves_a_file(run, pytester):
    """A failing test with any parameters has one; tests that pass or have no sandbox have none. None has a key."""
    result = run(FAILING, "--fakefax-report=reports")
    result.assert_outcomes(failed=6, passed=1)
    check_reports(pytester.path / "reports", result.stdout.str())
    result.stdout.fnmatch_lines(["fakefax: 5 reports, reports/index.html"])
    keys = re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", result.stdout.str())
    assert keys
    for path in reports(pytester.path / "reports"):
        text = path.read_text(encoding="utf-8") + str(read_bundle(path))
        assert not [key for key in keys if key in text]


def test_no_secret_of_any_account_is_in_a_report(run, pytester):
    """Keys of further accounts and sandboxes, and passwords of users: a failure shows them."""
    test = """
import json
import urllib.parse
import urllib.request
import pytest

@pytest.fixture
def other(fakefax_server):
    with fakefax_server.sandbox() as sandbox:
        yield sandbox

def test_it(other, fakefax, send):
    send()
    form = {"api_key": fakefax.api_key, "email": "a@b.example", "password": "correct+horse"}
    with urllib.request.urlopen(fakefax.base_url + "/user", urllib.parse.urlencode(form).encode()) as answer:
        user = json.load(answer)
    print("KEYS", fakefax.api_key, other.api_key, user["api_key"])
    said = [fakefax.api_key, other.api_key, user["api_key"], "correct+horse", "http://u:pw@h/?token=t0ken"]
    assert said == []
"""
    result = run(test, "--fakefax-report=reports", "-vv")
    (keys,) = (line.split()[1:] for line in result.outlines if line.startswith("KEYS "))
    (path,) = reports(pytester.path / "reports")
    index = (path.parent / "index.html").read_text(encoding="utf-8")
    assert "AssertionError: assert [" in index
    text = path.read_text(encoding="utf-8") + str(read_bundle(path)) + index
    assert "assert [" in text
    assert not [secret for secret in (*keys, "correct+horse", "u:pw", "t0ken") if secret in text]


async def test_the_file_is_replayed(run, pytester):
    """The bundle inside of it has the same journal when it runs again."""
    run(FAILING, "--fakefax-report=reports", "-k", "plain")
    (path,) = reports(pytester.path / "reports")
    bundle = read_bundle(path)
    async with Replay(bundle) as replay:
        assert first_difference(bundle, (await replay.run()).bundle) is None


def test_the_index_knows_earlier_runs_and_leaves_others_alone(run, pytester):
    """After a run of one test the files of the others are listed still; somebody else's index.html stays."""
    folder = pytester.path / "reports"
    run(FAILING, "--fakefax-report=reports", "-k", "dup or DUP")
    run(FAILING, "--fakefax-report=reports", "-k", "plain")
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert index.count("<li>") == 3
    assert index.count("of an earlier run") == 2
    (folder / "index.html").write_text("<title>my own</title>")
    run(FAILING.replace("text == fakefax.api_key", "text"), "--fakefax-report=reports", "-k", "plain")
    assert (folder / "index.html").read_text() == "<title>my own</title>"
    assert (folder / "fakefax-index.html").read_text(encoding="utf-8").count("<li>") == 2


def test_the_ini_file_names_a_folder_too(run, pytester):
    """Relative to itself."""
    pytester.makeini("[pytest]\nfakefax_report = build/fax\n")
    run(FAILING, "-k", "plain")
    assert len(reports(pytester.path / "build" / "fax")) == 1


def test_a_rerun_that_passes_is_said(run, pytester):
    """pytest-rerunfailures runs a test once more: its file stays, and the index says how it went on."""
    flaky = """
TRIES = []

def test_flaky(fakefax, send):
    TRIES.append(send())
    assert len(TRIES) > 1
"""
    run(flaky, "--fakefax-report=reports", "--reruns", "1", plugins=("pytest_rerunfailures",))
    assert len(reports(pytester.path / "reports")) == 1
    assert "passed at a rerun" in (pytester.path / "reports" / "index.html").read_text()


def test_a_folder_that_cannot_be_written_is_said(run, pytester):
    """The failure stays what it was, and says why there is no report."""
    (pytester.path / "reports").write_text("a file")
    result = run(FAILING, "--fakefax-report=reports", "-k", "plain")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*its report cannot be written: *reports*"])


def test_nothing_is_recorded_without(run):
    """A sandbox keeps its inputs only when somebody asked for a report."""
    result = run("def test_it(fakefax):\n    fakefax.bundle()\n")
    result.stdout.fnmatch_lines(["*NotNow: this sandbox is not recorded*"])


def test_inspect_stops_until_enter(pytester, run):
    """The page's URL is printed on the terminal while the sandbox answers, and Enter ends the test."""
    pty = pytest.importorskip("pty")
    run("", "--collect-only")
    pytester.makepyfile(test_inner=FAILING)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "fakefax.pytest_plugin"]
    command += ["--fakefax-inspect", "-k", "plain"]
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, command)
    seen, asked = b"", b""
    timer = threading.Timer(DEADLINE, os.kill, (child, 9))
    timer.start()
    try:
        while True:
            try:
                piece = os.read(terminal, 4096)
            except OSError:
                break
            if not piece:
                break
            seen += piece
            if not asked and b"Enter goes on: " in seen:
                url = re.search(rb"page: (http://[^\s#]+)", seen)
                assert url is not None
                asked = subprocess.run(["curl", "-s", url[1]], capture_output=True, check=True).stdout
                os.write(terminal, b"\n")
    finally:
        timer.cancel()
        _, status = os.waitpid(child, 0)
    assert b"<!doctype html>" in asked
    assert b"1 failed" in seen
    assert os.waitstatus_to_exitcode(status) == 1
