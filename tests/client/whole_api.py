"""Uses all of a server, on one connection that is open before a test patches anything."""

import json
from collections.abc import Callable
from typing import Any

from fakefax import FakeFax
from fakefax.values.unpatched import connected
from tests.documents import files

load: Callable[[str, int], tuple[Any, int]] = vars(json.JSONDecoder())["scan_once"]
"""A function in C, which no patch of `json` reaches."""

PDF = files.pdf(2)
FORM = "multipart/form-data; boundary=b"
JSON = "application/json"
DEADLINE = 20.0


def multipart(content: bytes, name: str) -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--b--\r\n"


class WholeApi:
    """A client of the server of a FakeFax; `walk` asks for everything."""

    def __init__(self, fax: FakeFax) -> None:
        self.callback_url = fax.receiver.url
        self._receiver = fax.receiver
        self._key = fax.api_key
        host, _, port = fax.url.removeprefix("http://").partition(":")
        self._socket = connected(host, int(port), DEADLINE)
        self._read = b""

    def __enter__(self) -> "WholeApi":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, method: str, path: str, body: bytes = b"", content_type: str = JSON, status: int = 200) -> bytes:
        """The body of an answer, whose status has to be this one."""
        sign = "&" if "?" in path else "?"
        head = f"{method} {path}{sign}api_key={self._key} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n"
        head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode() + body)
        answer = self._until(b"\r\n\r\n").lower()
        if b"transfer-encoding: chunked" in answer:
            content = b""
            while size := int(self._until(b"\r\n"), 16):
                content += self._take(size)
                self._take(2)
            self._take(2)
        else:
            content = self._take(int(answer.partition(b"content-length: ")[2].split()[0]))
        assert answer.split()[1] == str(status).encode(), (method, path, answer, content[:500])
        return content

    def _until(self, end: bytes) -> bytes:
        while end not in self._read:
            self._receive()
        found, _, self._read = self._read.partition(end)
        return found

    def _take(self, size: int) -> bytes:
        while len(self._read) < size:
            self._receive()
        found, self._read = self._read[:size], self._read[size:]
        return found

    def _receive(self) -> None:
        received = self._socket.recv(65536)
        assert received, "the server has closed the connection"
        self._read += received

    def walk(self) -> None:
        """Fax.to's operations, then the control API, the page, and what is wrong with a request."""
        vendor, control = "/api/v2", "/_fakefax"
        assert self.ask("GET", f"{vendor}/countries")
        self.ask("GET", f"{vendor}/faxes", status=404)
        assert self.ask("GET", f"{vendor}/files/10/preview.jpg").startswith(b"\xff\xd8")
        for content, name in ((PDF, "small.pdf"), (b" " * 1_500_000 + b"hello", "large.txt")):
            uploaded, _ = load(self.ask("POST", f"{vendor}/files", multipart(content, name), FORM).decode(), 0)
            preview = self.ask("GET", f"{vendor}/files/{uploaded['document_id']}/preview.jpg")
            assert preview.startswith(b"\xff\xd8")
        self.ask("POST", f"{control}/incoming-faxes", b"{}")
        self.ask("PATCH", f"{control}/account", b'{"callback_url": "%s"}' % self.callback_url.encode())
        self.ask("GET", f"{vendor}/fax?fax_number=%2B123456789&document_id=10")
        self.ask("POST", f"{control}/clock/advance", b'{"by": "15m"}')
        faxes, _ = load(self.ask("GET", f"{control}/faxes?detail=true").decode(), 0)
        assert [fax["receipt"] for fax in faxes["faxes"]] == ["acknowledged"], faxes
        assert self._receiver.receipts
        for page in ("ui/faxes", "page/style.css", "openapi.json", "journal", "verdict", "audit", "ledger"):
            assert self.ask("GET", f"{control}/{page}")
        snapshot = self.ask("GET", f"{control}/snapshot?keys=true")
        self.ask("PUT", f"{control}/snapshot", snapshot)
        self.ask("GET", f"{control}/journal?kind=reqest", status=400)
        self.ask("PATCH", f"{control}/clock", b'{"rate": "x"}', status=400)
        self.ask("PUT", f"{control}/scenario", b"faxes:\n- then: {msg_code: bussy}\n", status=400)
        self.ask("PUT", f"{control}/scenario", b"faxes:\n- then: {msg_code: busy}\n")
        self.ask("PUT", f"{control}/scenario", b"busy")
        self.ask("POST", f"{control}/rules/faxes", b'{"then": {"mix": {"busy": 1, "ok": 2}}}', status=201)
        self.ask("GET", f"{vendor}/fax?fax_number=%2B123456789&document_id=10")
        self.ask("POST", f"{control}/reset", b"{}")
