"""The journal as lines on a stream, for people (text) or machines (json).

Lines are gathered and written every fifth of a second, so that a busy server does not wait for its terminal.
"""

import asyncio
import math
from collections.abc import Callable
from typing import Protocol

import msgspec

from fakefax.control.schemas import journal_view
from fakefax.core.journal import Entry, Kind
from fakefax.values.urls import masked_key

WRITE_EVERY = 0.2
MAX_LINES_AT_ONCE = 100
"""Lines of text at once; more than five hundred a second are for nobody, and would slow the faxes down."""

KEY_SHOWN = 8
"""Characters of an api_key that tell one sandbox from another."""

QUIET = (Kind.REQUEST,)
"""Kinds that text leaves out: what a request did has a line of its own."""


class Stream(Protocol):
    """Where lines go to: a LogWriter, or any text stream."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> None: ...


class JournalLog:
    """Listens to a journal and writes what it hears. Belongs to the running event loop."""

    def __init__(self, stream: Stream, log_format: str, is_first: Callable[[str], bool] = lambda _: True) -> None:
        """`is_first` says of an api_key whether it is one of the first sandbox; text names the key if it is not."""
        self._stream = stream
        self._is_first = is_first
        self._line = _as_json if log_format == "json" else self._as_text
        self._skip = () if log_format == "json" else QUIET
        self._most = math.inf if log_format == "json" else MAX_LINES_AT_ONCE
        self._heard: list[Entry] = []
        self._more = 0

    def __call__(self, entry: Entry) -> None:
        if entry.kind in self._skip:
            return
        if len(self._heard) >= self._most:
            self._more += 1
            return
        if not self._heard:
            asyncio.get_running_loop().call_later(WRITE_EVERY, self.flush)
        self._heard.append(entry)

    def flush(self) -> None:
        """Write what was heard since the last time."""
        heard, self._heard = self._heard, []
        more, self._more = self._more, 0
        if heard:
            lines = [self._line(entry) for entry in heard]
            if more:
                lines.append(f"… and {more} more; the journal has its newest\n")
            self._stream.write("".join(lines))
            self._stream.flush()

    def _as_text(self, entry: Entry) -> str:
        key = entry.api_key
        sandbox = "" if key is None or self._is_first(key) else f"[{key[:KEY_SHOWN]}] "
        return f"{entry.at:%Y-%m-%d %H:%M:%S}  {sandbox}{entry.message}\n"


def watch_line(told: str, log_format: str) -> str:
    """What the watch over the scenario file tells, as a line of the log that it stands in."""
    if log_format == "json":
        return msgspec.json.encode({"kind": "watch", "message": told}).decode()
    return f"fakefax: {told}"


def _as_json(entry: Entry) -> str:
    view = journal_view(entry)
    view.detail.pop("parameters", None)  # what programs send stays out of logs, which are kept
    if entry.api_key is not None:
        view = msgspec.structs.replace(view, api_key=masked_key(entry.api_key))
    return entry.redact(msgspec.json.encode(view).decode()) + "\n"
