"""`fakefax listen`: a callback endpoint for as long as it runs."""

import contextlib
import http.client
import json
import os
import re
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import click

from fakefax.cli.output import Failure, when, wrapped
from fakefax.cli.remote import Context, NotReachable, Refused, Remote, talks

LOOK_EVERY = 2.0
"""Real seconds between two looks whether the account still calls back here: a reset or a restart forgets it."""

MAX_BODY = 64 * 1024 * 1024
URLS = ("callback_url", "received_fax_url")


@click.command()
@talks
@click.option(
    "--answer",
    "answers",
    metavar="STATUS,...",
    default="200",
    show_default=True,
    help="Answers in order; the last one stays.",
)
@click.option("--forward-to", metavar="URL", help="Hand each callback on, and answer as that URL does.")
@click.option(
    "--host",
    metavar="HOST",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on, as fakefax reaches it.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on.  [default: a free one]")
def listen(context: Context, answers: str, forward_to: str | None, host: str, port: int) -> None:
    """Be the callback endpoint for as long as it runs: print what comes, then put the old URLs back.

    Ends at Ctrl-C. With --json each callback is a line of JSON.

    \b
    Example:  fakefax listen --answer 503,503,200
    """
    statuses = _statuses(answers)
    if forward_to is not None and (
        urlsplit(forward_to).scheme not in ("http", "https") or not urlsplit(forward_to).hostname
    ):
        raise Failure(f"--forward-to: {forward_to!r} is not an http URL")
    try:
        server = _Endpoint((host, port), _Callback)
    except OSError as error:
        raise Failure(f"cannot listen on {host}:{port}: {error.strerror}") from None
    server.statuses, server.forward_to, server.context = statuses, forward_to, context
    own = f"http://{host}:{server.server_address[1]}/"
    account = context.remote.get("/account").data
    old = {name: account[name] for name in URLS}
    context.remote.patch("/account", dict.fromkeys(URLS, own))
    if not context.as_json:
        click.echo(
            f"listening at {own} for {account['api_key']}; Ctrl-C ends it and puts the old URLs back", err=True
        )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does: the old URLs come back
    try:
        _stay(context, own, server.ended)
    except KeyboardInterrupt:
        pass
    finally:
        with contextlib.suppress(NotReachable, Refused):
            context.remote.patch("/account", old)
        server.end()
        server.server_close()


def _statuses(text: str) -> list[int]:
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if not re.fullmatch(r"[1-5]\d\d", word):
            raise Failure(f"--answer: {word!r} is not an HTTP status such as 503")
    return [int(word) for word in words]


def _stay(context: Context, own: str, ended: threading.Event) -> None:
    """Wait for the end, and set the URLs again where a restart or a reset has taken them away."""
    missing = False
    while not ended.wait(LOOK_EVERY):
        try:
            now = context.remote.get("/account").data
            if now["callback_url"] != own:
                context.remote.patch("/account", dict.fromkeys(URLS, own))
                click.echo("fakefax began anew; the callback URLs are set again", err=True)
            missing = False
        except (NotReachable, Refused) as error:
            if not missing:
                click.echo(f"fakefax: {error.message.partition(';')[0]}; waiting for it", err=True)
            missing = True


class _Endpoint(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        self.statuses: list[int] = [200]
        self.forward_to: str | None = None
        self.context: Context | None = None
        self.ended = threading.Event()
        self.lock = threading.Lock()
        super().__init__(*arguments)

    def next_status(self) -> int:
        with self.lock:
            return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    def show(self, line: str) -> None:
        """Print a line; a closed pipe ends the command."""
        with self.lock:
            if self.ended.is_set():
                return
            try:
                click.echo(line)
            except OSError:
                # The interpreter flushes once more when it ends, which must not fail as this did.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                self.ended.set()

    def end(self) -> None:
        """Print nothing more: the interpreter aborts when it ends while another thread writes."""
        with self.lock:
            self.ended.set()


class _Callback(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Endpoint

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY)
        body = self.rfile.read(length)
        forward = self.server.forward_to
        status, answer = (self.server.next_status(), b"OK") if forward is None else self._forwarded(forward, body)
        self.server.show(self._line(body, status))  # until it is answered, simulated time stands still
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(answer)

    def _forwarded(self, url: str, body: bytes) -> tuple[int, bytes]:
        target = urlsplit(url)
        kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
        connection = kind(str(target.hostname), target.port, timeout=30)
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        try:
            connection.request("POST", path, body, {"Content-Type": self.headers.get("Content-Type", "")})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            return 502, f"--forward-to {url}: {error}".encode()
        finally:
            connection.close()

    def _fields(self, body: bytes) -> dict[str, str]:
        if self.headers.get_content_type() == "application/x-www-form-urlencoded":
            return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        names = re.findall(rb'name="([^"]+)"(?:; filename="([^"]*)")?.*?\r\n\r\n(.*?)\r\n--', body, re.DOTALL)
        return {
            name.decode(): f"{file.decode()}, {len(value)} bytes" if file else value.decode(errors="replace")
            for name, file, value in names
        }

    def _line(self, body: bytes, status: int) -> str:
        fields = self._fields(body)
        context = self.server.context
        if context is not None and context.as_json:
            return json.dumps({"path": self.path, "fields": fields, "answered": status})
        color = "green" if status == 200 else "red"
        shown = "  ".join(f"{name}={value}" for name, value in fields.items())
        return wrapped(f"{_now(context)}  {click.style(str(status), fg=color)}  {shown}", " " * 26)

    def log_message(self, *_: Any) -> None:
        """Nothing: each callback has its own line."""


def _now(context: Context | None) -> str:
    """The simulated time of a callback, as far as the server still says it."""
    remote: Remote | None = context.remote if context else None
    try:
        return when(remote.get("/clock").data["now"]) if remote else ""
    except (NotReachable, Refused):
        return ""
