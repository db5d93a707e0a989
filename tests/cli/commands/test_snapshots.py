"""`fakefax snapshot …`: files with names, loaded again, compared."""

import json
from pathlib import Path

import click
import pytest

from fakefax.cli.commands.snapshots import complete_name
from tests.cli.commands.conftest import Terminal


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(terminal: Terminal, *words: str) -> str:
    """The message of a command that ends with status 2."""
    said = terminal(*words)
    assert (said.status, said.out) == (2, "")
    return said.err


def two_sent(terminal: Terminal) -> None:
    terminal.fakefax.callback_url = "http://127.0.0.1:9/faxto"
    for _ in range(2):
        assert terminal("send", "+15005550001").status == 0
    terminal.fakefax.advance("1m")


def test_saved_and_loaded(terminal: Terminal, here: Path):
    """A name is a file in .fakefax/snapshots, a path itself; the loaded snapshot is the saved one."""
    two_sent(terminal)
    said = terminal("snapshot", "save", "two-pending")
    assert said.out == "saved 2 faxes (0 under way, 2 receipts pending) to .fakefax/snapshots/two-pending.json\n"
    assert terminal("snapshot", "save", "other/it.json", "--with-keys", "--json").json["file"] == "other/it.json"
    assert terminal.fakefax.api_key in (here / "other" / "it.json").read_text(encoding="utf-8")
    assert terminal.fakefax.api_key not in (here / said.out.split()[-1]).read_text(encoding="utf-8")
    terminal.fakefax.advance("1h")
    terminal("send", "+15005550001")
    loaded = terminal("snapshot", "load", "two-pending")
    assert loaded.out.startswith("loaded 2 faxes (0 under way, 2 receipts pending) from .fakefax")
    assert len(terminal.fakefax.faxes) == 2
    assert terminal("snapshot", "diff", "two-pending").out == "no difference\n"
    assert terminal("snapshot", "diff", "other/it.json", "two-pending").out == "no difference\n"
    assert terminal("snapshot", "load", "other/it.json", "--rate", "60", "--json").json["moved"] == {}
    assert terminal.fakefax.rate == 60


def test_another_sandbox_is_told_its_ids(terminal: Terminal):
    """Ids that another sandbox has move up, and the command says what they are now."""
    two_sent(terminal)
    ids = [fax.fax_job_id for fax in terminal.fakefax.faxes]
    terminal("snapshot", "save", "it")
    with terminal.fakefax.connect(terminal.url) as other:
        said = Terminal(other)("snapshot", "load", "it")
        assert f"  ids of faxes that were taken: {ids[0]} is {ids[1] + 1}, " in said.out
        assert other.faxes[0].fax_job_id == ids[1] + 1


def test_the_list_of_snapshots(terminal: Terminal):
    """`list` has a line for each, `show` what is in one, as JSON the document itself; `remove` takes it away."""
    assert terminal("snapshot", "list").err.startswith(".fakefax/snapshots has no snapshots; save one with")
    assert terminal("snapshot", "list", "--json").out == "[]\n"
    two_sent(terminal)
    terminal("snapshot", "save", "a")
    terminal("snapshot", "save", "b")
    lines = terminal("snapshot", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == ["name", "a", "b"]
    assert [each["pending"] for each in terminal("snapshot", "list", "--json").json] == [2, 2]
    shown = terminal("snapshot", "show", "a").out
    for part in ("paused", "<key 1> with 99.70", "2 success", "2 pending", "receipt"):
        assert part in shown
    assert terminal("snapshot", "show", "a", "--json").json["fakefax_snapshot"] == 1
    assert terminal("snapshot", "remove", "a").out == "removed .fakefax/snapshots/a.json\n"
    assert [each["name"] for each in terminal("snapshot", "list", "--json").json] == ["b"]
    gone = terminal("snapshot", "show", "a")
    assert gone.status == 2
    assert "there is no .fakefax/snapshots/a.json; .fakefax/snapshots has: b" in gone.err


def test_differences(terminal: Terminal):
    """Each record that came, went or changed is a line; exit status 1 when there is one."""
    two_sent(terminal)
    terminal("snapshot", "save", "before")
    first = terminal.fakefax.faxes[0].fax_job_id
    terminal.fakefax.receiver.answers(200)
    terminal.fakefax.advance("15m")
    said = terminal("snapshot", "diff", "before")
    assert said.status == 1
    lines = said.out.splitlines()
    assert f"~ callbacks  receipt {first}: state nothing → acknowledged" in lines
    assert any(line.startswith(f"+ attempts  receipt {first}, post 2: at ") for line in lines)
    assert any(line.startswith("~ clock  now ") for line in lines)
    terminal("snapshot", "save", "after")
    back = terminal("snapshot", "diff", "after", "before", "--json")
    assert any(line.startswith(f"- attempts  receipt {first}, post 2") for line in back.json)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("{}", "it has no fakefax_snapshot"),
        ('{"fakefax_snapshot": 1}', "it.json cannot be loaded:\n  scenario: it is missing\n  clock: it is missing"),
        ('{"fakefax_snapshot": 9}', "9 is a format of a newer fakefax"),
    ],
)
def test_a_wrong_file_is_refused(terminal: Terminal, here: Path, text: str, message: str):
    """The command names the file and each problem, and the sandbox stays as it was; exit status 2."""
    (here / "it.json").write_text(text, encoding="utf-8")
    said = refused(terminal, "snapshot", "load", "it.json")
    assert message in said


def test_names(terminal: Terminal, here: Path):
    """A name that is close is offered; one that cannot be is refused; those that there are are completed."""
    terminal("snapshot", "save", "pending")
    assert "did you mean 'pending'?" in refused(terminal, "snapshot", "load", "pendin")
    assert "neither a name" in refused(terminal, "snapshot", "save", "a b")
    (here / "file").write_text("", encoding="utf-8")
    assert "cannot be written" in refused(terminal, "snapshot", "save", "file/it.json")
    context = click.Context(click.Command("load"))
    assert [item.value for item in complete_name(context, click.Argument(["name"]), "p")] == ["pending"]
    assert complete_name(context, click.Argument(["name"]), "x")[0].type == "file"


def test_a_file_is_replaced_whole_or_not_at_all(terminal: Terminal, here: Path, monkeypatch: pytest.MonkeyPatch):
    """A disk that is full while a file is written leaves the one that was there, and nothing beside it."""
    terminal("snapshot", "save", "it.json")
    before = (here / "it.json").read_bytes()
    two_sent(terminal)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert "it.json cannot be written: No space left on device" in refused(terminal, "snapshot", "save", "it.json")
    assert (here / "it.json").read_bytes() == before
    assert [path.name for path in here.iterdir()] == ["it.json"]


def test_standard_output(terminal: Terminal):
    """- is the document and nothing else, so that it can go through a pipe."""
    two_sent(terminal)
    assert json.loads(terminal("snapshot", "save", "-").out)["fakefax_snapshot"] == 1
