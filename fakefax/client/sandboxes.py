"""The world that a handle speaks for: a server of its own, a new sandbox of a running one, or an account there."""

import contextlib
import socket
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from fakefax.client.control_client import ControlClient
from fakefax.client.errors import CannotListen, Unknown, WrongValue, checked
from fakefax.client.scenarios import file_text, load, names_a_file
from fakefax.schemas import AccountView, DeletedView, NewSandboxView, RuleView

EXAMPLE_RULE = {"when": {"pages": ">20"}, "then": {"msg_code": "busy"}}
Section = Literal["faxes", "requests", "callbacks"]
SECTIONS: tuple[Section, ...] = ("faxes", "requests", "callbacks")


class Opened(NamedTuple):
    """A world that can be spoken with. Requests with unknown keys since then come after `strangers_after`."""

    client: ControlClient
    api_key: str
    strangers_after: int = 0


class World(Protocol):
    """Something that a `with` block opens and closes."""

    def open(self) -> Opened: ...

    def close(self) -> None: ...


class OwnServer:
    """A server in a thread of this process. Its time is real, whatever freezegun or time-machine patch.

    `sock` is a bound socket to listen on in place of host and port. Raises WrongValue; opening raises CannotListen.
    """

    def __init__(
        self,
        scenario: object,
        host: str = "127.0.0.1",
        port: int = 0,
        callback_timeout: str | float = "10s",
        sock: socket.socket | None = None,
        **values: Any,
    ) -> None:
        from fakefax.scenario.overrides import override  # noqa: PLC0415 (the server is slow to import)
        from fakefax.server.app import Server, ServerOptions  # noqa: PLC0415 (likewise)
        from fakefax.server.thread import LoopThread  # noqa: PLC0415 (likewise)
        from fakefax.values.durations import parse_timeout  # noqa: PLC0415 (goes with the next)

        options = ServerOptions(host, _port(port), checked(parse_timeout, callback_timeout))
        self._server = checked(Server, load(scenario), options, transform=partial(override, **values), sock=sock)
        self._thread = LoopThread()
        self._client: ControlClient | None = None

    def open(self) -> Opened:
        from fakefax.server import listener as listening  # noqa: PLC0415 (goes with the server)

        self._thread.start()
        try:
            self._thread.run(self._server.start())
            self._client = ControlClient(self._server.url)
            return Opened(self._client, _key(self._client))
        except BaseException as error:
            self._thread.end()
            if isinstance(error, listening.CannotListen):
                raise CannotListen(str(error).replace("another --", "another ")) from None
            raise

    def close(self) -> None:
        try:
            if self._client is not None:
                self._client.close()
            self._thread.run(self._server.stop())
        finally:
            self._thread.end()
            if self._client is not None:
                self._client.abort()


def shared_server(callback_timeout: str | float, sock: socket.socket | None = None) -> OwnServer:
    """A server for sandboxes only: the documented key is nobody's, so that a program without its own gets a 401."""
    return OwnServer(
        "default", callback_timeout=callback_timeout, sock=sock, rate=0, api_key="nobody-s-key-but-the-server-s-own"
    )


class Existing:
    """An account of a running fakefax, which stays when the handle goes."""

    def __init__(self, client: ControlClient, api_key: str) -> None:
        self._client = client
        self._api_key = api_key

    def open(self) -> Opened:
        try:
            return Opened(self._client, _key(self._client, self._api_key))
        except BaseException:
            self._client.close()
            raise

    def close(self) -> None:
        self._client.close()


class NewSandbox:
    """A sandbox of a running fakefax, made for this handle and deleted with it.

    `keep` says that the client is shared and stays open. Raises WrongValue for a setting that is none.
    """

    def __init__(self, client: ControlClient, settings: Mapping[str, object], *, keep: bool = False) -> None:
        self._client = client
        self._rules = [sectioned(rule) for rule in _list(settings.get("rules"))]
        self._settings = {
            name: _as_json(name, value) for name, value in settings.items() if name != "rules" and value is not None
        }
        self._scenario = settings.get("scenario")
        self._keep = keep
        self._api_key = ""

    def open(self) -> Opened:
        try:
            made = self._client.ask("POST", "/sandboxes", NewSandboxView, self._settings)
        except BaseException as error:
            self._let_go()
            if isinstance(error, WrongValue) and names_a_file(self._scenario):
                load(self._scenario)  # tells the same by the name of the file, if it is about the file
            raise
        self._api_key = made.api_key
        try:
            for index, (section, rule) in reversed(list(enumerate(self._rules))):  # each goes in front of the last
                self._put(section, rule, index)
        except BaseException:
            self.close()
            raise
        return Opened(self._client, made.api_key, made.strangers_after)

    def close(self) -> None:
        try:
            with contextlib.suppress(Unknown):  # freed already: nobody has used it for an hour, or the test did it
                self._client.ask("DELETE", "/sandboxes", DeletedView, api_key=self._api_key)
        finally:
            self._let_go()

    def _put(self, section: str, rule: object, index: int) -> None:
        try:
            self._client.ask("POST", f"/rules/{section}", RuleView, rule, api_key=self._api_key)
        except WrongValue as error:
            raise WrongValue(f"rules[{index}]: {error}") from None

    def _let_go(self) -> None:
        if not self._keep:
            self._client.close()


def sectioned(rule: object) -> tuple[str, object]:
    """A rule with its section: {"requests": {when, then}}, or a rule of faxes as it stands. Raises WrongValue."""
    written = checked_rule(rule)
    section = next(iter(written), None)
    if len(written) == 1 and section in SECTIONS:
        return str(section), checked_rule(written[section])
    return "faxes", written


def checked_rule(rule: object) -> Mapping[str, object]:
    """A rule as it is, if it can be one. Raises WrongValue."""
    if not isinstance(rule, Mapping):
        raise WrongValue(f"{rule!r} is not a rule such as {EXAMPLE_RULE}")
    return rule


def _list(rules: object) -> list[object]:
    if rules is None:
        return []
    if not isinstance(rules, list | tuple):
        raise WrongValue(f"rules {rules!r} is not a list of rules")
    return list(rules)


def _port(port: object) -> int:
    if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port <= 65_535:
        raise WrongValue(f"{port!r} is not a port from 0 (a free one) to 65535")
    return port


def _key(client: ControlClient, api_key: str | None = None) -> str:
    return client.ask("GET", "/account", AccountView, api_key=api_key).api_key


def _as_json(name: str, value: object) -> object:
    """A setting as the control API takes it: times and amounts as text, the file of a scenario as what is in it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if name == "balance":
        return str(value)
    if name == "scenario" and isinstance(value, str | Path):
        return file_text(value) if names_a_file(value) else value
    return value
