"""pytest-httpserver: the same form expected, its log kept, as a test has it."""

from pathlib import Path

from benchmarks.install import python_of
from benchmarks.peer import FAX, Peer, Place

SERVER = Path(__file__).parent.parent / "servers" / "httpserver.py"


def command(place: Place) -> list[str]:
    return [python_of("pytest-httpserver"), str(SERVER), str(place.port)]


PEER = Peer("pytest-httpserver", command, FAX, log="request log", pip="pytest-httpserver==1.2.0")
