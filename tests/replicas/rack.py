"""Two replicas of fakefax behind a proxy, on free ports, as benchmarks/replicas configures them."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from fakefax.core.real_time import real_seconds
from tests.documentation import ROOT
from tests.processes import DEADLINE, Serving, serving

REPLICAS = ROOT / "benchmarks" / "replicas"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
NGINX, ENVOY = (shutil.which(name, path=PATH) for name in ("nginx", "envoy"))
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Answer(NamedTuple):
    """A response; `json` fails for a body that is not JSON."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Rack(NamedTuple):
    """`url` is the proxy's; the replicas have their own as well."""

    url: str
    replicas: list[Serving]

    def call(self, method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One request to the proxy, on a connection of its own. Raises ConnectionError when no answer comes."""
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=DEADLINE)
        try:
            connection.request(method, target, body, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        finally:
            connection.close()

    def sandbox(self, api_key: str | None = None) -> str:
        """A new sandbox, made through the proxy; its key, which is a new one unless it is given."""
        query = "" if api_key is None else f"?{urlencode({'api_key': api_key})}"
        made = self.call("POST", f"/_fakefax/sandboxes{query}", '{"rate": 0}')
        assert made.status == 201, made
        key: str = made.json["api_key"]
        return key

    def home(self, api_key: str) -> int:
        """The number of the one replica that knows a key."""
        path = f"/_fakefax/sandboxes?{urlencode({'after': api_key})}"
        (number,) = (n for n, replica in enumerate(self.replicas) if _knows(replica, path))
        return number


def _knows(replica: Serving, path: str) -> bool:
    connection = HTTPConnection(urlsplit(replica.url).netloc, timeout=DEADLINE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    finally:
        connection.close()


@contextmanager
def replicas() -> Iterator[list[Serving]]:
    """Two servers that share out the ids, on paused clocks."""
    with ExitStack() as stack:
        share = ("--rate", "0", "--log-format", "off", "--id-step", "2")
        yield [stack.enter_context(serving("--id-offset", str(number), *share)) for number in range(2)]


@contextmanager
def behind_nginx() -> Iterator[Rack]:
    """Two replicas behind nginx, which inherits its socket, so that nobody has to wait until it listens."""
    assert NGINX is not None
    with (
        replicas() as running,
        socket.create_server(("127.0.0.1", 0), backlog=128) as listening,
        tempfile.TemporaryDirectory(prefix="fakefax-nginx-") as place,
    ):
        port = listening.getsockname()[1]
        for name in ("nginx.conf", "replicas.conf"):
            text = _moved((REPLICAS / name).read_text(encoding="utf-8"), running, port)
            text = text.replace(f"listen {port}", f"listen 127.0.0.1:{port}")
            text = text.replace("worker_processes auto", "worker_processes 1")  # each takes its own turns
            Path(place, name).write_text(text, encoding="utf-8")
        # Its workers must reach the folder, which is our own alone.
        reported = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
        nginx = subprocess.Popen(
            [NGINX, "-e", f"{place}/error.log", "-p", place, "-c", f"{place}/nginx.conf", "-g", reported],
            pass_fds=[listening.fileno()],
            env={**os.environ, "NGINX": f"{listening.fileno()};"},
            stderr=subprocess.DEVNULL,
        )
        with _ended(nginx):
            yield Rack(f"http://127.0.0.1:{port}", running)


@contextmanager
def behind_envoy() -> Iterator[Rack]:
    """Two replicas behind Envoy, once it listens."""
    assert ENVOY is not None
    with replicas() as running:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        text = _moved((REPLICAS / "envoy.yaml").read_text(encoding="utf-8"), running, port)
        command = [ENVOY, "--config-yaml", text.replace("0.0.0.0", "127.0.0.1"), "--concurrency", "1"]
        envoy = subprocess.Popen([*command, "--disable-hot-restart"], stderr=subprocess.DEVNULL)
        with _ended(envoy):
            _wait_until_it_listens(port, envoy)
            yield Rack(f"http://127.0.0.1:{port}", running)


def _moved(configuration: str, running: list[Serving], port: int) -> str:
    """A configuration with the ports that are really taken."""
    ports = {"8080": port} | {str(8081 + n): urlsplit(replica.url).port for n, replica in enumerate(running)}
    for written, taken in ports.items():
        configuration = configuration.replace(f":{written}", f":{taken}").replace(f" {written}", f" {taken}")
    return configuration


def _wait_until_it_listens(port: int, process: "subprocess.Popen[Any]") -> None:
    deadline = real_seconds() + DEADLINE
    while process.poll() is None and real_seconds() < deadline:
        with suppress(ConnectionRefusedError):
            return socket.create_connection(("127.0.0.1", port)).close()
    raise TimeoutError(f"{process.args!r} does not listen; it has ended with {process.poll()}")


@contextmanager
def _ended(process: "subprocess.Popen[Any]") -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.wait(DEADLINE)
