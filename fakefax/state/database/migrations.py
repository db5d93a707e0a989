"""Migrations: each turns a file of one version into the next; a copy of the file is kept beside it first."""

import contextlib
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from fakefax.state.database import schema
from fakefax.state.database.errors import StateRefused

Migration = Callable[[sqlite3.Connection], None]
"""Changes tables and records inside a transaction that somebody else begins and ends."""

MIGRATIONS: dict[int, Migration] = {}
"""By the version that each begins with; it leaves the next one. Version 1 is the first."""


def migrate(
    path: Path,
    version: int,
    connect: Callable[[], sqlite3.Connection],
    migrations: Mapping[int, Migration] = MIGRATIONS,
) -> Path:
    """Bring a file to the version of this fakefax. Returns the copy of what it was. Raises StateRefused.

    All of it is one transaction without a write-ahead log, so that the version stands in the file's header.
    """
    unknown = [step for step in range(version, schema.VERSION) if step not in migrations]
    if unknown:
        raise StateRefused(
            f"{path} has version {version}, which this fakefax does not know; it knows {schema.VERSION}"
        )
    copy = path.with_name(f"{path.name}.version-{version}")
    with contextlib.closing(connect()) as connection:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        _copy(connection, copy)
        connection.execute("BEGIN IMMEDIATE")
        for step in range(version, schema.VERSION):
            migrations[step](connection)
        connection.execute(f"PRAGMA user_version = {schema.VERSION}")
        connection.execute("COMMIT")
    return copy


def _copy(connection: sqlite3.Connection, copy: Path) -> None:
    """Copy the file; a copy of an earlier try is written over only once the new one is whole."""
    fresh = copy.with_name(f"{copy.name}-new")
    fresh.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(fresh)) as target:
        connection.backup(target)
    fresh.chmod(0o600)
    fresh.replace(copy)
