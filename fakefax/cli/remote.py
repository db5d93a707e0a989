"""The control API for commands: one request, and its JSON as it came. Standard library only, to start at once."""

import http.client
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar
from urllib.parse import SplitResult, urlencode, urlsplit

import click

from fakefax.cli.output import EXIT_NO, Failure

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DEFAULT_URL = "http://127.0.0.1:8080"
PREFIX = "/_fakefax"
TIMEOUT = 30.0
"""Real seconds that an answer may take, beyond what the request itself asks fakefax to wait."""

F = TypeVar("F", bound=Callable[..., Any])


class NotReachable(Failure):
    """No answer at this address, or one that is not fakefax's."""


class Refused(Failure):
    """The control API refused a request: its status, and its object as it came."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        problems = [str(problem) for problem in answer.get("problems") or ()]
        super().__init__("\n  ".join([str(answer.get("message", f"the answer was {status}")), *problems]))
        self.status = status
        self.answer = answer


class ControlAnswer(NamedTuple):
    """An answer: its text as it came, and its data. Amounts are Decimals."""

    text: str
    data: Any


class Remote:
    """A running fakefax, and the sandbox that `api_key` picks. Raises NotReachable and Refused.

    `patience` is the real seconds of silence after which an answer is given up.
    """

    def __init__(
        self, url: str, api_key: str | None = None, token: str | None = None, *, patience: float = TIMEOUT
    ) -> None:
        self.url = url if "://" in url else f"http://{url}"
        self.url = self.url.rstrip("/").removesuffix("/api/v2").removesuffix(PREFIX)
        self.api_key = api_key
        self._token = token
        self._patience = patience
        self._target: SplitResult = urlsplit(self.url)
        try:
            wrong = self._target.scheme not in ("http", "https") or not self._target.hostname
            self._target.port  # noqa: B018 (raises ValueError for one that is not a port)
        except ValueError:
            wrong = True
        if wrong:
            raise Failure(f"--url: {url!r} is not an http URL such as {DEFAULT_URL}")

    def get(self, path: str, **query: object) -> ControlAnswer:
        return self.request("GET", path, query)

    def post(self, path: str, body: object = None, *, wait: float = 0.0, **query: object) -> ControlAnswer:
        """`wait` is the real seconds that the request itself may take on purpose."""
        return self.request("POST", path, query, body, wait)

    def patch(self, path: str, body: object) -> ControlAnswer:
        return self.request("PATCH", path, {}, body)

    def delete(self, path: str, **query: object) -> ControlAnswer:
        return self.request("DELETE", path, query)

    def request(
        self, method: str, path: str, query: dict[str, Any] | None = None, body: object = None, wait: float = 0.0
    ) -> ControlAnswer:
        """One request under /_fakefax; a str or bytes `body` is sent as it is, anything else as JSON."""
        status, content = self.exchange(method, PREFIX + path, query or {}, body, wait)
        answer = _parsed(content)
        if answer is None or not isinstance(answer.data, dict | list):
            raise NotReachable(f"something answers at {self.url}, but it is not fakefax")
        if status >= 400:
            raise Refused(status, answer.data if isinstance(answer.data, dict) else {})
        return answer

    def exchange(
        self,
        method: str,
        path: str,
        query: dict[str, Any],
        body: object = None,
        wait: float = 0.0,
        content_type: str | None = None,
    ) -> tuple[int, bytes]:
        """Status and body of the answer to any request of this server. Raises NotReachable."""
        connection = self.connect(self._patience + wait)
        try:
            self.send(connection, method, path, query, body, {"Content-Type": content_type} if content_type else {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise self.not_reachable(error) from None
        finally:
            connection.close()

    def connect(self, timeout: float) -> http.client.HTTPConnection:
        """A new connection. No proxy of the environment is used."""
        kind = http.client.HTTPSConnection if self._target.scheme == "https" else http.client.HTTPConnection
        return kind(str(self._target.hostname), self._target.port, timeout=timeout)

    def send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        query: dict[str, Any],
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Send a request on a connection, with the key and the token."""
        query = {"api_key": self.api_key, **query}
        given = {name: _text(value) for name, value in query.items() if value is not None}
        target = self._target.path + path + (f"?{urlencode(given)}" if given else "")
        headers = {"Accept": "application/json", **(headers or {})}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        content: bytes | None = None
        if isinstance(body, bytes):
            content = body
        elif body is not None:
            content = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection.request(method, target, content, headers)

    def not_reachable(self, error: Exception) -> NotReachable:
        cause = getattr(error, "strerror", None) or str(error) or type(error).__name__
        where = f"no fakefax answers at {self.url}: {' '.join(cause.split())}"
        return NotReachable(f"{where}; start one with `fakefax serve`, or say where it is with --url")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parsed(content: bytes) -> ControlAnswer | None:
    try:
        text = content.decode()
        return ControlAnswer(text, json.loads(text, parse_float=Decimal))
    except ValueError:
        return None


def events(remote: Remote, after: int | None, timeout: float) -> Iterator[tuple[str, Any]]:
    """The frames of one connection to the stream of events: their name, and their data.

    Raises NotReachable without a connection, Refused when it is refused; ends when the connection does.
    `timeout` is the real seconds without even a comment after which the connection counts as lost.
    """
    connection = remote.connect(timeout)
    try:
        remote.send(
            connection, "GET", f"{PREFIX}/events", {"after": after}, headers={"Accept": "text/event-stream"}
        )
        answer = connection.getresponse()
        if answer.status != 200:
            parsed = _parsed(answer.read())
            raise Refused(answer.status, parsed.data if parsed and isinstance(parsed.data, dict) else {})
        name = "message"
        while line := answer.readline():
            field, _, value = line.decode().rstrip("\r\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                yield name, json.loads(value, parse_float=Decimal)
            elif not field:
                name = "message"
    except (OSError, http.client.HTTPException) as error:
        raise remote.not_reachable(error) from None
    finally:
        connection.close()


class Context(NamedTuple):
    """The context of every command that uses a running fakefax."""

    remote: Remote
    as_json: bool


def talks(command: F) -> F:
    """Add --url, --api-key, --control-token and --json, and give the command its Context."""

    @click.option(
        "--url", envvar="FAKEFAX_URL", metavar="URL", default=DEFAULT_URL, help=_URL_HELP, show_default=True
    )
    @click.option(
        "--api-key",
        envvar="FAKEFAX_API_KEY",
        shell_complete=_complete_key,
        metavar="KEY",
        help="The sandbox.  [default: the first one]",
    )
    @click.option("--control-token", envvar="FAKEFAX_CONTROL_TOKEN", metavar="TOKEN", help=_ACCESS_HELP)
    @click.option("--json", "as_json", is_flag=True, help="Print the control API's JSON and nothing else.")
    @wraps(command)
    def with_context(url: str, api_key: str | None, control_token: str | None, as_json: bool, **rest: Any) -> Any:
        try:
            return command(Context(Remote(url, api_key, control_token), as_json), **rest)
        except Failure as failure:
            if not as_json:
                raise
            _fail_as_json(failure)

    return with_context  # type: ignore[return-value]


_URL_HELP = "Where fakefax runs."
_ACCESS_HELP = "For a server with --control-token."


def _complete_key(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    from fakefax.cli.completion import api_keys  # noqa: PLC0415 (only for the shell)

    return api_keys(ctx, param, incomplete)


def _fail_as_json(failure: Failure) -> NoReturn:
    """The error as an object on standard error, with the control API's fields."""
    shown = failure.answer if isinstance(failure, Refused) else {"status": "failed", "message": failure.message}
    click.echo(json.dumps(shown, default=str), err=True)
    raise SystemExit(failure.exit_code)


def found(ok: bool) -> None:
    """End with exit status 1 if the answer of a command is "no"."""
    if not ok:
        raise SystemExit(EXIT_NO)


def environment_of(remote: Remote, api_key: str) -> dict[str, str]:
    """The settings with which a program uses this fakefax as if it were Fax.to."""
    return {"FAKEFAX_URL": remote.url, "FAXTO_URL": f"{remote.url}/api/v2", "FAXTO_API_KEY": api_key}
