"""The pages about --state: what they show is what there is."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.processes import run, serving

HOW_TO = Path("docs/how-to/state.md").read_text(encoding="utf-8")
REFERENCE = Path("docs/reference/state-file.md").read_text(encoding="utf-8")
SEND = "/api/v2/fax?api_key=f@x2r0ckkz&fax_number=%2B123456789&document_id=10"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a fax in it, as the guide has it."""
    file = tmp_path_factory.mktemp("state") / "fakefax.db"
    with serving("--state", str(file), "--rate", "0") as server:
        server.ask(SEND)
        server.ask("/_fakefax/clock/advance", {"until": "idle"})
        assert server.end() == 0
    return file


def test_the_start_says_what_it_has_found(file: Path):
    """The line of the guide is the line of the second start; a second server says who has the file."""
    (shown,) = re.findall(r"^  state .*$", HOW_TO, re.MULTILINE)
    with serving("--state", str(file)) as server:
        reported = next(line for line in iter(server.stdout.next, "") if line.startswith("  state"))
        reported = reported.replace(str(file), "fakefax.db").replace("1 fax,", "1 faxes,")
        assert re.sub(r"\d+", "N", reported) == re.sub(r"\d+", "N", shown)
        assert "in use" in HOW_TO
        assert "in use" in run("serve", "--state", str(file)).stderr


@pytest.mark.parametrize(
    "query",
    [
        *re.findall(r"^SELECT .*?;$", REFERENCE, re.MULTILINE | re.DOTALL),
        *re.findall(r'"(SELECT [^"]*)"', HOW_TO),
    ],
)
def test_the_queries_find_the_fax(file: Path, query: str):
    """The queries of the guide and of the reference have the fax in their answer."""
    with closing(sqlite3.connect(file)) as connection:
        (row,) = connection.execute(query).fetchall()
    assert 200 in row
    assert "0.15" in row


def test_every_table_is_described(file: Path):
    """The reference has a heading for each table that is for reading, and each other one is behind one of those."""
    with closing(sqlite3.connect(file)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        views = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")}
    assert {"files", *views} == set(re.findall(r"^### `(\w+)`$", REFERENCE, re.MULTILINE))
    assert tables == {"files", *(f"kept_{name}" for name in views)}
