"""One fakefax at a time uses a state file: a lock on a file beside it, which names the owner."""

import json
import os
import socket
import sys
from datetime import datetime
from pathlib import Path

from fakefax.state.database import StateRefused
from fakefax.values.durations import to_the_second

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FAR_BEHIND = 1 << 30
"""Where the locked byte is on Windows, so that the text can be read by others."""


class StateLock:
    """The lock of one state file; the system releases it when the process ends, however it ends."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._path = file.with_name(f"{file.name}-lock")
        self._descriptor: int | None = None

    def take(self, now: datetime) -> None:
        """Take the lock and write its owner into it. Raises StateRefused, which names the present owner."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StateRefused(
                f"{self._file} cannot be locked: {self._path} cannot be made ({error.strerror}); "
                f"let fakefax write to {self._path.parent}, or name a file in another folder"
            ) from None
        try:
            _lock(descriptor)
        except OSError:
            owner = _owner(descriptor)
            os.close(descriptor)
            raise StateRefused(
                f"{self._file} is in use by another fakefax ({owner}); stop that one, or name another file"
            ) from None
        self._descriptor = descriptor
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": f"{to_the_second(now)} UTC"}
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, json.dumps(holder).encode())

    def release(self) -> None:
        """Release the file. The lock's own file stays: removing it would race with a process that waits for it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        os.lseek(descriptor, FAR_BEHIND, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _owner(descriptor: int) -> str:
    """The owner of the lock, as its file says."""
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        holder = json.loads(os.read(descriptor, 1000))
        return f"process {holder['pid']} on {holder['host']}, since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "whose process is not known"
