"""The tables of a state file. A row is a record as a snapshot has it, and its fields are columns to query.

Each table that is for reading, such as `faxes`, is a view over one that is written, `kept_faxes`, which has only
the key and the JSON of the record. So a field costs nothing when it is written, and none can be forgotten.
"""

import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from operator import attrgetter
from typing import Any

import msgspec

from fakefax.core.decisions import CallbackKind
from fakefax.state import records as r

APPLICATION_ID = 0x66617866
"""`faxf`, in the header of every state file."""

VERSION = 2
"""Of the tables and of the records in them. A change of either needs a new one, and a migration."""

PAGE = 100
"""Records in one row of a paged table, at most."""


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


_encoder = msgspec.json.Encoder()


def _text(record: msgspec.Struct | Sequence[msgspec.Struct]) -> str:
    """The JSON of a record or of several. Bytes that are not Unicode (of a header, say) get backslashes."""
    try:
        return _encoder.encode(record).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_sound(msgspec.to_builtins(record))).decode()


def _texts(records: Sequence[msgspec.Struct]) -> list[str]:
    """The JSON of each record. Together they are quicker, and no line break is in any."""
    try:
        return _encoder.encode_lines(records).decode().split("\n")[:-1]
    except UnicodeEncodeError:
        return [_text(record) for record in records]


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

    Records of an `ordered` one have the order of the key, those of any other that in which they came. `hidden`
    fields are no columns, because that order says them. `place` makes a number of a record that no other record of
    the file has, and that is its order; such rows are quick to write. A `placed` one has numbers that are not in
    its records, of the writer's own. Rows of an `appended` one are written without a look at the key, and a row of
    a `paged` one has many records: those are quicker still.
    """

    name: str
    record: type[msgspec.Struct]
    key: tuple[str, ...]
    ordered: bool = False
    of_sandbox: bool = True
    hidden: tuple[str, ...] = ()
    placed: bool = False
    place: Callable[[Any], int] | None = None
    appended: bool = False
    paged: bool = False

    @property
    def kept(self) -> str:
        """The name of the table that is written."""
        return f"kept_{self.name}"

    @cached_property
    def key_columns(self) -> tuple[str, ...]:
        own = ("place",) if self.placed else self.key
        return ("sandbox", *own) if self.of_sandbox else own

    @cached_property
    def columns(self) -> dict[str, str]:
        """The expression for each column of the view, by its name; the key first."""
        fields = {name: self.read(name) for name in self._shown}
        written = {name: _quoted(name) for name in self._written if name in ("sandbox", "place", *self.key)}
        key = {name: written.get(name) or fields[name] for name in self.key_columns}
        return {**key, "record": "page.value" if self.paged else "record"} | {
            name: read for name, read in fields.items() if name not in key
        }

    @cached_property
    def _written(self) -> dict[str, str]:
        """The columns of the table that is written, with their types."""
        if self.paged:
            return {"sandbox": "INTEGER", "last_seq": "INTEGER", "records": "TEXT"}
        if self.place is not None:
            return {self._place_column: "INTEGER", "sandbox": "INTEGER", "record": "TEXT"}
        key = {name: _sql_type(self._shown[name].type) for name in self.key}
        sandbox = {"sandbox": "INTEGER"} if self.of_sandbox else {}
        place = {"place": "INTEGER"} if self.placed else {}
        return {**sandbox, **place, **key, "record": "TEXT"}

    @property
    def _place_column(self) -> str:
        return self.key[0] if len(self.key) == 1 else "place"

    @cached_property
    def create(self) -> str:
        """The statement that makes the table that is written."""
        lines = [f"{_quoted(name)} {kind} NOT NULL" for name, kind in self._written.items()]
        if self.place is not None:
            lines[0] = f"{_quoted(self._place_column)} INTEGER PRIMARY KEY"
        elif not (self.paged or self.appended):
            lines.append(f"PRIMARY KEY ({', '.join(map(_quoted, self.key_columns))})")
        body = ",\n    ".join(lines)
        without = " WITHOUT ROWID" if self.ordered and not self.appended else ""
        return f"CREATE TABLE {self.kept} (\n    {body}\n){without};"

    @cached_property
    def create_view(self) -> str:
        """The statement that makes the table that is for reading."""
        columns = ",\n    ".join(f"{read} AS {_quoted(name)}" for name, read in self.columns.items())
        source = f"{self.kept}, json_each(records) AS page" if self.paged else self.kept
        return f"CREATE VIEW {self.name} AS SELECT\n    {columns}\nFROM {source};"

    @cached_property
    def _shown(self) -> dict[str, msgspec.structs.FieldInfo]:
        """The fields that are columns: all but those that the place in the table says."""
        fields = msgspec.structs.fields(self.record)
        return {field.encode_name: field for field in fields if field.encode_name not in self.hidden}

    def read(self, name: str) -> str:
        """The expression for a field; one that is left out of the record has its default."""
        read = f"json_extract({'page.value' if self.paged else 'record'}, '$.{name}')"
        default = self._shown[name].default
        if default is None or default is msgspec.NODEFAULT:
            return read
        value = default.value if isinstance(default, Enum) else default
        text = int(value) if isinstance(value, bool) else value if isinstance(value, int | float) else f"'{value}'"
        return f"ifnull({read}, {text})"

    @cached_property
    def upsert(self) -> str:
        """Writes a row; its parameters are those of `rows`."""
        names = ", ".join(map(_quoted, self._written))
        insert = f"INSERT INTO {self.kept} ({names}) VALUES ({', '.join('?' * len(self._written))})"  # noqa: S608
        if self.paged or self.appended:
            return insert
        names_of_key = self.key_columns if self.place is None else (self._place_column,)
        key = ", ".join(map(_quoted, names_of_key))
        moved = "sandbox = excluded.sandbox, " if self.place is not None else ""
        return f"{insert} ON CONFLICT ({key}) DO UPDATE SET {moved}record = excluded.record"

    @cached_property
    def amend(self) -> str:
        """Writes the newest row of a key anew in an `appended` table; its parameters are the record and the key."""
        key = " AND ".join(f"{_quoted(name)} = ?" for name in self.key_columns)
        newest = f"SELECT rowid FROM {self.kept} WHERE {key} ORDER BY rowid DESC LIMIT 1"  # noqa: S608 (names of this module)
        return f"UPDATE {self.kept} SET record = ? WHERE rowid = ({newest})"  # noqa: S608 (names of this module)

    @cached_property
    def delete(self) -> str:
        """Takes a row away; its parameters are the key, or the place."""
        names = (self._place_column,) if self.place is not None else self.key_columns
        return f"DELETE FROM {self.kept} WHERE {' AND '.join(f'{_quoted(name)} = ?' for name in names)}"  # noqa: S608 (names of this module)

    @cached_property
    def clear(self) -> str:
        """Takes all rows of a sandbox away."""
        return f"DELETE FROM {self.kept} WHERE sandbox = ?"  # noqa: S608 (names of this module)

    @cached_property
    def select(self) -> str:
        """All rows, in their order: the sandbox, None without one, and the record or the page of records."""
        order = ", ".join(map(_quoted, self.key_columns)) if self.ordered else "rowid"
        sandbox = "sandbox" if self.of_sandbox else "NULL"
        record = "records" if self.paged else "record"
        return f"SELECT {sandbox}, {record} FROM {self.kept} ORDER BY {order}"  # noqa: S608 (names of this module)

    @cached_property
    def _key_of(self) -> Callable[[msgspec.Struct], tuple[Any, ...]]:
        """A function that finds the key of a record."""
        if len(self.key) == 1:
            only = attrgetter(self.key[0])
            return lambda record: (only(record),)
        return attrgetter(*self.key) if self.key else lambda _: ()

    def rows(self, sandbox: int, records: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The parameters that write records."""
        if self.paged:
            pages = (records[first : first + PAGE] for first in range(0, len(records), PAGE))
            return [(sandbox, page[-1].seq, _text(page)) for page in pages]
        place, key, texts = self.place, self._key_of, _texts(records)
        if place is not None:
            return [(place(record), sandbox, text) for record, text in zip(records, texts, strict=True)]
        own = (sandbox,) if self.of_sandbox else ()
        return [(*own, *key(record), text) for record, text in zip(records, texts, strict=True)]

    def row_at(self, place: int, sandbox: int, record: msgspec.Struct) -> tuple[Any, ...]:
        """The parameters that write a record of a `placed` table."""
        return sandbox, place, _text(record)


_BEYOND_IDS = 2**54


def place_of_callback(kind: CallbackKind, number: int) -> int:
    """The place of a callback: those of sent faxes first, as their numbers may be those of received ones too."""
    return number if kind is CallbackKind.RECEIPT else number + _BEYOND_IDS


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
    appended=True,
    hidden=("index",),
)
DOCUMENTS = Table("documents", r.DocumentRecord, ("api_key", "document_id"))
FAXES = Table("faxes", r.FaxRecord, ("fax_job_id",), place=attrgetter("fax_job_id"))
EVICTED = Table("evicted", r.EvictedRecord, ("api_key",))
CALLBACKS = Table(
    "callbacks",
    r.CallbackRecord,
    ("kind", "number"),
    place=lambda record: place_of_callback(record.kind, record.number),
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
JOURNAL = Table("journal", r.JournalRecord, ("seq",), paged=True)

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

CREATE_FILES = f"""CREATE TABLE files (
    "digest" TEXT NOT NULL PRIMARY KEY,
    "size" INTEGER AS (length(content)),
    "content" BLOB NOT NULL
);
CREATE INDEX documents_by_digest ON kept_documents ({DOCUMENTS.read("digest")});
CREATE INDEX received_faxes_by_digest ON kept_received_faxes ({RECEIVED_FAXES.read("digest")});"""

CREATE = "\n\n".join(
    [
        f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {VERSION};",
        *(table.create for table in TABLES),
        CREATE_FILES,
        *(table.create_view for table in TABLES),
    ]
)
"""All that a new file begins with."""

CREATE_VIEWS = [table.create_view for table in TABLES]
"""The tables for reading; a migration makes them anew."""

KEEP_FILE = "INSERT OR IGNORE INTO files (digest, content) VALUES (?, ?)"
DROP_FILE = """DELETE FROM files WHERE digest = ?
    AND NOT EXISTS (SELECT 1 FROM documents WHERE documents.digest = files.digest)
    AND NOT EXISTS (SELECT 1 FROM received_faxes WHERE received_faxes.digest = files.digest)"""
DROP_FILES = """DELETE FROM files WHERE digest NOT IN (SELECT digest FROM documents WHERE digest IS NOT NULL)
    AND digest NOT IN (SELECT digest FROM received_faxes WHERE digest IS NOT NULL)"""
