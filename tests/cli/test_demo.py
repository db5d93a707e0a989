"""`fakefax demo`: the newcomer's first minute."""

import re
import signal
import subprocess

import pytest

from tests.processes import DEADLINE, END_WITHIN, run, start

STORY = """\
fakefax listens at http://127.0.0.1:PORT.
Receipts go to http://127.0.0.1:PORT/faxto; fax 200 meets 503 there 2 times.
A program sends two faxes:

09:00:00  fax 200   to +15005550001 accepted, document 10
09:00:00  charge    0.15, balance 99.85
09:00:00  fax 201   to +15005550002 accepted, document 10
09:00:00  charge    0.15, balance 99.70
          … 30s pass
09:00:30  fax 200   ended: success, msg_code ok
09:00:30  fax 200   receipt, attempt 1: 503 Service Unavailable, again 09:15:30
09:00:30  fax 201   ended: failed, msg_code busy
09:00:30  fax 201   receipt, attempt 1: 200 OK, accepted
          … 15m pass
09:15:30  fax 200   receipt, attempt 2: 503 Service Unavailable, again 09:30:30
          … 15m pass
09:30:30  fax 200   receipt, attempt 3: 200 OK, accepted
09:30:30  ledger    opened with 100.00, 2 charges, 99.70 left; audit ok

30m30s of simulated time took SECONDS of yours.
Run it for your program: COMMAND serve
See what else there is:  COMMAND --help
"""


def test_the_demo_shows_the_whole_story():
    """Charge, attempts at 0, 15 and 30 minutes, receipt accepted, ledger audited: in 80 columns, with status 0."""
    result = run("demo", "--fast")
    assert (result.returncode, result.stderr) == (0, "")
    reported = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", result.stdout)
    reported = re.sub(r"(?:python -m )?fakefax (serve|--help)$", r"COMMAND \1", reported, flags=re.MULTILINE)
    assert re.sub(r"took \d+\.\ds", "took SECONDS", reported) == STORY
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_the_demo_can_be_stopped(number: signal.Signals):
    """Ctrl-C and SIGTERM end the demo at once, in the middle of the story, without a traceback."""
    process = start("demo")
    try:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert any(line.endswith("30s pass\n") for line in lines)
        process.send_signal(number)
        _, errors = process.communicate(timeout=END_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate(timeout=DEADLINE)
        raise
    assert (process.returncode, errors.strip()) == (130, "")


def test_a_reader_that_hangs_up_ends_the_story_quietly():
    """`fakefax demo | head -1` prints its line and no traceback."""
    process = start("demo", "--fast")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("fakefax listens at ")
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as errors:
        reported = errors.read()
    process.wait(DEADLINE)
    assert reported == ""
