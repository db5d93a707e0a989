"""The one table of options of `serve`: flags, environment variables, help and documentation are made from it."""

import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from fakefax.core.ids import MAX_REPLICAS
from fakefax.core.journal import DEFAULT_CAPACITY
from fakefax.core.store import DEFAULT_FAX_LIMIT
from fakefax.documents.limits import DEFAULT_FILE_LIMITS, LEAST_MEMORY
from fakefax.sandbox.keeping import Sync
from fakefax.sandbox.remote_files import RemoteFilesFrom
from fakefax.sandbox.uploads import STORAGE_LIMIT, UPLOAD_LIMIT
from fakefax.scenario.build import parse_time
from fakefax.scenario.overrides import check_api_key, check_balance, check_rate
from fakefax.server.tls.private_files import PER_USER, per_user_folder
from fakefax.values.durations import parse_duration, parse_timeout
from fakefax.values.numbers import MAX_PORT, format_size, parse_size, whole_number
from fakefax.values.urls import check_callback_url

T = TypeVar("T")

ENVIRONMENT_PREFIX = "FAKEFAX_"
ON, OFF = ("on", "true", "yes", "1"), ("off", "false", "no", "0")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_CERTIFIED = rf"(\*\.)?{_LABEL}(\.{_LABEL})*|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"
_ORIGIN = r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?"
MIN_TOKEN_LENGTH = 8
_HOST = r"[A-Za-z0-9._:-]+"
LOG_FORMATS = ("text", "json", "off")


class Group(StrEnum):
    """The groups of options in the help, in this order."""

    SANDBOX = "The sandbox"
    ACCOUNT = "Its first account"
    NETWORK = "Network"
    HTTPS = "HTTPS"
    CALLBACKS = "Callbacks"
    LIMITS = "Limits"
    REPLICAS = "Replicas"
    LOG = "Log"


class Setting(Struct, frozen=True):
    """One option. `parse` turns its text into a value and raises ValueError with the cure.

    `of_scenario` options are None unless given, because the scenario's own value comes before the default.
    A `switch` takes no value as a flag, and on or off as a variable. `many` takes values with commas between them,
    and may be given again; `parse` answers a tuple. `group` is where the help lists it.
    """

    name: str
    default: str
    help: str
    parse: Callable[[str], object]
    of_scenario: bool = False
    switch: bool = False
    many: bool = False
    group: Group | None = None

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def off_flag(self) -> str:
        """Turns a switch off that the environment turned on."""
        return "--no-" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.upper()


def on_or_off(text: str) -> bool:
    """The value of a switch."""
    if text.lower() not in (*ON, *OFF):
        raise ValueError(f"{text!r} is neither on nor off")
    return text.lower() in ON


def each(parse: Callable[[str], T]) -> Callable[[str], tuple[T, ...]]:
    """A parser of values with commas between them; "none" stands for no value."""

    def parse_all(text: str) -> tuple[T, ...]:
        return () if text == "none" else tuple(parse(part.strip()) for part in text.split(","))

    return parse_all


def whole(what: str, least: int, most: int) -> Callable[[str], int]:
    """A parser of whole numbers from `least` to `most`; `what` says what such a number is."""

    def parse(text: str) -> int:
        number = whole_number(text)
        if number is None or not least <= number <= most:
            raise ValueError(f"{text!r} is not {what} to {most}")
        return number

    return parse


_port = whole("a port from 0 (a free one)", 0, MAX_PORT)


def _host(text: str) -> str:
    if not text.strip():
        raise ValueError(f"{text!r} is not an address or a host name; 0.0.0.0 means all of this machine's")
    return text


def _origin(text: str) -> str:
    if not re.fullmatch(_ORIGIN, text):
        raise ValueError(f"{text!r} is not the origin of a page, such as http://localhost:3000, without a path")
    return text.lower()


def _token(text: str) -> str | None:
    if len(text) < MIN_TOKEN_LENGTH and text != "none":
        raise ValueError(f"a control token has at least {MIN_TOKEN_LENGTH} characters; this one has {len(text)}")
    if not (text.isascii() and text.isprintable() and " " not in text):
        raise ValueError("a control token is made of printable ASCII characters without blanks")
    return None if text == "none" else text


def _mapped_host(text: str) -> tuple[str, str]:
    host, _, target = (part.strip() for part in text.partition("="))
    if not (re.fullmatch(_HOST, host) and re.fullmatch(_HOST, target)):
        raise ValueError(f"{text!r} is not HOST=HOST, such as localhost=host.docker.internal")
    return host.lower(), target


def _certified_host(text: str) -> str:
    if not re.fullmatch(_CERTIFIED, text):
        what = "a host name or an address for a certificate, which has no _; an international name is written xn--…"
        raise ValueError(f"{text!r} is not {what}")
    return text


def _path(text: str) -> Path | None:
    if not text.strip():
        raise ValueError(f"{text!r} is not a path to a file")
    return None if text == "none" else Path(text)


def _tls_folder(text: str) -> Path:
    if not text.strip():
        raise ValueError(f"{text!r} is not a path to a folder")
    return per_user_folder() if text == PER_USER else Path(text)


def _url(text: str) -> str | None:
    return None if text == "none" else check_callback_url(text)


def _start(text: str) -> str | None:
    return None if text == "now" else parse_time(text).isoformat()


def _seed(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a whole number") from None


def _log_format(text: str) -> str:
    if text not in LOG_FORMATS:
        raise ValueError(f"{text!r} is none of {', '.join(LOG_FORMATS)}")
    return text


def _state_file(text: str) -> Path | None:
    if not text.strip():
        raise ValueError(f"{text!r} is not a path to a file; none keeps nothing")
    return None if text == "none" else Path(text)


def _state_sync(text: str) -> Sync:
    try:
        return Sync(text)
    except ValueError:
        raise ValueError(f"{text!r} is none of {', '.join(Sync)}") from None


def _sandbox_idle(text: str) -> float:
    number = whole_number(text)
    seconds = parse_duration(text).total_seconds() if number is None else number
    if not 1 <= seconds <= 30 * 86400:
        raise ValueError(f"{text!r} is not between 1s and 720h")
    return seconds


def _remote_files(text: str) -> RemoteFilesFrom:
    try:
        return RemoteFilesFrom(text)
    except ValueError:
        raise ValueError(f"{text!r} is none of {', '.join(RemoteFilesFrom)}") from None


def _file_memory(text: str) -> int:
    size = parse_size(text)
    if size < LEAST_MEMORY:
        raise ValueError(f"{text!r} is less than {format_size(LEAST_MEMORY)}, which the libraries need")
    return size


def _scenarios_dir(text: str) -> Path | None:
    if text == "none":
        return None
    if not Path(text).is_dir():
        raise ValueError(f"{text!r} is not a folder")
    return Path(text)


SETTINGS = (
    Setting("host", "127.0.0.1", "Address to listen on.", _host, group=Group.NETWORK),
    Setting("port", "8080", "Port to listen on; 0 takes a free one.", _port, group=Group.NETWORK),
    Setting("scenario", "default", "A shipped scenario's name, or a path to a file.", str, group=Group.SANDBOX),
    Setting(
        "watch",
        "off",
        "Read the scenario again whenever its file changes.",
        on_or_off,
        switch=True,
        group=Group.SANDBOX,
    ),
    Setting(
        "state",
        "none",
        "A file that keeps the state: every answered request is there after a crash.",
        _state_file,
        group=Group.SANDBOX,
    ),
    Setting(
        "state_sync",
        Sync.NORMAL.value,
        "Answers survive: normal, a crash of fakefax; full, a loss of power too.",
        _state_sync,
        group=Group.SANDBOX,
    ),
    Setting("open", "off", "Open the page in a browser.", on_or_off, switch=True, group=Group.NETWORK),
    Setting("rate", "60", "Simulated seconds per real second; 0 pauses.", check_rate, True, group=Group.SANDBOX),
    Setting(
        "callback_url", "none", "Where receipts of the first account are posted.", _url, True, group=Group.ACCOUNT
    ),
    Setting(
        "received_fax_url",
        "none",
        "Where faxes to its numbers are posted.",
        _url,
        True,
        group=Group.ACCOUNT,
    ),
    Setting("api_key", "f@x2r0ckkz", "Key of the first account.", check_api_key, True, group=Group.ACCOUNT),
    Setting(
        "balance", "100.00", "Simulated balance of the first account.", check_balance, True, group=Group.ACCOUNT
    ),
    Setting(
        "callback_timeout",
        "10s",
        "Real time that one attempt at a callback URL may take.",
        parse_timeout,
        group=Group.CALLBACKS,
    ),
    Setting(
        "callback_host_map",
        "none",
        "Other hosts to connect to in place of a callback URL's: localhost=host.docker.internal.",
        each(_mapped_host),
        many=True,
        group=Group.CALLBACKS,
    ),
    Setting("tls", "off", "Serve HTTPS too, beside HTTP.", on_or_off, switch=True, group=Group.HTTPS),
    Setting("tls_port", "8443", "Port of HTTPS; 0 takes a free one.", _port, group=Group.HTTPS),
    Setting(
        "tls_dir",
        PER_USER,
        "Where the local authority and its certificates are kept; per-user is ~/.local/state/fakefax/tls.",
        _tls_folder,
        group=Group.HTTPS,
    ),
    Setting(
        "tls_host",
        "none",
        "Hosts of the certificate beside fax.to, api.fax.to and this machine's names.",
        each(_certified_host),
        many=True,
        group=Group.HTTPS,
    ),
    Setting(
        "tls_cert",
        "none",
        "Your own certificate, PEM, in place of the local authority's.",
        _path,
        group=Group.HTTPS,
    ),
    Setting("tls_key", "none", "Its key, PEM, unless the certificate's file has it.", _path, group=Group.HTTPS),
    Setting(
        "connection_limit",
        "1000",
        "Most open connections; the oldest idle one is closed to make room.",
        whole("a number of connections from 10", 10, 100_000),
        group=Group.NETWORK,
    ),
    Setting(
        "client_timeout",
        "60s",
        "Real time in which a client has to send a request or read its answer; an idle connection is closed.",
        parse_timeout,
        group=Group.NETWORK,
    ),
    Setting(
        "browser_host",
        "none",
        "Public host names under which a browser may come.",
        each(_host),
        many=True,
        group=Group.NETWORK,
    ),
    Setting(
        "browser_origin",
        "none",
        "Origins of web pages that may use both APIs: http://localhost:3000.",
        each(_origin),
        many=True,
        group=Group.NETWORK,
    ),
    Setting(
        "control_token",
        "none",
        "Token that the control API asks for, as Authorization: Bearer TOKEN.",
        _token,
        group=Group.NETWORK,
    ),
    Setting("start", "now", "Where simulated time begins, ISO 8601.", _start, True, group=Group.SANDBOX),
    Setting("seed", "0", "Every random choice comes from it.", _seed, True, group=Group.SANDBOX),
    Setting(
        "id_offset",
        "0",
        "With replicas, the number of this one, from 0: the first of its ids.",
        whole("the number of a replica from 0", 0, MAX_REPLICAS - 1),
        group=Group.REPLICAS,
    ),
    Setting(
        "id_step",
        "1",
        "With replicas, how many there may be: the step from one of its ids to the next.",
        whole("a number of replicas from 1", 1, MAX_REPLICAS),
        group=Group.REPLICAS,
    ),
    Setting("log_format", "text", "The log on standard error: text, json or off.", _log_format, group=Group.LOG),
    Setting(
        "journal_limit",
        str(DEFAULT_CAPACITY),
        "Entries that the journal keeps.",
        whole("a number of entries from 100", 100, 10_000_000),
        group=Group.LIMITS,
    ),
    Setting(
        "fax_limit",
        str(DEFAULT_FAX_LIMIT),
        "Finished faxes that a sandbox keeps.",
        whole("a number of faxes from 100", 100, 10_000_000),
        group=Group.LIMITS,
    ),
    Setting(
        "sandbox_limit",
        "10000",
        "Sandboxes that there may be.",
        whole("a number of sandboxes from 1", 1, 1_000_000),
        group=Group.LIMITS,
    ),
    Setting(
        "sandbox_idle",
        "1h",
        "Real time after which an unused sandbox made at run time is freed.",
        _sandbox_idle,
        group=Group.LIMITS,
    ),
    Setting(
        "scenarios_dir",
        "none",
        "A folder whose scenarios --scenario and a new sandbox may name.",
        _scenarios_dir,
        group=Group.SANDBOX,
    ),
    Setting(
        "upload_limit", format_size(UPLOAD_LIMIT), "Size of one uploaded file.", parse_size, group=Group.LIMITS
    ),
    Setting(
        "storage_limit",
        format_size(STORAGE_LIMIT),
        "Size of all files and received faxes of a sandbox, and of all uploads in progress.",
        parse_size,
        group=Group.LIMITS,
    ),
    Setting(
        "remote_files",
        "all",
        "Where AddRemoteFile may fetch from: off, public (no private networks) or all; never from fakefax itself.",
        _remote_files,
        group=Group.LIMITS,
    ),
    Setting(
        "page_limit",
        str(DEFAULT_FILE_LIMITS.pages),
        "Pages of one file.",
        whole("a number of pages from 1", 1, 1_000_000),
        group=Group.LIMITS,
    ),
    Setting(
        "pixel_limit",
        str(DEFAULT_FILE_LIMITS.pixels),
        "Pixels of one picture.",
        whole("a number of pixels from 1", 1, 4_000_000_000),
        group=Group.LIMITS,
    ),
    Setting(
        "file_timeout",
        f"{DEFAULT_FILE_LIMITS.seconds:g}s",
        "Real time for counting the pages of one file, or for a picture of one.",
        parse_timeout,
        group=Group.LIMITS,
    ),
    Setting(
        "file_memory",
        format_size(DEFAULT_FILE_LIMITS.memory),
        "Memory of a process that looks at a file, from 100MB, where the system can limit it.",
        _file_memory,
        group=Group.LIMITS,
    ),
)
