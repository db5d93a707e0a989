"""`log -f` and completion: what lives on a server that goes and comes back."""

import os
import signal
import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete

from fakefax.cli.main import cli
from tests.cli.commands.conftest import Terminal
from tests.processes import DEADLINE, Process, environment, serving, start

SEND = "/api/v2/fax?api_key=f@x2r0ckkz&fax_number=%2B15005550002&document_id=10"


def until(process: Process, word: str) -> str:
    """The next line of standard output that has a word."""
    assert process.stdout is not None
    while line := process.stdout.readline():
        if word in line:
            return line
    raise EOFError(word)


def test_the_log_follows_a_server_that_restarts():
    """`log -f` prints what happens, waits for a server that has gone, and goes on; it ends at Ctrl-C."""
    with serving("--rate", "0") as server:
        port = server.url.rpartition(":")[2]
        process = start("log", "-f", FAKEFAX_URL=server.url)
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            until(process, "sandbox started")
            server.ask(SEND)
            assert "accepted" in until(process, "fax 200")
            server.end()
            assert "waiting for it" in process.stderr.readline()
            with serving("--rate", "0", "--port", port) as again:
                assert "the server is back" in process.stderr.readline()
                again.ask(SEND)
                assert "accepted" in until(process, "fax 200")
                process.send_signal(signal.SIGINT)
                assert process.wait(DEADLINE) == 130
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
            process.stderr.close()


def test_a_closed_pipe_ends_the_log():
    """`log -f | head -1` ends when head does."""
    with serving("--rate", "0") as server:
        process = start("log", "-f", "--json", FAKEFAX_URL=server.url)
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            process.stdout.readline()
            process.stdout.close()
            for _ in range(3):
                server.ask(SEND)
            assert process.wait(DEADLINE) == 1
            assert process.stderr.read() == ""
        finally:
            process.kill()
            process.wait()
            process.stderr.close()


def offered(words: list[str], incomplete: str, **variables: str) -> list[str]:
    return [
        item.value for item in ShellComplete(cli, variables, "fakefax", "_X").get_completions(words, incomplete)
    ]


def test_completion_knows_what_the_server_has(terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    """Ids and outcomes come from the running server, commands from the table."""
    monkeypatch.setenv("FAKEFAX_URL", terminal.url)
    monkeypatch.setenv("FAKEFAX_API_KEY", terminal.fakefax.api_key)
    terminal("send", "+15005550002")
    number = str(terminal.fakefax.faxes[0].fax_job_id)
    assert offered(["fax"], "") == [number]
    assert offered(["fax"], "9999") == []
    assert offered([], "res") == ["resend"]


def test_completion_is_silent_without_a_server(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """Where no server is there is nothing to offer, and nothing is said."""
    monkeypatch.setenv("FAKEFAX_URL", "http://127.0.0.1:9")
    assert offered(["fax"], "") == []
    assert offered(["next"], "") == []
    assert capfd.readouterr() == ("", "")
    assert os.environ["FAKEFAX_URL"]


def test_completion_of_kinds_and_keys(terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    """Kinds of the journal and the keys of sandboxes are offered too."""
    monkeypatch.setenv("FAKEFAX_URL", terminal.url)
    assert "sandbox.started" in offered(["wait"], "sandbox")
    assert "sandbox.started" in offered(["log", "--kind"], "")
    assert terminal.fakefax.api_key in offered(["status", "--api-key"], "")


HEAVY = ("asyncio", "msgspec", "aiohttp", "yaml", "email.mime.text", "fakefax.core.engine", "fakefax.server")


READING = ("status", "faxes", "ledger", "verdict", "audit", "log", "rules", "--help", "snapshot save -")


def test_a_command_that_reads_loads_nothing_of_the_server(terminal: Terminal):
    """Commands that only read start at once: click, json and http.client is all that they load."""
    script = (
        "import sys\n"
        "from fakefax.__main__ import main\n"
        f"for words in {READING!r}:\n"
        "    sys.argv = ['fakefax', *words.split()]\n"
        "    try: main()\n"
        "    except SystemExit: pass\n"
        f"    loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "    print('loaded by', words, loaded, file=sys.stderr)\n"
    )
    variables = {"FAKEFAX_URL": terminal.url, "FAKEFAX_API_KEY": terminal.fakefax.api_key}
    said = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    loaded = [line for line in said.stderr.splitlines() if line.startswith("loaded by")]
    assert loaded == [f"loaded by {words} []" for words in READING]
