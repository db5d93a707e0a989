"""Receives the receipts of one fax: the first is answered 503, the next 204, all others 200."""

import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from fakefax.core.real_time import real_seconds
from fakefax.verify.exchange import Caller, NoAnswer

ANSWERS = (503, 204, 200)
MAX_RECEIPT = 64 * 1024
KNOWN_WITHIN = 30.0
"""Real seconds that a receipt waits until the send has been answered, so that its fax is known."""
CHECK = b"fakefax_verify=check"


class ArrivedReceipt(NamedTuple):
    """A receipt of the fax: its form in order, and when it came."""

    content_type: str
    fields: dict[str, str]
    at: float


class ReceiptListener:
    """An HTTP server in a thread. Receipts of other faxes are answered 503, so that none of them is lost."""

    def __init__(self, host: str, port: int) -> None:
        self._server = _Server((host, port), _Handler)
        self._server.listener = self
        self._fax: str | None = None
        self._fax_known = threading.Event()
        self._lock = threading.Lock()
        self._count = 0
        self.received: queue.Queue[ArrivedReceipt] = queue.Queue()
        self._thread = threading.Thread(target=self._server.serve_forever, name="receipts", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> "ReceiptListener":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop to listen."""
        self._fax_known.set()
        self._server.shutdown()
        self._server.server_close()

    def is_reached_by(self, public_url: str) -> bool:
        """Whether a POST to the public URL arrives here."""
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}
            answer = Caller(public_url).send("POST", "", headers, CHECK)
        except NoAnswer:
            return False
        return answer.status == 200 and answer.body == {"fakefax_verify": "here"}

    def expect(self, fax_job_id: object) -> None:
        """From now on it is known which fax was sent."""
        self._fax = str(fax_job_id)
        self._fax_known.set()

    def take(self, content_type: str, fields: dict[str, str]) -> int:
        """The status that a receipt is answered with."""
        at = real_seconds()
        if not self._fax_known.wait(KNOWN_WITHIN) or fields.get("fax_job_id") != self._fax:
            return ANSWERS[0]
        with self._lock:
            status = ANSWERS[min(self._count, len(ANSWERS) - 1)]
            self._count += 1
            self.received.put(ArrivedReceipt(content_type, fields, at))
        return status


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    listener: ReceiptListener


class _Handler(BaseHTTPRequestHandler):
    timeout = 10
    server: _Server

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_RECEIPT:
            self._answer(413)
            return
        body = self.rfile.read(int(length))
        if body == CHECK:
            self._answer(200, b'{"fakefax_verify":"here"}')
            return
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        self._answer(self.server.listener.take(self.headers.get_content_type(), fields))

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it so)
        """Do nothing: the run reports what came."""
