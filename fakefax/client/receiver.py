"""A callback endpoint for tests of programs that have none: it records callbacks and answers as the test says."""

import socket
import struct
import threading
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl

from fakefax.client.errors import WrongValue
from fakefax.values.unpatched import OwnSocket

Behaviour = int | Literal["hang", "reset"]
"""An HTTP status; or no answer until the other side gives up; or a connection that is reset."""

LOOPBACK = "127.0.0.1"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Received(NamedTuple):
    """One callback as it came: a delivery receipt, or a received fax with its `file`."""

    fields: dict[str, str]
    headers: dict[str, str]
    body: bytes
    file: bytes | None = None

    @property
    def fax_job_id(self) -> int:
        """The fax that a delivery receipt is about."""
        return int(self.fields["fax_job_id"])

    @property
    def status(self) -> str:
        """success or failed."""
        return self.fields["status"]

    @property
    def msg_code(self) -> str:
        """How the fax ended."""
        return self.fields["msg_code"]


class Receiver:
    """The built-in callback endpoint of one sandbox.

    fakefax.receiver.answers(503, 503, 200)      # down for two attempts, then up again
    send_invoice(fakefax.base_url, fakefax.api_key)
    fakefax.advance("1h")
    assert [receipt.msg_code for receipt in fakefax.receiver.receipts] == ["ok", "ok", "ok"]
    """

    def __init__(self, host: str = LOOPBACK) -> None:
        self._server = _shared(host)
        self._path = self._server.add(self)
        self._host = host
        self._lock = threading.Lock()
        self._behaviours: tuple[Behaviour, ...] = (200,)
        self._answered = 0
        self._gone = threading.Event()
        self._receipts: list[Received] = []
        self._faxes: list[Received] = []

    @property
    def url(self) -> str:
        """The URL at which fakefax reaches it."""
        return f"http://{self._host}:{self._server.server_port}{self._path}"

    @property
    def receipts(self) -> list[Received]:
        """The delivery receipts that came, oldest first; each attempt counts."""
        with self._lock:
            return list(self._receipts)

    @property
    def faxes(self) -> list[Received]:
        """The received faxes that came, oldest first, each with its file."""
        with self._lock:
            return list(self._faxes)

    def answers(self, *behaviours: Behaviour) -> None:
        """Answer the next callbacks so, one after the other; the last one stays. "hang" and "reset" give no answer.

        A hanging endpoint costs fakefax its real time limit for an attempt, 10 seconds unless set otherwise.
        A new call starts with its first answer. Raises WrongValue for anything but a status from 200 to 599.
        """
        for behaviour in behaviours:
            known = behaviour in ("hang", "reset") or (isinstance(behaviour, int) and 200 <= behaviour <= 599)
            if not known:
                raise WrongValue(f'{behaviour!r} is not an HTTP status from 200 to 599, "hang" or "reset"')
        if not behaviours:
            raise WrongValue('say what to answer, such as answers(503, 200), answers("hang") or answers("reset")')
        with self._lock:
            self._behaviours, self._answered = behaviours, 0

    def clear(self) -> None:
        """Forget the callbacks that came; go on answering as before."""
        with self._lock:
            self._receipts, self._faxes = [], []

    def close(self) -> None:
        """End the requests that still hang, and take no more."""
        self._gone.set()
        self._server.remove(self._path)

    def take(self, received: Received) -> Behaviour:
        """Record a callback; how to answer it."""
        with self._lock:
            (self._receipts if received.file is None else self._faxes).append(received)
            behaviour = self._behaviours[min(self._answered, len(self._behaviours) - 1)]
            self._answered += 1
            return behaviour

    def wait_until_gone(self) -> None:
        """Hang until the receiver is closed."""
        self._gone.wait()


class _Server(ThreadingHTTPServer):
    """One for all receivers of a process that are reached by the same host name; each has a path of its own."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str) -> None:
        super().__init__((LOOPBACK if host == LOOPBACK else "", 0), _Handler, bind_and_activate=False)
        self.socket = OwnSocket(fileno=self.socket.detach())
        self.server_bind()
        self.server_activate()
        self._receivers: dict[str, Receiver] = {}
        self._added = 0
        self._guard = threading.Lock()
        Thread(target=self.serve_forever, name="fakefax receiver", daemon=True).start()

    def add(self, receiver: Receiver) -> str:
        with self._guard:
            self._added += 1
            path = f"/callback/{self._added}"
            self._receivers[path] = receiver
            return path

    def remove(self, path: str) -> None:
        with self._guard:
            self._receivers.pop(path, None)

    def find(self, path: str) -> Receiver | None:
        with self._guard:
            return self._receivers.get(path)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, which is one even if a test has patched `threading.Thread`."""
        Thread(target=self.process_request_thread, args=(request, client_address), daemon=True).start()

    def handle_error(self, *_: object) -> None:
        """The other side may go away at any time."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        receiver = self.server.find(self.path.partition("?")[0])
        behaviour = 404 if receiver is None else receiver.take(_read(self.headers, body))
        if isinstance(behaviour, int):
            self._answer(behaviour)
        elif behaviour == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self.close_connection = True
        elif receiver is not None:
            receiver.wait_until_gone()

    def _answer(self, status: int) -> None:
        self.send_response_only(status)  # without a date: a test may have patched time
        self.send_header("Connection", "keep-alive")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def _read(headers: Message, body: bytes) -> Received:
    """A form, or a multipart form with a file."""
    named = dict(headers.items())
    content_type = headers.get("Content-Type", "")
    if not content_type.startswith("multipart/form-data"):
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        return Received(fields, named, body)
    whole = message_from_bytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
    fields, file = {}, b""
    for part in whole.get_payload():
        if not isinstance(part, Message):
            continue
        content = part.get_payload(decode=True)
        if part.get_filename() is not None and isinstance(content, bytes):
            file = content
        elif isinstance(content, bytes):
            fields[str(part.get_param("name", header="content-disposition"))] = content.decode("utf-8", "replace")
    return Received(fields, named, body, file)


_servers: dict[str, _Server] = {}
_servers_lock = threading.Lock()


def _shared(host: str) -> _Server:
    """The server for a host name, started when first asked for; it lives as long as the process."""
    with _servers_lock:
        if host not in _servers:
            _servers[host] = _Server(host)
        return _servers[host]
