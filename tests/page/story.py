"""A story for the page: forty faxes with every outcome, and most of what can go wrong with receipts and money."""

import contextlib
import json
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode
from urllib.request import Request, urlopen

from tests.callbacks.endpoints import in_a_thread

DEAD = "http://127.0.0.1:9/nobody-listens-here"
FAILING = ("02", "03", "04", "05", "06")
PLACES = ("+4930123456", "+442079460018", "+33142685300", "+14155550123", "+81312345678", "+390612345")


LOCKED = (503, '{"error": "database is locked"}')
TROUBLED: tuple[Any, ...] = (
    ("+390655512345", LOCKED, (500, "Traceback (most recent call last)"), (200, "OK")),
    ("+81355501234", (201, '{"status": "created"}')),
    ("+15005550203",),
    ("+15005550204",),
)
"""Numbers, and what the receipts of their faxes are answered with."""


class Api:
    """A fakefax that is running, over HTTP. `key` chooses the sandbox."""

    def __init__(self, url: str, key: str = "f@x2r0ckkz") -> None:
        self.url = url
        self.key = key

    def control(self, method: str, path: str, body: object = None) -> Any:
        """A request of the control API."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/_fakefax{path}", data, {"api_key": self.key}, method=method)
        with urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def send(self, fax_number: str, document_id: int = 10, **fields: str) -> int | None:
        """Send a fax; None if the reply was lost, or if it was refused."""
        order = {"api_key": self.key, "fax_number": fax_number, "document_id": str(document_id), **fields}
        try:
            with urlopen(f"{self.url}/api/v2/fax", urlencode(order).encode(), timeout=60) as answer:
                fax_job_id: int = json.load(answer)["fax_job_id"]
                return fax_job_id
        except (HTTPError, ConnectionError):
            return None

    def post(self, path: str, body: bytes, content_type: str = "application/x-www-form-urlencoded") -> int:
        """Post a body as it is; the status of the answer."""
        request = Request(self.url + path, body, {"Content-Type": content_type}, method="POST")
        try:
            with urlopen(request, timeout=60) as answer:
                status: int = answer.status
                return status
        except HTTPError as error:
            return error.code

    def advance(self, by: str) -> Any:
        """Let simulated time go by."""
        return self.control("POST", "/clock/advance", {"by": by})


class Endpoint(ThreadingHTTPServer):
    """A callback endpoint. `answers` has those to the receipts of a fax; the last one stays."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[int, list[tuple[int, str]]] = {}
        self.url = f"http://127.0.0.1:{self.server_port}/faxto"


class Handler(BaseHTTPRequestHandler):
    """Takes what is posted."""

    server: Endpoint

    def do_POST(self) -> None:
        """Answer as the endpoint was set up."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fields = parse_qs(body.decode("utf-8", "replace"))
        answers = self.server.answers.get(int(fields.get("fax_job_id", ["0"])[0]), [(200, "OK")])
        status, text = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if text.startswith("{") else "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if status != 204:
            self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def endpoint() -> AbstractContextManager[Endpoint]:
    """A callback endpoint on a free port."""
    return in_a_thread(Endpoint())


def tell(api: Api, called: Endpoint) -> None:
    """Make the story happen: 40 faxes, and two that arrive. The clock has to be paused."""
    api.control("PATCH", "/account", {"callback_url": DEAD, "received_fax_url": called.url})
    api.send("+442079460018", 10, tsi_number="+4930555")  # its receipt is attempted 193 times
    api.advance("49h")
    api.control("PATCH", "/account", {"callback_url": called.url})
    for index in range(31):
        fails = index % 3 == 1
        number = f"+150055500{FAILING[index // 3 % 5]}" if fails else f"{PLACES[index % 6][:-2]}{index:02}"
        api.send(number, 11 if index % 5 == 4 else 10)
        api.advance(f"{2 + index % 7}m")
    for number, *answers in TROUBLED:
        fax_job_id = api.send(number)
        if fax_job_id is not None and answers:
            called.answers[fax_job_id] = answers
        api.advance("4m")
    api.send("+4930123456", 11)  # the reply of a send is lost, and the program sends once more: paid twice
    api.advance("1m")
    api.send("+4930123456", 11)
    api.send("+15005550112")  # charged, but the program was not told
    with contextlib.suppress(HTTPError):
        urlopen(f"{api.url}/api/v2/fax?{urlencode({'api_key': api.key, 'fax_number': 'home'})}", timeout=10)
    api.control("POST", "/incoming-faxes", {"from": "+12125550123", "text": "Your order 4711 is on its way."})
    api.control("POST", "/incoming-faxes", {"pages": 3})
    api.advance("31m")
    pending = api.send("+33142685300") or 0
    called.answers[pending] = [LOCKED]
    api.advance("17m")
    api.send("+15005550002", 11)
