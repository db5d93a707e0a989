"""`fakefax replay`, `fakefax report` and `fakefax run --report`."""

import contextlib
import json
import re
import shlex
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fakefax import FakeFax
from fakefax.bundles.report import write_report
from fakefax.cli.main import cli
from tests import processes
from tests.page.story import DEAD, endpoint
from tests.processes import DEADLINE


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def bundle() -> dict[str, Any]:
    """Of a run whose endpoint was down for 48 hours."""
    with FakeFax() as server, FakeFax.connect(server.url, callback_url=DEAD, record=True) as fakefax:
        form = {"api_key": fakefax.api_key, "fax_number": "+123456789", "document_id": 10}
        urllib.request.urlopen(f"{fakefax.base_url}/fax", urllib.parse.urlencode(form).encode()).close()
        fakefax.advance("49h")
        return fakefax.bundle() | {"test": {"id": "test_it.py::test_it", "failure": "assert 0"}}


@pytest.fixture
def report(bundle: dict[str, Any], tmp_path: Path) -> Path:
    """The report of that run, in a folder of its own."""
    return write_report(tmp_path, bundle)


def test_the_same_again(report: Path):
    """Without a URL: the same journal, exit 0; the findings are named."""
    status, out = run("replay", report)
    assert status == 0, out
    assert "  = the same journal, to the byte: 199 entries" in out
    assert "  x the receipt of fax 200 was posted 193 times" in out
    assert out.endswith("  SAME: it has run again as it did\n")


def test_another_story_differs(report: Path, tmp_path: Path):
    """A bundle that was tampered with: the first entry that is another one is named, exit 1."""
    bundle = json.loads(run("report", report, "--json")[1])
    bundle["outcome"]["journal"][2]["message"] = "something else"
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(bundle))
    status, out = run("replay", changed)
    assert status == 1
    assert 'DIFFERS: entry 3 is another one: message was "something else", and is "' in out


def test_an_endpoint_that_is_mended(report: Path):
    """It answers 200 now: one attempt instead of 193, the finding is gone, exit 0."""
    with endpoint() as called:
        status, out = run("replay", report, "--callback-url", called.url)
    assert status == 0, out
    assert "  ~ the receipt of fax 200, attempt 1: cannot connect" in out
    assert "  ~ the receipt of fax 200, attempts 2 to 193: cannot connect" in out
    assert "then, not needed now\n" in out
    assert "FIXED: 1 finding no longer there" in out


def test_an_endpoint_that_is_still_wrong(report: Path):
    """It answers 500: other answers, and the finding is still there, exit 1."""
    with endpoint() as called:
        called.answers[200] = [(500, "no")]
        status, out = run("replay", report, "--callback-url", called.url)
        assert status == 1, out
        assert "  ~ the receipt of fax 200, attempts 1 to 193: cannot connect" in out
        assert "then, 500 now" in out
        assert "  x the receipt of fax 200 was posted 193 times" in out
        status, out = run("replay", report.parent, "--callback-url", called.url, "--json")
    assert status == 1
    (reported,) = json.loads(out)
    assert (reported["result"], reported["test"]) == ("FAILED", "test_it.py::test_it")


def test_nobody_answers(report: Path):
    """A URL at which nothing listens is an error: exit 2. All that is said names the one that was tried."""
    other = "http://token:secret@127.0.0.1:9/another"
    status, out = run("replay", report, "--callback-url", other)
    assert status == 2
    assert "  x the receipt of fax 200 was posted 193 times to http://***@127.0.0.1:9/another and never" in out
    assert "ERROR: nothing answers at http://***@127.0.0.1:9/another" in out
    assert DEAD not in out


def test_a_file_that_is_not_a_bundle_is_reported(report: Path, tmp_path: Path):
    """A file that was named is an error; in a folder, others are passed by."""
    other = tmp_path / "other.html"
    other.write_text("<html></html>")
    status, out = run("replay", other)
    assert status == 2
    assert "is not a bundle of fakefax" in out
    assert run("replay", tmp_path)[0] == 0
    newer = json.loads(run("report", report, "--json")[1]) | {"fakefax_bundle": 2, "version": "9.9"}
    other.with_suffix(".json").write_text(json.dumps(newer))
    status, out = run("replay", other.with_suffix(".json"))
    assert status == 2
    assert "format 2, and this version of fakefax knows format 1; use the version that wrote it, 9.9" in out
    other.write_text('<script type="application/gzip" id="fakefax-bundle">AAAA</script>')
    assert "its bundle is damaged" in run("replay", other)[1]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("replay", empty) == (
        2,
        f"Error: there is no report in {empty}; pytest --fakefax-report=DIR writes them\n",
    )


def test_a_report_as_text_and_har(report: Path):
    """As text: test, failure, findings, journal. As HAR: each request and each attempt, with its answer."""
    status, out = run("report", report)
    assert status == 0
    assert out.startswith("test_it.py::test_it\nassert 0\n")
    assert "attempt 193" in out
    assert "… attempts 2 to 192 went the same way, every 15m …" in out
    assert len(out.splitlines()) < 20
    assert len(run("report", report, "--all")[1].splitlines()) > 199
    log: dict[str, Any] = json.loads(run("report", report, "--har")[1])["log"]
    assert log["version"] == "1.2"
    assert len(log["entries"]) == 194
    first, second = log["entries"][:2]
    assert first["request"]["method"] == "POST"
    assert json.loads(first["response"]["content"]["text"])["fax_job_id"] == 200
    assert (second["request"]["url"], second["response"]["status"]) == (DEAD, 0)
    assert "fax_job_id=200" in second["request"]["postData"]["text"]


def test_a_sandbox_is_served_before_an_entry(report: Path):
    """The page's URL is printed; the server has the sandbox there, paused, before the third attempt."""
    journal = json.loads(run("report", report, "--json")[1])["outcome"]["journal"]
    third = [entry["seq"] for entry in journal if entry["kind"] == "receipt.attempt"][2]
    process = processes.start("replay", str(report), "--serve", "--until", str(third))
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        try:
            lines = [process.stdout.readline() for _ in range(4)]
            assert f"before entry {third}" in lines[0]
            page = re.search(r"(http://\S+)/_fakefax/", lines[1])
            assert page is not None
            with urllib.request.urlopen(f"{page[1]}/_fakefax/faxes/200") as answer:
                assert len(json.load(answer)["attempts"]) == 2
            with urllib.request.urlopen(f"{page[1]}/_fakefax/clock") as answer:
                clock = json.load(answer)
        finally:
            process.terminate()
        assert process.wait(DEADLINE) == 0
    assert (clock["rate"], clock["pending"]) == (0, 1)


def test_a_command_leaves_a_report(tmp_path: Path):
    """`fakefax run --report`: none when all is well; one when CMD fails, which can be replayed."""
    script = tmp_path / "send.py"
    script.write_text(
        "import os, sys, urllib.request\n"
        "url = os.environ['FAXTO_URL'] + '/fax?fax_number=%2B123456789&document_id=10&api_key='\n"
        "urllib.request.urlopen(url + os.environ['FAXTO_API_KEY']).close()\n"
        "sys.exit(int(sys.argv[1]))\n"
    )
    folder = tmp_path / "reports"

    def fakefax_run(status: int) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-S", str(script), str(status)]
        return processes.run("run", "--rate", "0", "--report", str(folder), "--", *program)

    assert fakefax_run(0).returncode == 0
    assert not folder.exists()
    failed = fakefax_run(3)
    assert failed.returncode == 3, failed.stderr
    line = failed.stderr.strip().rpartition("to run it again: ")[2]
    words = shlex.split(line)
    assert words[:2] == ["fakefax", "replay"]
    with contextlib.chdir(tmp_path) if hasattr(contextlib, "chdir") else contextlib.nullcontext():
        status, out = run(*words[1:])
    assert status == 0, out
    assert "SAME" in out


def test_a_bundle_that_somebody_changed_is_refused_in_a_sentence(report: Path, tmp_path: Path):
    """Whatever is wrong inside of it, it is named without a traceback, and no text of it steers the terminal."""
    bundle = json.loads(run("report", report, "--json")[1])
    wrong: list[dict[str, Any]] = [
        {"inputs": [None]},
        {"inputs": [{"at": bundle["now"], "request": {"method": "GET", "target": "/"}}]},
        {"outcome": {}},
        {"outcome": {**bundle["outcome"], "verdict": {"findings": "x"}}},
        {"drawn": {}},
        {"start": "yesterday"},
        {"settings": []},
        {"version": None},
    ]
    for number, changes in enumerate(wrong):
        changed = tmp_path / f"wrong-{number}.json"
        changed.write_text(json.dumps({**bundle, **changes}))
        (name,) = changes
        for words in (("report", changed), ("report", changed, "--har"), ("replay", changed)):
            status, out = run(*words)
            assert status == 2, (words, out)
            assert f"$.{name}" in out
    for changes in ({"settings": {"unknown": 1}}, {"start": "9999-12-31T23:59:59Z"}):
        changed.write_text(json.dumps({**bundle, **changes}))
        status, out = run("replay", changed)
        assert (status, "ERROR: it cannot be run again (" in out) == (2, True), out
    bundle["outcome"]["journal"][0]["message"] = "\x1b]0;owned\x07"
    bundle["test"]["failure"] = "\x1b[2J"
    changed.write_text(json.dumps(bundle))
    for command in ("report", "replay"):
        assert not {"\x1b", "\x07"}.intersection(run(command, changed)[1])
