"""Migrations: each turns a file of one version into the next; a copy of the file is kept beside it first."""

import contextlib
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from fakefax.state.database import StateRefused, schema

Migration = Callable[[sqlite3.Connection], None]
"""Changes tables and records inside the caller's transaction."""

_KEYS_IN_2 = {
    "server": "name TEXT",
    "sandboxes": "number INTEGER",
    "clocks": "sandbox INTEGER",
    "counters": "sandbox INTEGER",
    "rules": "sandbox INTEGER, section TEXT, rule_id TEXT",
    "accounts": "sandbox INTEGER, api_key TEXT",
    "ledgers": "sandbox INTEGER, ledger TEXT",
    "documents": "sandbox INTEGER, api_key TEXT, document_id INTEGER",
    "evicted": "sandbox INTEGER, api_key TEXT",
    "deliveries": "sandbox INTEGER, place INTEGER",
    "attempts": 'sandbox INTEGER, kind TEXT, number INTEGER, "index" INTEGER',
    "exchanges": "sandbox INTEGER, exchange TEXT",
    "numbers": "sandbox INTEGER, did_number TEXT",
    "received_faxes": "sandbox INTEGER, incoming_fax_id INTEGER",
    "users": "sandbox INTEGER, email TEXT",
}
"""The tables whose rows stay as they are, in their order."""

_WITHOUT_ROWID_IN_2 = ("attempts",)

_OTHERS_IN_2 = """
CREATE TABLE kept_ledger_lines (
    sandbox INTEGER NOT NULL, ledger TEXT NOT NULL, seq INTEGER NOT NULL, record TEXT NOT NULL
);
INSERT INTO kept_ledger_lines SELECT sandbox, ledger, seq, record FROM ledger_lines ORDER BY sandbox, ledger, seq;
DROP TABLE ledger_lines;
CREATE TABLE kept_faxes (fax_job_id INTEGER PRIMARY KEY, sandbox INTEGER NOT NULL, record TEXT NOT NULL);
INSERT INTO kept_faxes SELECT fax_job_id, sandbox, record FROM faxes;
DROP TABLE faxes;
CREATE TABLE kept_callbacks (place INTEGER PRIMARY KEY, sandbox INTEGER NOT NULL, record TEXT NOT NULL);
INSERT INTO kept_callbacks
    SELECT number + CASE kind WHEN 'receipt' THEN 0 ELSE 1 << 54 END, sandbox, record FROM callbacks;
DROP TABLE callbacks;
CREATE TABLE kept_journal (sandbox INTEGER NOT NULL, last_seq INTEGER NOT NULL, records TEXT NOT NULL);
INSERT INTO kept_journal
    SELECT sandbox, max(seq), json_group_array(json(record)) FROM (SELECT * FROM journal ORDER BY sandbox, seq)
    GROUP BY sandbox, seq / 100 ORDER BY sandbox, min(seq);
DROP TABLE journal;
CREATE INDEX documents_by_digest ON kept_documents (ifnull(json_extract(record, '$.digest'), ''));
CREATE INDEX received_faxes_by_digest ON kept_received_faxes (json_extract(record, '$.digest'))
"""


def _read_fields_from_records(connection: sqlite3.Connection) -> None:
    """From version 1 to 2: a table has its key and its records only; its columns are those of a view."""
    for name, key in _KEYS_IN_2.items():
        columns = key.replace(" TEXT", "").replace(" INTEGER", "")
        order, without = (columns, "WITHOUT ROWID") if name in _WITHOUT_ROWID_IN_2 else ("rowid", "")
        typed = f"{key}, record TEXT".replace(",", " NOT NULL,") + " NOT NULL"
        connection.execute(f"CREATE TABLE kept_{name} ({typed}, PRIMARY KEY ({columns})) {without}")
        connection.execute(f"INSERT INTO kept_{name} SELECT {columns}, record FROM {name} ORDER BY {order}")  # noqa: S608
        connection.execute(f"DROP TABLE {name}")
    for statement in _OTHERS_IN_2.split(";"):
        connection.execute(statement.strip())


MIGRATIONS: dict[int, Migration] = {1: _read_fields_from_records}
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
        _make_views(connection)
        connection.execute(f"PRAGMA user_version = {schema.VERSION}")
        connection.execute("COMMIT")
    return copy


def _make_views(connection: sqlite3.Connection) -> None:
    """Make the tables for reading anew: they follow from the records of this version."""
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall():
        connection.execute(f"DROP VIEW {name}")
    for statement in schema.CREATE_VIEWS:
        connection.execute(statement)


def _copy(connection: sqlite3.Connection, copy: Path) -> None:
    """Copy the file; a copy of an earlier try is written over only once the new one is whole."""
    fresh = copy.with_name(f"{copy.name}-new")
    fresh.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(fresh)) as target:
        connection.backup(target)
    fresh.chmod(0o600)
    fresh.replace(copy)
