"""The one table of options of `serve`: flags, environment variables, help and the README are made from it."""

from collections.abc import Callable
from dataclasses import dataclass

from fakefax.core.clock import MAX_RATE
from fakefax.core.durations import parse_duration
from fakefax.core.journal import DEFAULT_CAPACITY
from fakefax.core.money import as_text, parse_amount
from fakefax.core.urls import check_callback_url
from fakefax.scenario.build import parse_time

ENVIRONMENT_PREFIX = "FAKEFAX_"
LOG_FORMATS = ("text", "json", "off")


@dataclass(frozen=True)
class Setting:
    """One option. `parse` turns its text into a value and raises ValueError with the cure.

    `of_scenario` options are None unless given, because the scenario's own value comes before the default.
    """

    name: str
    default: str
    help: str
    parse: Callable[[str], object]
    of_scenario: bool = False

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.upper()


def _host(text: str) -> str:
    if not text.strip():
        raise ValueError(f"{text!r} is not an address or a host name; 0.0.0.0 means all of this machine's")
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65_535):
        raise ValueError(f"{text!r} is not a port from 0 (a free one) to 65535")
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= MAX_RATE:
        raise ValueError(f"{text!r} is not a rate from 0 (paused) to {MAX_RATE:,.0f}")
    return rate


def _balance(text: str) -> str:
    amount = parse_amount(text)
    if amount < 0:
        raise ValueError(f"{text!r} is below 0")
    return as_text(amount)


def _api_key(text: str) -> str:
    if not text or not all("!" <= char <= "~" for char in text):
        raise ValueError(f"{text!r} is not a key of visible ASCII characters without blanks")
    return text


def _timeout(text: str) -> float:
    seconds = parse_duration(text).total_seconds()
    if not 0.001 <= seconds <= 3600:
        raise ValueError(f"{text!r} is not between 1ms and 1h")
    return seconds


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


def _journal_limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 100 <= int(text) <= 10_000_000):
        raise ValueError(f"{text!r} is not a number of entries from 100 to 10000000")
    return int(text)


SETTINGS = (
    Setting("host", "127.0.0.1", "Address to listen on.", _host),
    Setting("port", "8080", "Port to listen on; 0 takes a free one.", _port),
    Setting("scenario", "default", "A shipped scenario's name, or a path to a file.", str),
    Setting("rate", "60", "Simulated seconds per real second; 0 pauses.", _rate, True),
    Setting("callback_url", "none", "Where receipts of the first account are posted.", check_callback_url, True),
    Setting("received_fax_url", "none", "Where its received faxes are posted.", check_callback_url, True),
    Setting("api_key", "f@x2r0ckkz", "Key of the first account.", _api_key, True),
    Setting("balance", "100.00", "Simulated balance of the first account.", _balance, True),
    Setting("callback_timeout", "10s", "Real time that one attempt at a callback URL may take.", _timeout),
    Setting("start", "now", "Where simulated time begins, ISO 8601.", _start, True),
    Setting("seed", "0", "Every random choice comes from it.", _seed, True),
    Setting("log_format", "text", "What is logged on standard error: text, json or off.", _log_format),
    Setting("journal_limit", str(DEFAULT_CAPACITY), "Entries that the journal keeps.", _journal_limit),
)
