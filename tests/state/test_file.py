"""The file of --state: what cannot be used is refused in one sentence with the cure, and left as it was."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from fakefax.core.models import BEGINNING
from fakefax.sandbox.keeping import NotKept
from fakefax.state.database import StateRefused, migrations, schema
from fakefax.state.database.file import StateFile, Statement
from tests.processes import run, serving

SEND = "/api/v2/fax?api_key=f@x2r0ckkz&fax_number=%2B123456789&document_id=10"


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that a server has written, with a fax in it."""
    file = tmp_path_factory.mktemp("used") / "state.db"
    with serving("--state", str(file)) as server:
        server.ask(SEND)
        assert server.end() == 0
    return file


def damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    file.write_bytes(content)


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:60])


def half(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def foreign(file: Path) -> None:
    file.write_text("my diary\n" * 100)


def of_another_program(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript("CREATE TABLE diary (day TEXT)")


def newer(file: Path) -> None:
    change(file, f"PRAGMA user_version = {schema.VERSION + 1}")


def no_json(file: Path) -> None:
    change(file, """UPDATE kept_faxes SET record = '{"once": "upon a time"}'""")


def no_account(file: Path) -> None:
    change(file, "DELETE FROM kept_accounts")


def of_another_account(file: Path) -> None:
    change(file, "DELETE FROM kept_ledgers")


def change(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    ("spoil", "reported"),
    [
        (damaged, "is damaged"),
        (cut_short, "is damaged: it ends in its header"),
        (half, "is damaged"),
        (foreign, "is not a state file of fakefax"),
        (of_another_program, "is a SQLite database of another program"),
        (newer, "was written by a newer fakefax (its version is 3, this one knows 2)"),
        (no_json, "a row of faxes cannot be read"),
        (no_account, "do not fit together"),
        (of_another_account, "do not fit together"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_file_that_cannot_be_used_is_left_as_it_was(
    used: Path, tmp_path: Path, spoil: Callable[[Path], None], reported: str
):
    """Exit status 2, one line with the file, what is wrong and what to do; every byte is as before."""
    file = tmp_path / "state.db"
    shutil.copy(used, file)
    spoil(file)
    before = file.read_bytes()
    done = run("serve", "--port", "0", "--state", str(file))
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert str(file) in line
    assert reported in line
    assert "name another file" in line
    assert file.read_bytes() == before


def test_places_where_no_file_can_be(tmp_path: Path):
    """A folder, one that is not there, and a folder or file that may not be written each have their sentence."""
    closed, file = tmp_path / "closed", tmp_path / "file.db"
    closed.mkdir()
    file.touch()
    places = {
        tmp_path: "is a folder; name a file in it",
        tmp_path / "missing" / "state.db": "missing is not there; make that folder",
    }
    if os.getuid():  # root may write everywhere
        closed.chmod(0o500)
        file.chmod(0o400)
        places |= {closed / "state.db": "closed may not be written", file: "may not be read and written"}
    for place, reported in places.items():
        with pytest.raises(StateRefused, match=reported):
            StateFile(place).open(BEGINNING)


def test_sync_without_a_file_is_refused():
    """An option without effect is refused."""
    done = run("serve", "--port", "0", "--state-sync", "full")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--state-sync is about the file of --state; add --state FILE" in done.stderr


def test_one_fakefax_at_a_time(tmp_path: Path):
    """A second one says who has the file: process, host and since when. It is free when that one is killed."""
    file = tmp_path / "state.db"
    with serving("--state", str(file)) as first:
        done = run("serve", "--port", "0", "--state", str(file))
        assert done.returncode == 2
        reported = json.loads((tmp_path / "state.db-lock").read_text())
        assert reported["pid"] == first.process.pid
        holder = f"process {reported['pid']} on {reported['host']}, since {reported['since']}"
        assert f"in use by another fakefax ({holder})" in done.stderr
        assert first.ask(SEND)["fax_job_id"] == 200
        first.process.kill()
        first.process.wait()
    with serving("--state", str(file)) as second:
        assert second.ask(SEND)["fax_job_id"] == 201


def test_an_earlier_version_is_copied_and_brought_up_to_date(
    used: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A migration works on the file and leaves a copy of what it was; one that fails leaves the file as it was."""
    file = tmp_path / "state.db"
    shutil.copy(used, file)
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    monkeypatch.setattr("fakefax.state.database.file.VERSION", schema.VERSION)

    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM kept_faxes")
        connection.execute("DELETE FROM dreams")

    def rename(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE kept_faxes SET record = json_set(record, '$.tsi_number', '+49')")

    monkeypatch.setitem(migrations.MIGRATIONS, schema.VERSION - 1, fails)
    with pytest.raises(StateRefused, match="no such table: dreams"):
        StateFile(file).open(BEGINNING)
    assert faxes(file) == faxes(used)
    monkeypatch.setitem(migrations.MIGRATIONS, schema.VERSION - 1, rename)
    state = StateFile(file)
    state.open(BEGINNING)
    state.close()
    assert state.copied_to == tmp_path / f"state.db.version-{schema.VERSION - 1}"
    assert faxes(state.copied_to) == faxes(used)
    assert json.loads(faxes(file)[0])["tsi_number"] == "+49"
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)


def faxes(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [record for (record,) in connection.execute("SELECT record FROM faxes")]


def test_where_there_can_be_no_write_ahead_log(tmp_path: Path):
    """Without shared memory, as on a network drive, the file is written in place, and commits are kept."""
    state = StateFile(tmp_path / "state.db", vfs="unix-dotfile")
    state.open(BEGINNING)
    state.begin()
    assert not state.has_log
    assert not state.commits_quickly
    state.write([Statement(schema.KEEP_FILE, [("digest", b"content")])])
    state.commit()
    state.close()
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection:
        assert connection.execute("SELECT size FROM files").fetchone() == (7,)


def test_a_file_that_is_gone_is_not_written(tmp_path: Path):
    """A file that was deleted or replaced is told of; SQLite itself would go on writing where nobody finds it."""
    file = tmp_path / "state.db"
    state = StateFile(file)
    state.open(BEGINNING)
    state.begin()
    moved = file.rename(tmp_path / "elsewhere.db")
    with pytest.raises(NotKept, match="is gone"):
        state.write([])
    shutil.copy(moved, file)
    with pytest.raises(NotKept, match="replaced by another file"):
        state.write([])
    file.unlink()
    moved.rename(file)
    state.write([])
    state.commit()
    state.close()


def test_a_long_log_that_was_left_is_written_into_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The write-ahead log does not grow from one killed run to the next."""
    monkeypatch.setattr("fakefax.state.database.file.LONG_LEFT", 50_000)
    file, sizes = tmp_path / "state.db", []
    for run_of in range(4):
        state = StateFile(file)
        state.open(BEGINNING)
        state.begin()
        for number in range(10):
            state.write([Statement(schema.KEEP_FILE, [(f"{run_of} {number}", b"x" * 9000)])])
            state.commit()
        left = tmp_path / f"left-{run_of}.db"
        for end in ("", "-wal"):  # what kill -9 leaves
            shutil.copy(f"{file}{end}", f"{left}{end}")
        sizes.append(Path(f"{left}-wal").stat().st_size)
        state.close()
        file = left
    assert sizes[3] < 2 * sizes[0]
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM files").fetchone() == (40,)
