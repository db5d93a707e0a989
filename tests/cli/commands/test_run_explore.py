"""`fakefax run --explore -- CMD`: the same exploration for a program in any language."""

import json
import shlex
import sys
from pathlib import Path

from tests.cli.commands.test_run import SEND
from tests.processes import run

LOST = "send_fax#1:lose_reply=after_commit"
NAIVE = """
try:
    send('4930123456')
except OSError:
    send('4930123456')
print('sent')
"""

ASKING = """
import os, urllib.request as u
key = {"api_key": os.environ["FAKEFAX_API_KEY"]}
print(u.urlopen(u.Request(os.environ["FAKEFAX_URL"] + "/_fakefax/faxes", headers=key)).read().decode())
"""


def command(folder: Path, body: str) -> list[str]:
    """A program of its own, run without what a Python has installed: that is half of its time."""
    script = folder / "program.py"
    script.write_text(SEND.rstrip("; ") + "\n" + body, encoding="utf-8")
    return [sys.executable, "-S", str(script)]


def test_a_program_that_pays_twice_is_found(tmp_path: Path):
    """Each run has an account of its own; the finding is told with the line that runs it alone."""
    program = command(tmp_path, NAIVE)
    ended = run("run", "--explore=send_fax#1:lose_reply=*", "--", *program)
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == ["sent"] * 3
    assert "2 runs: 1 ok, 1 paid twice" in ended.stderr
    assert f"paid twice: {LOST}\n  the reply of the first send was lost after the charge, and " in ended.stderr
    assert f"again, alone: fakefax run --explore='{LOST}' …" in ended.stderr

    known = tmp_path / "known.txt"
    known.write_text(f"[{shlex.join(program)}]\n{LOST}  paid twice\n", encoding="utf-8")
    ended = run("run", f"--explore={LOST}", "--explore-known", str(known), "--json", "--", *program)
    assert ended.returncode == 0
    said = json.loads(ended.stderr[ended.stderr.index("{") :])
    assert said["runs"] == 1
    assert [(found["name"], found["kind"]) for found in said["findings"]] == [(LOST, "paid twice")]


def test_reports_and_the_page(tmp_path: Path):
    """--report has a file for each finding, and the page that links them."""
    folder = tmp_path / "reports"
    ended = run("run", f"--explore={LOST}", "--report", str(folder), "--", *command(tmp_path, NAIVE))
    assert ended.returncode == 1
    (page,) = folder.glob("explored-*.html")
    (report,) = {*folder.glob("*.html")} - {page}
    assert f"  fakefax replay {report}\n" in ended.stderr
    assert f"all points and faults: {page}\n" in ended.stderr
    assert f'<a href="{report.name}">paid twice</a>' in page.read_text(encoding="utf-8")


def test_check_and_strict(tmp_path: Path):
    """--check is asked after each run, with its environment; --strict lets CMD's own status count."""
    program = command(tmp_path, "send('4930123456')")
    fault = "--explore=send_fax#1:refuse=rate_limited"
    assert run("run", fault, "--", *program).returncode == 0
    asking = tmp_path / "asking.py"
    asking.write_text(ASKING, encoding="utf-8")
    check = f"{shlex.join([sys.executable, '-S', str(asking)])} | grep -q fax_job_id || (echo no fax && exit 3)"
    ended = run("run", fault, "--check", check, "--", *program)
    assert ended.returncode == 1
    assert "failed the check: send_fax#1:refuse=rate_limited\n" in ended.stderr
    assert "was answered with 403, rate limit exceeded, and the check ended with 3: no fax." in ended.stderr
    ended = run("run", fault, "--strict", "--", *program)
    assert "failed its test: send_fax#1:refuse=rate_limited" in ended.stderr


def test_a_command_that_hangs_is_ended(tmp_path: Path):
    """With all that it has started; the finding says how long it was waited for."""
    body = "import time\ntry:\n  send('4930123456')\nexcept OSError:\n  time.sleep(600)"
    program = command(tmp_path, body)
    ended = run("run", "--explore=send_fax#1:status=500", "--explore-hang=0.5s", "--", *program)
    assert ended.returncode == 1
    assert "hung: send_fax#1:status=500" in ended.stderr


def test_a_command_that_cannot_be_explored_is_reported(tmp_path: Path):
    """A CMD that fails by itself keeps its status; a wrong WHAT says where CMD stands."""
    failing = run("run", "--explore", "--", *command(tmp_path, "raise SystemExit(7)"))
    assert (failing.returncode, "explored is what passes without a fault" in failing.stderr) == (7, True)
    wrong = run("run", "--explore", "npm", "test")
    assert (wrong.returncode, "'npm' is not pairs" in wrong.stderr, "after --" in wrong.stderr) == (2, True, True)
    alone = run("run", "--check", "true", "--", "true")
    assert (alone.returncode, "--check goes with --explore" in alone.stderr) == (2, True)
