"""`fakefax run -- CMD`: the fixture for every other language."""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from tests.processes import DEADLINE, run, start

SEND = (
    "import os, urllib.request as u; "
    "send = lambda number: u.urlopen(os.environ['FAXTO_URL'] + '/fax?document_id=10&fax_number=%2B' + number"
    " + '&api_key=' + os.environ['FAXTO_API_KEY']).read().decode(); "
)
REFUSING = (
    "control = lambda path, body, method: u.urlopen(u.Request(os.environ['FAKEFAX_URL'] + '/_fakefax' + path, "
    "body.encode(), method=method)).read(); "
    "control('/account', '{\"callback_url\": \"http://127.0.0.1:9/faxto\"}', 'PATCH'); send('15005550001'); "
    "control('/clock/advance', '{\"by\": \"1m\"}', 'POST')"
)


def python(script: str) -> list[str]:
    """A program, run without what a Python has installed: that is half of its time."""
    return ["--", sys.executable, "-S", "-c", script]


def test_the_command_finds_the_fake_and_keeps_its_output():
    """CMD has the addresses and the key in its environment; its output is its own, and nothing is added."""
    ended = run("run", *python(SEND + "print(send('15005550001'))"))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["fax_job_id"] == 200


def test_other_names():
    """--env gives another name to what CMD is reported."""
    script = "import os; print(os.environ['MY_URL'], os.environ['MY_KEY'], 'FAXTO_URL' in os.environ)"
    ended = run("run", "--env", "base_url=MY_URL", "--env", "api_key=MY_KEY", *python(script))
    assert ended.stdout.split()[0].endswith("/api/v2")
    assert ended.stdout.split()[1:] == ["f@x2r0ckkz", "False"]
    wrong = run("run", "--env", "base=MY_URL", *python(""))
    assert (wrong.returncode, "'base=MY_URL' is not WHAT=NAME" in wrong.stderr) == (2, True)


def test_findings_fail_a_command_that_passed():
    """Findings go to standard error, with exit status 1; --no-verdict and --verdict choose what is judged."""
    ended = run("run", *python(SEND + REFUSING))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "unacknowledged" in ended.stderr
    assert run("run", "--no-verdict", *python(SEND + REFUSING)).returncode == 0
    assert run("run", "--verdict", "double_charge", *python(SEND + REFUSING)).returncode == 0
    reported = run("run", "--json", *python(SEND + REFUSING)).stderr
    assert json.loads(reported)["findings"][0]["part"] == "unacknowledged"
    wrong = run("run", "--verdict", "nonsense", *python(""))
    assert (wrong.returncode, "there are: unacknowledged" in wrong.stderr) == (2, True)


def test_a_double_charge_is_found_when_it_is_asked_for():
    """The same fax twice fails the run with --verdict double_charge."""
    twice = SEND + "send('15005550001'); send('15005550001')"
    assert run("run", *python(twice)).returncode == 0
    ended = run("run", "--verdict", "double_charge", *python(twice))
    assert (ended.returncode, "paid more than once" in ended.stderr) == (1, True)


def test_the_exit_status_is_that_of_the_command():
    """A CMD that fails keeps its status, whatever the verdict says."""
    assert run("run", *python(SEND + REFUSING + "; raise SystemExit(7)")).returncode == 7


def test_a_command_that_cannot_be_started():
    """A CMD that is not there is one line, with status 2."""
    ended = run("run", "--", "no-such-command-here")
    assert ended.returncode == 2
    assert ended.stderr == "fakefax: 'no-such-command-here' cannot be started: No such file or directory\n"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_command_that_is_killed():
    """A CMD that a signal has ended is one line, with the status that a shell gives it."""
    ended = run("run", *python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"))
    assert (ended.returncode, ended.stderr.strip()) == (137, f"fakefax: {sys.executable} was ended by SIGKILL")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc here")
def test_children_that_are_left_running():
    """Processes that CMD leaves behind are named: they would talk to a server that is gone."""
    script = "import subprocess; subprocess.Popen(['sleep', '5'], stdin=-3, stdout=-3, stderr=-3)"
    ended = run("run", *python(script))
    assert ended.returncode == 0
    assert "has ended but left running: " in ended.stderr
    assert "sleep" in ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_are_handed_on(number: signal.Signals):
    """A signal reaches CMD, which decides how it ends."""
    script = (
        f"import signal, sys; signal.signal({int(number)}, lambda *_: sys.exit(9)); print('ready', flush=True); "
        "signal.pause()"
    )
    process = start("run", *python(script))
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        try:
            assert process.stdout.readline() == "ready\n"
            process.send_signal(number)
            assert process.wait(DEADLINE) == 9
        finally:
            process.kill()
            process.wait()


def test_https_is_trusted_by_the_command(tmp_path: Path):
    """With --tls FAXTO_URL is https, and CMD's environment has the authority for it."""
    ended = run("run", "--tls", "--tls-dir", str(tmp_path), *python(SEND + "print(send('15005550001'))"))
    assert (ended.returncode, json.loads(ended.stdout)["fax_job_id"]) == (0, 200)


def test_a_proxy_of_the_environment_is_not_in_the_way():
    """CMD reaches the fake also where the environment has a proxy for everything."""
    ended = run("run", *python(SEND + "print(send('15005550001'))"), http_proxy="http://127.0.0.1:9")
    assert (ended.returncode, json.loads(ended.stdout)["fax_job_id"]) == (0, 200)


QUICK_JAVA = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""For a program that runs a moment, half of the processor time."""
LANGUAGES = {
    "node": ["node", "--test", "fax.test.mjs"],
    "php": ["php", "fax_test.php"],
    "ruby": ["ruby", "fax_test.rb"],
    "go": ["go", "test", "./..."],
    "java": ["java", *QUICK_JAVA, "FaxTest.java"],
    "sh": ["sh", "fax_test.sh"],
}
PROGRAMS = Path(__file__).parent / "languages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_runners_of_other_languages(
    language: str, tmp_path: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
):
    """The test runner of another language sends a fax, advances the clock and sees the receipt acknowledged."""
    command = LANGUAGES[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not here")
    shutil.copytree(PROGRAMS / language, tmp_path, dirs_exist_ok=True)
    cache = getattr(pytestconfig, "cache", None)  # Go's compiled standard library takes seconds to make
    go_cache = cache.mkdir("go") if cache is not None else tmp_path / ".cache"
    monkeypatch.chdir(tmp_path)
    variables = {"GOCACHE": str(go_cache), "GOFLAGS": "-mod=mod -vet=off"}
    process = start("run", "--rate", "0", "--", *command, **variables)
    try:
        said = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.wait(DEADLINE) == 0, said
