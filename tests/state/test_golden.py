"""Files of every version can be opened, with everything in them."""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fakefax.core.models import BEGINNING
from fakefax.state.database import schema
from fakefax.state.database.file import StateFile
from tests.state.golden import golden
from tests.state.test_restart import kept_in


@pytest.mark.parametrize("version", range(1, schema.VERSION + 1))
async def test_a_file_of_an_earlier_version_goes_on(tmp_path: Path, version: int):
    """Nothing of an earlier version is lost: faxes, money, documents, numbers, received faxes, rules, journal."""
    file = tmp_path / "state.db"
    file.write_bytes(gzip.decompress(golden(version).read_bytes()))
    async with kept_in(file) as wire:
        faxes = (await wire.get("faxes"))["faxes"]
        assert [fax["fax_job_id"] for fax in faxes] == [200, 201, 202, 203, 204, 205]
        books = await wire.get("audit")
        assert (books["ok"], books["fax_jobs"], books["balance"]) == (True, 6, 94.1)
        assert (await wire.get("rules/faxes"))["rules"][0]["used"] == 1
        assert (await wire.get("clock"))["now"] == "2026-01-05T09:05:00Z"
        assert (await wire.get("journal?limit=1000"))["entries"][0]["kind"] == "sandbox.started"
        assert len(next(iter((await wire.get("incoming-faxes")).values()))) == 2
        assert (await wire.send())["fax_job_id"] == 206


def columns(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    kinds = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
    names = [name for (name,) in connection.execute(kinds)]
    return {name: connection.execute(f"PRAGMA table_xinfo({name})").fetchall() for name in sorted(names)}


def views_and_indexes(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    query = "SELECT type, name, sql FROM sqlite_schema WHERE type != 'table' AND sql IS NOT NULL ORDER BY name"
    return connection.execute(query).fetchall()


@pytest.mark.parametrize("version", range(1, schema.VERSION + 1))
def test_the_tables_are_those_of_this_version(tmp_path: Path, version: int):
    """A field that is added to a record is a column: then raise VERSION, and write a migration."""
    file = tmp_path / "golden.db"
    file.write_bytes(gzip.decompress(golden(version).read_bytes()))
    state = StateFile(file)
    state.open(BEGINNING)
    state.close()
    with closing(sqlite3.connect(file)) as written, closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(schema.CREATE)
        assert columns(written) == columns(fresh)
        assert views_and_indexes(written) == views_and_indexes(fresh)


def test_a_migration_leaves_every_row(tmp_path: Path):
    """Each table has the same rows after a migration, in the same order."""
    before, after = tmp_path / "before.db", tmp_path / "after.db"
    for file in (before, after):
        file.write_bytes(gzip.decompress(golden(1).read_bytes()))
    state = StateFile(after)
    state.open(BEGINNING)
    state.close()
    compared = 0
    with closing(sqlite3.connect(before)) as old, closing(sqlite3.connect(after)) as new:
        for table in schema.TABLES:
            columns = f"SELECT {', '.join(map(_quoted, table.columns))} FROM {table.name}"
            rows = old.execute(columns).fetchall()
            assert new.execute(columns).fetchall() == rows
            compared += bool(rows)
    assert compared >= 12


def _quoted(name: str) -> str:
    return f'"{name}"'
