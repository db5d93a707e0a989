"""Sources of a FakeFax's sandbox: a server in this process, a new sandbox of a running one, an account.

Also how a scenario is given: a shipped name, a file here, YAML text, or as data what a file has.
"""

import contextlib
import socket
import sys
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from fakefax.client.control_client import ControlClient, encoded
from fakefax.client.errors import CannotListen, FakeFaxError, NotRunning, Unknown, WrongValue, checked
from fakefax.client.snapshots import document
from fakefax.schemas import AccountView, DeletedView, NewSandboxView, RuleView

if TYPE_CHECKING:
    from fakefax.scenario.schema import Scenario

EXAMPLE_RULE = {"when": {"pages": ">20"}, "then": {"msg_code": "busy"}}
Section = Literal["faxes", "requests", "callbacks"]
SECTIONS: tuple[Section, ...] = ("faxes", "requests", "callbacks")

ACCOUNT_SETTINGS = ("balance", "callback_url", "received_fax_url")

GIVEN = "scenario"
"""The name that the problems of a scenario have when it did not come from a file."""


class Opened(NamedTuple):
    """A sandbox that can be used. Requests with unknown keys since then come after entry `strangers_after`."""

    client: ControlClient
    api_key: str
    strangers_after: int = 0


class SandboxSource(Protocol):
    """Opens a sandbox on entering a `with` block and closes it at the end."""

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

        _refuse_green_threads()
        options = ServerOptions(host, _port(port), checked(parse_timeout, callback_timeout))
        self._server = checked(Server, load(scenario), options, transform=partial(override, **values), sock=sock)
        self._thread = LoopThread()
        self._client: ControlClient | None = None

    def open(self) -> Opened:
        self._thread.start()
        try:
            self._thread.run(self._server.start())
            self._client = ControlClient(self._server.url, self._ask)
            return Opened(self._client, _account_key(self._client))
        except BaseException as error:
            self._thread.end()
            if isinstance(error, CannotListen):
                raise CannotListen(str(error).replace("another --", "another ")) from None
            raise

    def _ask(
        self, method: str, path: str, query: Mapping[str, str], body: bytes, timeout: float
    ) -> tuple[int, bytes] | None:
        """Ask the server in this process. Raises OSError without an answer."""
        try:
            return self._thread.run(self._server.ask(method, path, query, body), timeout)
        except NotRunning as error:
            raise ConnectionAbortedError(str(error)) from None

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
    """A server for sandboxes only: no account has the documented key, so a program without a key gets a 401."""
    return OwnServer(
        "default", callback_timeout=callback_timeout, sock=sock, rate=0, api_key="nobody-s-key-but-the-server-s-own"
    )


class ExistingAccount:
    """An account of a running fakefax, which stays when the FakeFax ends."""

    def __init__(self, client: ControlClient, api_key: str) -> None:
        self._client = client
        self._api_key = api_key

    def open(self) -> Opened:
        try:
            return Opened(self._client, _account_key(self._client, self._api_key))
        except BaseException:
            self._client.close()
            raise

    def close(self) -> None:
        self._client.close()


class TemporarySandbox:
    """A sandbox of a running fakefax, made for one FakeFax and deleted with it.

    `keep` says that the client is shared and stays open. A `snapshot` among the settings is what
    it goes on from, and then has the others. Raises WrongValue for a wrong setting.
    """

    def __init__(self, client: ControlClient, settings: Mapping[str, object], *, keep: bool = False) -> None:
        self._client = client
        self._rules = [sectioned(rule) for rule in _list(settings.get("rules"))]
        self._settings = {
            name: _as_json(name, value)
            for name, value in settings.items()
            if name not in ("rules", "snapshot") and value is not None
        }
        self._scenario = settings.get("scenario")
        self._keep = keep
        self._api_key = ""
        self._snapshot, self._rate = settings.get("snapshot"), settings.get("rate")
        for name in ("scenario", "start", "seed") if self._snapshot is not None else ():
            if self._settings.pop(name, None) is not None:
                raise WrongValue(f"snapshot and {name} cannot both be given: a snapshot has its own {name}")

    def open(self) -> Opened:
        try:
            made = self._client.ask("POST", "/sandboxes", NewSandboxView, self._settings)
        except BaseException as error:
            self._close_client()
            if isinstance(error, WrongValue) and names_a_file(self._scenario):
                load(self._scenario)  # reports the same with the name of the file, if it is about the file
            raise
        self._api_key = made.api_key
        try:
            if self._snapshot is not None:
                self._restore(self._snapshot)
            for index, (section, rule) in reversed(list(enumerate(self._rules))):  # each goes in front of the last
                self._put(section, rule, index)
        except BaseException:
            self.close()
            raise
        return Opened(self._client, made.api_key, made.strangers_after)

    def close(self) -> None:
        try:
            with contextlib.suppress(Unknown):  # gone already: unused for an hour, or the test deleted it
                self._client.ask("DELETE", "/sandboxes", DeletedView, api_key=self._api_key)
        finally:
            self._close_client()

    def _restore(self, saved: object) -> None:
        content, place = document(saved)
        try:
            rate = None if self._rate is None else str(self._rate)
            self._client.ask_bytes("PUT", "/snapshot", content, api_key=self._api_key, rate=rate)
        except WrongValue as error:
            raise WrongValue("\n".join(f"{place}{line}" for line in str(error).splitlines())) from None
        account = {name: value for name, value in self._settings.items() if name in ACCOUNT_SETTINGS}
        if account:
            self._client.ask_bytes("PATCH", "/account", account, api_key=self._api_key)

    def _put(self, section: str, rule: object, index: int) -> None:
        try:
            self._client.ask("POST", f"/rules/{section}", RuleView, rule, api_key=self._api_key)
        except WrongValue as error:
            raise WrongValue(f"rules[{index}]: {error}") from None

    def _close_client(self) -> None:
        if not self._keep:
            self._client.close()


def names_a_file(scenario: object) -> bool:
    """Whether a scenario is given as a path, and not as a shipped name or by its content."""
    if isinstance(scenario, Path):
        return True
    return (
        isinstance(scenario, str)
        and "\n" not in scenario
        and ("/" in scenario or scenario.endswith((".yaml", ".yml")))
    )


def file_text(path: str | Path) -> str:
    """The content of a scenario file. Raises WrongValue when it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise WrongValue(f"the scenario {path} cannot be read: {reason}") from None


def load(scenario: object) -> "Scenario":
    """Read and check a scenario here. Raises WrongValue with every problem of it, as `fakefax check` words them."""
    import msgspec  # noqa: PLC0415 (goes with the next)

    from fakefax.scenario import loader  # noqa: PLC0415 (slow to import, and a running server reads by itself)

    try:
        if isinstance(scenario, Mapping):
            return loader.check_scenario(msgspec.json.decode(encoded(scenario)), GIVEN)
        if isinstance(scenario, str) and "\n" in scenario:
            return loader.parse_scenario(scenario, GIVEN)
        if isinstance(scenario, str | Path):
            return loader.load_scenario(str(scenario))
    except loader.ScenarioError as error:
        raise WrongValue(str(error)) from None
    raise WrongValue(
        f"scenario {scenario!r} is not a shipped name, a path, YAML text or a mapping with a file's content"
    )


def sectioned(rule: object) -> tuple[str, object]:
    """A rule with its section: {"requests": {when, then}}, or a rule of faxes as it stands. Raises WrongValue."""
    written = checked_rule(rule)
    section = next(iter(written), None)
    if len(written) == 1 and section in SECTIONS:
        return str(section), checked_rule(written[section])
    return "faxes", written


def checked_rule(rule: object) -> Mapping[str, object]:
    """The rule itself, if it is a mapping. Raises WrongValue."""
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


def _account_key(client: ControlClient, api_key: str | None = None) -> str:
    return client.ask("GET", "/account", AccountView, api_key=api_key).api_key


def _as_json(name: str, value: object) -> object:
    """A setting as the control API takes it: times and amounts as text, a scenario file as its content."""
    if isinstance(value, datetime):
        return value.isoformat()
    if name == "balance":
        return str(value)
    if name == "scenario" and isinstance(value, str | Path):
        return file_text(value) if names_a_file(value) else value
    return value


GREEN_THREADS = {"gevent.monkey": "is_module_patched", "eventlet.patcher": "is_monkey_patched"}
"""Libraries that put green threads in the place of threads and sockets, each with the function that reports it."""


def _refuse_green_threads() -> None:
    """Raise FakeFaxError where the server's thread and event loop could not run beside the test."""
    for name, is_patched in GREEN_THREADS.items():
        module = sys.modules.get(name)
        if module is None or not (getattr(module, is_patched)("socket") or getattr(module, is_patched)("thread")):
            continue
        library = name.partition(".")[0]
        raise FakeFaxError(
            f"{library} has patched this process, and fakefax cannot run a server in it; start one beside it "
            f'(`fakefax serve --port 8080`) and use FakeFax.connect("http://127.0.0.1:8080"), '
            f"with pytest --fakefax-url=http://127.0.0.1:8080"
        )
