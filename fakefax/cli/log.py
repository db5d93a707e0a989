"""The journal as lines on a stream, for people (text) or machines (json), written in a thread of its own.

Lines are gathered and written every fifth of a second, so that a busy server does not wait for its terminal; a
reader that is slow, gone or asleep holds up nothing.
"""

import asyncio
import contextlib
import logging
import math
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol, TextIO

import msgspec

from fakefax.core.journal import Entry, Kind
from fakefax.values.durations import to_the_second
from fakefax.values.urls import masked_key

MAX_WAITING = 1024 * 1024
"""Characters that wait to be written; what comes beyond that is dropped and counted."""

LAST_WORDS = 1.0
"""Real seconds that the end waits for what is left to be written."""


class LogWriter:
    """A stream to write text to without ever waiting. It is used from one thread at a time, such as an event loop.

    Text that does not fit, or that the stream refuses (closed, a full disk), is dropped; once writing works again a
    line says how many lines are missing.
    """

    def __init__(self, stream: TextIO | None, max_waiting: int = MAX_WAITING) -> None:
        self._stream = stream
        self._max_waiting = max_waiting
        self._waiting: deque[str] = deque()
        self._size = 0
        self._lost = 0
        self._changed = threading.Condition()
        self._ended = False
        self._idle = True
        self._thread: threading.Thread | None = None

    def write(self, text: str) -> None:
        """Have whole lines written soon. Never waits and never fails."""
        with self._changed:
            if self._stream is None or self._ended or self._size + len(text) > self._max_waiting:
                self._lost += text.count("\n")
                return
            self._waiting.append(text)
            self._size += len(text)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="fakefax log", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self) -> None:
        """Do nothing: the thread writes as soon as it can."""

    def close(self, patience: float = LAST_WORDS) -> None:
        """Write what is left, as far as the reader takes it within `patience` real seconds."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._idle and not self._waiting, patience)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._idle = True
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._waiting:
                    return
                self._idle = False
                text = "".join(self._waiting)
                self._waiting.clear()
                lost, self._lost, self._size = self._lost, 0, len(text)
            written = self._write(text + (f"fakefax: {lost:,} lines were not written\n" if lost else ""))
            with self._changed:
                self._size -= len(text)
                if not written:
                    self._lost += lost + text.count("\n")

    def _write(self, text: str) -> bool:
        return self._stream is not None and write_all(self._stream, text)


def write_all(stream: TextIO | None, text: str) -> bool:
    """Write text to a stream past its buffer; False if it cannot be written: closed, or a full disk.

    Otherwise Python would try to write the stream's buffer once more at its end, and fail there, or wait for the
    thread that is writing.
    """
    if stream is None:
        return False
    try:
        left = memoryview(text.encode(stream.encoding or "utf-8", "backslashreplace"))
        descriptor = stream.fileno()
        while left:
            left = left[os.write(descriptor, left) :]
    except (OSError, ValueError):
        return False
    return True


class LogHandler(logging.Handler):
    """Sends what libraries log through a LogWriter."""

    def __init__(self, writer: LogWriter) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):  # a record that cannot be formatted must not stop the program
            self._writer.write(self.format(record) + "\n")


WRITE_EVERY = 0.2
MAX_LINES_AT_ONCE = 100
"""Lines of text at once; more than five hundred a second cannot be read, and would slow the faxes down."""

KEY_SHOWN = 8
"""Characters of an api_key that are enough to recognise a sandbox."""

QUIET = (Kind.REQUEST,)
"""Kinds that text leaves out: what a request did has a line of its own."""


class Stream(Protocol):
    """The destination of lines: a LogWriter, or any text stream."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> None: ...


class JournalLog:
    """Listens to a journal and writes its entries. Belongs to the running event loop."""

    def __init__(self, stream: Stream, log_format: str, is_first: Callable[[str], bool] = lambda _: True) -> None:
        """`is_first` says of an api_key whether it is one of the first sandbox; text names the key if it is not."""
        self._stream = stream
        self._is_first = is_first
        self._line = _as_json if log_format == "json" else self._as_text
        self._skip = () if log_format == "json" else QUIET
        self._most = math.inf if log_format == "json" else MAX_LINES_AT_ONCE
        self._waiting_entries: list[Entry] = []
        self._more = 0

    def __call__(self, entry: Entry) -> None:
        if entry.kind in self._skip:
            return
        if len(self._waiting_entries) >= self._most:
            self._more += 1
            return
        if not self._waiting_entries:
            asyncio.get_running_loop().call_later(WRITE_EVERY, self.flush)
        self._waiting_entries.append(entry)

    def flush(self) -> None:
        """Write the entries since the last time."""
        entries, self._waiting_entries = self._waiting_entries, []
        more, self._more = self._more, 0
        if entries:
            lines = [self._line(entry) for entry in entries]
            if more:
                lines.append(f"… and {more} more; the journal has its newest\n")
            self._stream.write("".join(lines))
            self._stream.flush()

    def _as_text(self, entry: Entry) -> str:
        key = entry.api_key
        sandbox = "" if key is None or self._is_first(key) else f"[{key[:KEY_SHOWN]}] "
        return f"{to_the_second(entry.at)}  {sandbox}{entry.message}\n"


def watch_line(message: str, log_format: str) -> str:
    """A message of the watch over the scenario file, as a line of this log."""
    if log_format == "json":
        return msgspec.json.encode({"kind": "watch", "message": message}).decode()
    return f"fakefax: {message}"


def _as_json(entry: Entry) -> str:
    from fakefax.control.schemas import journal_view  # noqa: PLC0415 (only for a log in JSON)

    view = journal_view(entry)
    view.detail.pop("parameters", None)  # what programs send stays out of logs, which are kept
    if entry.api_key is not None:
        view = msgspec.structs.replace(view, api_key=masked_key(entry.api_key))
    return entry.redact(msgspec.json.encode(view).decode()) + "\n"
