"""The state file: looked at before it is opened, opened by one fakefax at a time, written in transactions."""

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from fakefax.sandbox.keeping import NotKept, Sync
from fakefax.state.database import StateRefused
from fakefax.state.database.lock import StateLock
from fakefax.state.database.migrations import migrate
from fakefax.state.database.schema import APPLICATION_ID, CREATE, VERSION

MAGIC = b"SQLite format 3\0"
HEADER = 100
ID_AT, VERSION_AT = 68, 60
"""Where the header of a SQLite file has the two numbers of the application that wrote it."""

CHECKPOINT_EVERY = 2.0
"""Real seconds after which the write-ahead log is written into the file itself, in a thread."""

LONGEST_LOG = 16_000
"""Pages of the write-ahead log at which changes wait until it is in the file; else it would grow under load."""

LONG_LEFT = 16 * 1024 * 1024
"""Bytes of a log that a run has left; more is written into the file before the next one begins."""

CACHE = 32 * 1024
"""Kilobytes of pages that are kept in memory."""

ANOTHER = "name another file, or move this one away to begin anew"


class Statement(NamedTuple):
    """One SQL statement, and the parameters of each time that it is executed."""

    sql: str
    parameters: Sequence[tuple[Any, ...]]


class StateFile:
    """One state file of this process. `open` it and read what it has; nothing in it changes before `begin`.

    `vfs` is SQLite's way to the file; one without shared memory cannot have a write-ahead log.
    """

    def __init__(self, path: Path, sync: Sync = Sync.NORMAL, vfs: str | None = None) -> None:
        self.path = path
        self.is_new = False
        """Whether there was no file before."""
        self.has_log = False
        """Whether there is a write-ahead log, so that a commit without power loss in mind waits for no disk."""
        self.copied_to: Path | None = None
        """The copy that was made before a migration."""
        self._sync = sync
        self._vfs = vfs
        self._lock = StateLock(path)
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._checkpoints: sqlite3.Connection | None = None
        self._log_is_long = False

    def open(self, now: datetime) -> None:
        """Check the file and open it for reading, or make it. Raises StateRefused, and then leaves it as it was."""
        _check_folder(self.path)
        self._lock.take(now)
        try:
            self.is_new = self._looked_at() is None
            if self.is_new:
                self._create()
            self._connection = self._connect(read_only=True)
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise StateRefused(f"{self.path} cannot be opened: {error}; {ANOTHER}") from None
        except StateRefused:
            self.close()
            raise

    def begin(self) -> None:
        """Open the file for writing. Raises StateRefused."""
        try:
            self._open_connection.close()
            self._connection = self._connect()
            self._set_up(self._connection)
            if self.has_log:
                self._checkpoints = self._connect()
            stat = self.path.stat()
            self._identity = stat.st_dev, stat.st_ino
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise StateRefused(f"{self.path} cannot be written: {error}; {ANOTHER}") from None

    def close(self) -> None:
        """Close the file, its write-ahead log written into it, and let others have it."""
        for connection in (self._checkpoints, self._connection):
            if connection is not None:
                with contextlib.suppress(sqlite3.Error):
                    connection.close()
        self._checkpoints = self._connection = None
        self._lock.release()

    def read(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query. Raises StateRefused."""
        try:
            return self._open_connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise StateRefused(f"{self.path} cannot be read: {error}; {ANOTHER}") from None

    def write(self, statements: Iterable[Statement]) -> None:
        """Execute statements, all of them or none, without the end of the transaction: `commit` is that."""
        connection = self._open_connection
        try:
            self._check_there()
            connection.execute("BEGIN IMMEDIATE")
            for sql, parameters in statements:
                if parameters:
                    connection.executemany(sql, parameters)
        except sqlite3.Error as error:
            self.roll_back()
            raise NotKept(self._reason(error)) from None

    def commit(self) -> None:
        """End the transaction, so that it is there after kill -9. Raises NotKept, and then none of it is there."""
        try:
            self._open_connection.execute("COMMIT")
            if self._log_is_long:
                self._log_is_long = False
                self._open_connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            self.roll_back()
            raise NotKept(self._reason(error)) from None

    def checkpoint(self) -> None:
        """Write the log into the file, beside commits; from a thread, because it waits for the disk."""
        if self._checkpoints is not None:
            with contextlib.suppress(sqlite3.Error):  # a commit will report what is wrong
                _, pages, written = self._checkpoints.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                self._log_is_long = pages > LONGEST_LOG and written < pages

    def roll_back(self) -> None:
        """Take back what was written since the last commit."""
        connection = self._open_connection
        if connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")

    @property
    def _log(self) -> Path:
        """The write-ahead log."""
        return self.path.with_name(f"{self.path.name}-wal")

    @property
    def commits_quickly(self) -> bool:
        """Whether a commit waits for no disk, so that the event loop may do it."""
        return self.has_log and self._sync is Sync.NORMAL

    @property
    def _open_connection(self) -> sqlite3.Connection:
        if self._connection is None:
            raise NotKept(f"{self.path} has been closed")
        return self._connection

    def _check_there(self) -> None:
        """SQLite goes on writing to a file that was deleted, where it would be lost. Raises NotKept."""
        try:
            stat = os.stat(self.path)  # noqa: PTH116 (a third of the time of Path.stat, before each commit)
        except OSError as error:
            raise NotKept(f"{self.path} is gone ({error.strerror}); put it back, or restart fakefax") from None
        if (stat.st_dev, stat.st_ino) != self._identity:
            raise NotKept(f"{self.path} was replaced by another file; put it back, or restart fakefax")

    def _reason(self, error: sqlite3.Error) -> str:
        return f"{self.path} cannot be written: {error}"

    def _looked_at(self) -> int | None:
        """The version of the file, None when there is none yet. Nothing is written. Raises StateRefused."""
        head = _head_of(self.path)
        if not head:
            return None
        if head[: len(MAGIC)] != MAGIC:
            raise StateRefused(f"{self.path} is not a state file of fakefax, nor any SQLite database; {ANOTHER}")
        if len(head) < HEADER:
            raise StateRefused(f"{self.path} is damaged: it ends in its header; restore a copy of it, or {ANOTHER}")
        application, version = (int.from_bytes(head[at : at + 4], "big") for at in (ID_AT, VERSION_AT))
        if application != APPLICATION_ID:
            raise StateRefused(f"{self.path} is a SQLite database of another program; {ANOTHER}")
        if version > VERSION:
            raise StateRefused(
                f"{self.path} was written by a newer fakefax (its version is {version}, this one knows {VERSION}); "
                f"install that fakefax, or {ANOTHER}"
            )
        self._check_quickly()
        if version < VERSION:
            self.copied_to = migrate(self.path, version, self._connect)
        return version

    def _check_quickly(self) -> None:
        """Raise StateRefused for a damaged file. It is opened for reading only, so that it stays as it is."""
        try:
            with contextlib.closing(self._connect(read_only=True)) as connection:
                found = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
        except sqlite3.Error as error:
            found = [str(error)]
        if found != ["ok"]:
            what = "; ".join(line.partition("\n")[0] for line in found)
            raise StateRefused(f"{self.path} is damaged ({what}); restore a copy of it, or {ANOTHER}")

    def _create(self) -> None:
        """Make the tables. The numbers of the header are written into the file itself, not into a log beside it."""
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))  # it has the keys of the accounts
        with contextlib.closing(self._connect()) as connection:
            connection.executescript(f"BEGIN;{CREATE};COMMIT")

    def _connect(self, *, read_only: bool = False) -> sqlite3.Connection:
        options = f"?mode={'ro' if read_only else 'rw'}" + (f"&vfs={self._vfs}" if self._vfs else "")
        uri = f"file:{quote(str(self.path.absolute()))}{options}"
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256)

    def _set_up(self, connection: sqlite3.Connection) -> None:
        self.has_log = _with_log(connection)
        connection.execute(f"PRAGMA synchronous = {self._sync.value}")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA journal_size_limit = {LONG_LEFT}")
        if self._log.exists() and self._log.stat().st_size > LONG_LEFT:  # of a run that was killed
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        connection.execute(f"PRAGMA cache_size = -{CACHE}")
        connection.execute("PRAGMA temp_store = memory")
        connection.execute("BEGIN IMMEDIATE")  # a file that may not be written is reported now
        connection.execute("ROLLBACK")


def _with_log(connection: sqlite3.Connection) -> bool:
    """Turn the write-ahead log on; False where it cannot be had, as on most network drives."""
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        mode = ""
    if mode != "wal":
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    return bool(mode == "wal")


def _head_of(path: Path) -> bytes:
    """The header of the file; empty when there is none, or an empty one."""
    try:
        with path.open("rb") as file:
            return file.read(HEADER)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise StateRefused(f"{path} cannot be read ({error.strerror}); let fakefax read and write it") from None


def _check_folder(path: Path) -> None:
    """Raise StateRefused for a place where no file can be."""
    if path.is_dir():
        raise StateRefused(f"{path} is a folder; name a file in it, such as {path / 'fakefax.db'}")
    if not path.parent.is_dir():
        raise StateRefused(f"{path.parent} is not there; make that folder, or name a file in another one")
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        raise StateRefused(f"{path} may not be read and written by this user; let it, or name another file")
    if not os.access(path.parent, os.W_OK):
        raise StateRefused(
            f"{path.parent} may not be written by this user; let it, or name a file in another folder"
        )
