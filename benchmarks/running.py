"""Runs a peer as a process in a folder of its own, and measures its memory."""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.peer import Peer, Place, Send

READY_WITHIN = 60.0
END_WITHIN = 10.0
HOST = "127.0.0.1"


class PeerFailed(Exception):
    """A peer did not start, or does not answer a send as expected; the message has its output."""


class Running:
    """A peer that has answered its first send. `started_in` is the real time from process start until then."""

    def __init__(self, peer: Peer, port: int, process: subprocess.Popen[bytes], started_in: float) -> None:
        self.peer = peer
        self.port = port
        self.process = process
        self.started_in = started_in

    @property
    def host(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def memory(self) -> int:
        """Resident bytes of the peer and of all that it started."""
        process = psutil.Process(self.process.pid)
        total: int = process.memory_info().rss
        for child in process.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                total += child.memory_info().rss
        return total


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(peer: Peer, callback_url: str | None = None) -> Iterator[Running]:
    """Start a peer and wait for its first answered send. Raises PeerFailed."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", ignore_cleanup_errors=True) as folder:
        place = Place(free_port(), Path(folder), callback_url)
        command = peer.command(place)
        with (place.folder / "output.txt").open("wb") as output:
            begin = time.perf_counter()
            process = subprocess.Popen(
                command,
                cwd=folder,
                env={**environment(), "HOME": folder, "TMPDIR": folder},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            _until_answered(peer, place, process, begin + READY_WITHIN)
            yield Running(peer, place.port, process, time.perf_counter() - begin)
        finally:
            end(process)


def environment() -> dict[str, str]:
    """This environment as a user's: without settings of fakefax, and with Python keeping the bytecode it makes."""
    ours = ("FAKEFAX", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _until_answered(peer: Peer, place: Place, process: subprocess.Popen[bytes], deadline: float) -> None:
    said = ""
    while time.perf_counter() < deadline:
        if process.poll() is not None:
            break
        try:
            said = send_once(place.port, peer.send)
        except OSError:
            time.sleep(0.001)
            continue
        if said.startswith("HTTP/1.") and said[8:13] == f" {peer.send.status} ":
            return
        time.sleep(0.005)
    output = (place.folder / "output.txt").read_text(errors="replace")[-2000:]
    raise PeerFailed(
        f"{peer.name} did not answer a send with {peer.send.status}: {said[:300]!r}; it said: {output}"
    )


def send_once(port: int, send: Send) -> str:
    """One send on a connection of its own, and its answer. Raises OSError while nobody listens."""
    with socket.create_connection((HOST, port), timeout=10) as connection:
        connection.sendall(send.bytes(0, f"{HOST}:{port}"))
        return connection.recv(65_536).decode("utf-8", "replace")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that this suite started, with all that it started itself (a session of its own)."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_WITHIN)
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
