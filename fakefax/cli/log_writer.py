"""Writes the log in a thread of its own, so that a reader who is slow, gone or asleep holds up nobody."""

import contextlib
import logging
import os
import threading
from collections import deque
from typing import TextIO

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
        """Nothing: the thread writes as soon as it can."""

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

    What a stream has buffered it would try to write once more when Python ends, and fail there, or wait for the
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
        with contextlib.suppress(Exception):  # a record that cannot be formatted is nobody's failure
            self._writer.write(self.format(record) + "\n")
