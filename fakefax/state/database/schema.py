"""The tables of a state file. A row is a record as a snapshot has it, and its fields are columns to query.

`record` is the JSON of the record; the other columns are made from it when they are read (or are its key), so that
nothing is written twice and no field can be forgotten.
"""

import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from operator import attrgetter
from typing import Any

import msgspec

from fakefax.state import records as r

APPLICATION_ID = 0x66617866
"""`faxf`, in the header of every state file."""

VERSION = 1
"""Of the tables and of the records in them. A change of either needs a new one, and a migration."""


class SandboxRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sandbox that is kept: its number and its scenario.

    `owner` is the api_key of journal entries about the whole of it, none for the first sandbox. `given` is the
    scenario that the server was started with, of the first sandbox; another one may have been put in force since.
    """

    number: int
    scenario: dict[str, Any]
    owner: str | None = None
    given: dict[str, Any] | None = None


def _quoted(name: str) -> str:
    return f'"{name}"'


_encode = msgspec.json.Encoder().encode


def _text(record: msgspec.Struct) -> str:
    """The JSON of a record. What is no Unicode in it, as a header may have it, is written with backslashes."""
    try:
        return _encode(record).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_sound(msgspec.to_builtins(record))).decode()


def _sound(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_sound(name): _sound(item) for name, item in value.items()}
    return [_sound(item) for item in value] if isinstance(value, list) else value


def _sql_type(kind: Any) -> str:
    """The SQL type of a field: whole numbers and truths are INTEGER, all else is read as JSON has it."""
    if typing.get_origin(kind) is typing.Annotated:
        return _sql_type(typing.get_args(kind)[0])
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        kinds = {_sql_type(option) for option in typing.get_args(kind) if option is not type(None)}
        return kinds.pop() if len(kinds) == 1 else "TEXT"
    return {int: "INTEGER", bool: "INTEGER", float: "REAL"}.get(kind, "TEXT")


class ServerRow(r.ServerRecord):
    """The next id of each series, which all sandboxes of the server share."""

    name: str = "server"


@dataclass(frozen=True)
class Table:
    """A table. `key` are the fields of the record that tell its rows apart, within their sandbox if `of_sandbox`.

    Rows of an `ordered` one lie in the order of the key, those of any other in the order in which they came.
    `hidden` fields are no columns, because the order of the rows says them. A `placed` one has a key that is not in
    the record: a number of the writer's own.
    """

    name: str
    record: type[msgspec.Struct]
    key: tuple[str, ...]
    ordered: bool = False
    of_sandbox: bool = True
    hidden: tuple[str, ...] = ()
    only_grows: bool = False
    placed: bool = False

    @cached_property
    def key_columns(self) -> tuple[str, ...]:
        own = ("place",) if self.placed else self.key
        return ("sandbox", *own) if self.of_sandbox else own

    @cached_property
    def columns(self) -> dict[str, str]:
        """The type of each column, by its name; the key first."""
        fields = {name: _sql_type(field.type) for name, field in self._shown.items()}
        key = {name: fields.pop(name) for name in self.key}
        sandbox = {"sandbox": "INTEGER"} if self.of_sandbox else {}
        place = {"place": "INTEGER"} if self.placed else {}
        return {**sandbox, **place, **key, "record": "TEXT", **fields}

    @cached_property
    def create(self) -> str:
        """The statement that makes it."""
        kept = (*self.key_columns, "record")
        lines = [
            f"{_quoted(name)} {kind} NOT NULL"
            if name in kept
            else f"{_quoted(name)} {kind} AS ({self._read(name)})"
            for name, kind in self.columns.items()
        ]
        lines.append(f"PRIMARY KEY ({', '.join(map(_quoted, self.key_columns))})")
        body = ",\n    ".join(lines)
        return f"CREATE TABLE {self.name} (\n    {body}\n){' WITHOUT ROWID' if self.ordered else ''};"

    @cached_property
    def _shown(self) -> dict[str, msgspec.structs.FieldInfo]:
        """The fields that are columns: all but those that the place in the table says."""
        fields = msgspec.structs.fields(self.record)
        return {field.encode_name: field for field in fields if field.encode_name not in self.hidden}

    def _read(self, name: str) -> str:
        """The expression for a field; one that is left out of the record has its default."""
        read = f"json_extract(record, '$.{name}')"
        default = self._shown[name].default
        if default is None or default is msgspec.NODEFAULT:
            return read
        value = default.value if isinstance(default, Enum) else default
        text = int(value) if isinstance(value, bool) else value if isinstance(value, int | float) else f"'{value}'"
        return f"ifnull({read}, {text})"

    @cached_property
    def upsert(self) -> str:
        """Writes a row; its parameters are the key and the record."""
        names = (*self.key_columns, "record")
        key = ", ".join(map(_quoted, self.key_columns))
        columns = f"{self.name} ({', '.join(map(_quoted, names))}) VALUES ({', '.join('?' * len(names))})"
        if self.only_grows:
            return f"INSERT OR REPLACE INTO {columns}"
        return f"INSERT INTO {columns} ON CONFLICT ({key}) DO UPDATE SET record = excluded.record"

    @cached_property
    def delete(self) -> str:
        """Takes a row away; its parameters are the key."""
        key = " AND ".join(f"{_quoted(name)} = ?" for name in self.key_columns)
        return f"DELETE FROM {self.name} WHERE {key}"  # noqa: S608 (names of this module)

    @cached_property
    def select(self) -> str:
        """The records of a sandbox, in their order."""
        order = ", ".join(map(_quoted, self.key_columns)) if self.ordered else "rowid"
        return f"SELECT record FROM {self.name} WHERE sandbox = ? ORDER BY {order}"  # noqa: S608 (names of this module)

    @cached_property
    def _key_of(self) -> Callable[[msgspec.Struct], tuple[Any, ...]]:
        """A function that finds the key of a record."""
        if len(self.key) < 2:
            return lambda record: tuple(getattr(record, name) for name in self.key)
        return attrgetter(*self.key)

    def row(self, sandbox: int, record: msgspec.Struct, place: int | None = None) -> tuple[Any, ...]:
        """The parameters that write a record."""
        key = self._key_of(record) if place is None else (place,)
        text = _text(record)
        return (sandbox, *key, text) if self.of_sandbox else (*key, text)


SERVER = Table("server", ServerRow, ("name",), of_sandbox=False)
SANDBOXES = Table("sandboxes", SandboxRecord, ("number",), of_sandbox=False)
CLOCKS = Table("clocks", r.ClockRecord, ())
COUNTERS = Table("counters", r.CountersRecord, ())
RULES = Table("rules", r.RuleRecord, ("section", "rule_id"))
ACCOUNTS = Table("accounts", r.AccountRecord, ("api_key",))
LEDGERS = Table("ledgers", r.LedgerRecord, ("ledger",))
LEDGER_LINES = Table(
    "ledger_lines",
    r.LedgerEntryRecord,
    ("ledger", "seq"),
    ordered=True,
    hidden=("index",),
)
DOCUMENTS = Table("documents", r.DocumentRecord, ("api_key", "document_id"))
FAXES = Table("faxes", r.FaxRecord, ("fax_job_id",), ordered=True)
EVICTED = Table("evicted", r.EvictedRecord, ("api_key",))
CALLBACKS = Table(
    "callbacks",
    r.CallbackRecord,
    ("kind", "number"),
    ordered=True,
)
DELIVERIES = Table(
    "deliveries",
    r.DeliveryRecord,
    (),
    placed=True,
)
ATTEMPTS = Table("attempts", r.AttemptRecord, ("kind", "number", "index"), ordered=True)
EXCHANGES = Table("exchanges", r.ExchangeRecord, ("exchange",))
NUMBERS = Table("numbers", r.NumberRecord, ("did_number",))
RECEIVED_FAXES = Table("received_faxes", r.ReceivedFaxRecord, ("incoming_fax_id",))
USERS = Table("users", r.UserRecord, ("email",))
JOURNAL = Table("journal", r.JournalRecord, ("seq",), ordered=True, only_grows=True)

OF_SANDBOX: dict[str, Table] = {
    "rules": RULES,
    "accounts": ACCOUNTS,
    "ledgers": LEDGERS,
    "ledger_entries": LEDGER_LINES,
    "documents": DOCUMENTS,
    "faxes": FAXES,
    "evicted": EVICTED,
    "callbacks": CALLBACKS,
    "deliveries": DELIVERIES,
    "attempts": ATTEMPTS,
    "exchanges": EXCHANGES,
    "numbers": NUMBERS,
    "received_faxes": RECEIVED_FAXES,
    "users": USERS,
    "journal": JOURNAL,
}
"""The table of each list of a snapshot."""

TABLES = (SERVER, SANDBOXES, CLOCKS, COUNTERS, *OF_SANDBOX.values())
"""All tables of records; beside them there is `files`."""

CREATE_FILES = """CREATE TABLE files (
    "digest" TEXT NOT NULL PRIMARY KEY,
    "size" INTEGER AS (length(content)),
    "content" BLOB NOT NULL
);
CREATE INDEX documents_by_digest ON documents (digest);
CREATE INDEX received_faxes_by_digest ON received_faxes (digest);"""

CREATE = "\n\n".join(
    [
        f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {VERSION};",
        *(table.create for table in TABLES),
        CREATE_FILES,
    ]
)
"""All that a new file begins with."""

KEEP_FILE = "INSERT OR IGNORE INTO files (digest, content) VALUES (?, ?)"
DROP_FILE = """DELETE FROM files WHERE digest = ?1
    AND NOT EXISTS (SELECT 1 FROM documents WHERE documents.digest = ?1)
    AND NOT EXISTS (SELECT 1 FROM received_faxes WHERE received_faxes.digest = ?1)"""
DROP_FILES = """DELETE FROM files WHERE digest NOT IN (SELECT digest FROM documents WHERE digest IS NOT NULL)
    AND digest NOT IN (SELECT digest FROM received_faxes WHERE digest IS NOT NULL)"""
