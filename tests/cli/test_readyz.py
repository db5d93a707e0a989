"""`fakefax readyz`, the health check: status 0 when fakefax is ready, 1 when it is not, and one line."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from fakefax import FakeFax, __version__
from fakefax.cli.commands.readyz import is_ready
from tests.callbacks import endpoints
from tests.callbacks.endpoints import Behaviour, raw_endpoint, says
from tests.documentation import ROOT
from tests.processes import run


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", ""])
def test_it_asks_where_the_environment_says(host: str):
    """FAKEFAX_HOST and FAKEFAX_PORT are followed; an address to listen on everywhere is asked at 127.0.0.1."""
    with FakeFax() as fax:
        port = fax.url.rpartition(":")[2]
        result = run("readyz", FAKEFAX_HOST=host, FAKEFAX_PORT=port)
    asked = "localhost" if host == "localhost" else "127.0.0.1"
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"fakefax {__version__} is ready at http://{asked}:{port}\n"


@pytest.mark.parametrize("flag", ["--port\0{port}", "--port={port}"])
def test_it_follows_a_flag_of_the_containers_own_serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: str):
    """In a container started with `serve --port N` the first process says where to ask, not the environment."""
    monkeypatch.setenv("FAKEFAX_PORT", "1")
    first_process = tmp_path / "cmdline"
    with FakeFax() as fax:
        port = fax.url.rpartition(":")[2]
        words = [
            "/opt/bin/python",
            "/opt/bin/fakefax",
            "serve",
            "--host",
            "0.0.0.0",
            flag.format(port=port),
            "--tls",
        ]
        first_process.write_text("\0".join(words) + "\0")
        assert is_ready(None, 2, first_process) == (
            True,
            f"fakefax {__version__} is ready at http://127.0.0.1:{port}",
        )


@pytest.mark.parametrize("command", ["/sbin/init\0", "nginx\0--port\08000\0", "fakefax\0demo\0", ""])
def test_another_first_process_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str):
    """On a machine that is not a container of fakefax the environment counts; so it does without a /proc."""
    monkeypatch.setenv("FAKEFAX_PORT", "1")
    (tmp_path / "cmdline").write_text(command)
    for first_process in (tmp_path / "cmdline", tmp_path / "missing"):
        assert "http://127.0.0.1:1: " in is_ready(None, 2, first_process)[1]


def test_it_asks_the_url_that_is_given():
    """--url beats the environment, and a proxy of the environment is not asked."""
    with FakeFax() as fax:
        result = run("readyz", "--url", fax.url + "/", FAKEFAX_PORT="1", http_proxy="http://127.0.0.1:9")
    assert (result.returncode, result.stderr) == (0, "")


def test_nobody_there_is_not_ready():
    """A refused connection is one line on standard error with its reason; status 1."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = str(reserved.getsockname()[1])
        result = run("readyz", FAKEFAX_PORT=port)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"fakefax is not ready at http://127.0.0.1:{port}: Connection refused\n"


def answers(body: bytes, status: bytes = b"200 OK") -> Behaviour:
    return says(b"HTTP/1.0 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        pytest.param(answers(b'{"status": "fine"}'), "but it is not fakefax", id="other JSON"),
        pytest.param(answers(b'{"status": "ready"}'), "but it is not fakefax", id="another readyz"),
        pytest.param(answers(b'["ready"]'), "but it is not fakefax", id="a list"),
        pytest.param(answers(b"<html>hello</html>"), "fakefax is not ready at", id="a page"),
        pytest.param(answers(b"", b"404 Not Found"), "Not Found", id="404"),
        pytest.param(answers(b"\xff\xfe"), "fakefax is not ready at", id="no text"),
        pytest.param(says(b"SSH-2.0-OpenSSH_9.6\r\n"), "fakefax is not ready at", id="another protocol"),
        pytest.param(endpoints.closes, "fakefax is not ready at", id="closes"),
        pytest.param(endpoints.hangs, "timed out", id="hangs"),
    ],
)
def test_something_else_is_not_ready(behaviour: Behaviour, reason: str):
    """If another program listens on the port, the check says so in one line and ends with status 1."""
    with raw_endpoint(behaviour) as other:
        result = run("readyz", "--url", f"http://127.0.0.1:{other.server_address[1]}", "--timeout", "300ms")
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert reason in line


@pytest.mark.parametrize("timeout", ["2s", "1500ms", "2", "0.5", "1m"])
def test_how_long_to_wait_is_a_duration_or_seconds(timeout: str):
    """--timeout takes what every other time limit takes, and a bare number of seconds."""
    with FakeFax() as fax:
        assert run("readyz", "--url", fax.url, "--timeout", timeout).returncode == 0


@pytest.mark.parametrize(
    ("timeout", "message"),
    [("soon", "'soon' is not a duration such as 45s, 15m, 1h30m or 48h"), ("0", "'0' is not between 1ms and 1h")],
)
def test_a_wrong_time_limit_is_a_mistake(timeout: str, message: str):
    """A wrong time limit is one line with status 2, unlike a fakefax that is not ready."""
    result = run("readyz", "--timeout", timeout)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"fakefax: Invalid value for '--timeout': {message} (see fakefax readyz --help)\n"


@pytest.mark.parametrize(
    "variables", [{"FAKEFAX_PORT": "eighty"}, {"FAKEFAX_HOST": "no such host"}, {"FAKEFAX_URL": "fakefax"}]
)
def test_an_address_that_is_none_is_not_ready(variables: dict[str, str]):
    """A wrong address in the environment is one line and status 1, no traceback."""
    result = run("readyz", **variables)
    assert (result.returncode, result.stdout) == (1, "")
    assert re.fullmatch(r"fakefax is not ready at .+: .+\n", result.stderr), result.stderr


@pytest.mark.parametrize("word", ["--version", "readyz"])
def test_the_health_check_loads_next_to_nothing(word: str):
    """A container runs `readyz` every few seconds: it loads sockets, and no command line, HTTP client or JSON."""
    heavy = ("click", "typing", "json", "http.client", "urllib.request", "pathlib", "asyncio", "aiohttp", "msgspec")
    program = (
        "import sys; before = set(sys.modules); from fakefax.__main__ import main\n"
        f"sys.argv[1:] = [{word!r}]; main(); print(sorted(set({heavy!r}) & (set(sys.modules) - before)))"
    )
    with FakeFax() as fax:
        port = fax.url.rpartition(":")[2]
        shown = subprocess.run(
            [sys.executable, "-S", "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={"FAKEFAX_PORT": port, "PYTHONPATH": str(ROOT)},
        )
    line = f"fakefax {__version__}" + (f" is ready at http://127.0.0.1:{port}" if word == "readyz" else "")
    assert shown.stdout == f"{line}\n[]\n"
