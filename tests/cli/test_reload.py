"""`serve --watch`: the file is read again when it changes, and nothing is lost when it is wrong."""

import json
from pathlib import Path

import pytest

from fakefax.cli.reload import ScenarioWatch
from fakefax.scenario.loader import load_scenario
from fakefax.server.app import Server, ServerOptions
from tests.processes import serving

BUSY = "accounts: [{api_key: a}]\nfaxes: [{then: {msg_code: busy}}]\n"
OK = "accounts: [{api_key: a}]\nfaxes: [{then: {msg_code: ok}}]\n"


class Watched:
    """A server of a file, and the watch over it, which looks when a test moves it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.file.write_text(BUSY)
        self.server = Server(load_scenario(str(file)), ServerOptions(port=0))
        self.reported: list[str] = []

    async def __aenter__(self) -> "Watched":
        await self.server.start()
        self.watch = ScenarioWatch(self.file, self.server.sandboxes, self.reported.append)
        await self.look()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.stop()

    async def look(self) -> None:
        """Look twice, as it takes for a change to count."""
        await self.watch.check()
        await self.watch.check()

    @property
    def code(self) -> str:
        """How the next fax ends."""
        job = self.server.sandbox.send(self.server.sandbox.first_account, "+123456789", 10)
        return str(job.plan.msg_code)


@pytest.fixture
async def watched(tmp_path: Path):
    async with Watched(tmp_path / "mine.yaml") as opened:
        yield opened


CHANGED = "{} has changed and was read again; its sandbox starts again"
STAYS = "the scenario that was read last stays"


async def test_a_change_is_read_and_said(watched: Watched):
    """The new scenario decides, the sandbox begins anew, and one line says so; without a change nothing is said."""
    assert watched.code == "busy"
    watched.file.write_text(OK)
    await watched.look()
    assert watched.reported == [CHANGED.format(watched.file)]
    assert watched.server.sandbox.fax_jobs(watched.server.sandbox.first_account) == []
    assert watched.code == "ok"
    await watched.look()
    assert len(watched.reported) == 1


async def test_a_file_that_is_just_being_written_is_not_read(watched: Watched):
    """A change counts when two looks agree, so that half a file is never a scenario."""
    watched.file.write_text("")
    await watched.watch.check()
    watched.file.write_text(OK)
    await watched.watch.check()
    assert (watched.reported, watched.code) == ([], "busy")
    await watched.watch.check()
    assert (len(watched.reported), watched.code) == (1, "ok")


async def test_a_wrong_file_is_said_and_changes_nothing(watched: Watched):
    """Each problem has its line; the old scenario goes on; the corrected file is reported too."""
    watched.file.write_text("faxes: [{then: {msg_code: bussy}}]\nseed: x\n")
    await watched.look()
    file = watched.file
    assert watched.reported == [
        f"{file}:1:27: faxes[0].then.msg_code: 'bussy' is not a msg_code; did you mean 'busy'? "
        "(busy, file_error, hangup, no_answer, ok, unknown)",
        f"{file}:2:7: seed: 'x' is not a whole number",
        STAYS,
    ]
    assert watched.code == "busy"
    watched.file.write_text(BUSY)
    await watched.look()
    assert watched.reported[3:] == [f"{file} is as it was again"]
    watched.file.write_text(OK)
    await watched.look()
    assert watched.code == "ok"


async def test_an_editor_may_replace_the_file(watched: Watched):
    """A new file in the place of the old one is a change; a file that is gone is said, and may come back."""
    beside = watched.file.with_suffix(".new")
    beside.write_text(OK)
    beside.replace(watched.file)
    await watched.look()
    assert watched.code == "ok"
    watched.file.unlink()
    await watched.look()
    assert watched.reported[1:] == [f"{watched.file} is gone", STAYS]
    assert watched.code == "ok"
    watched.file.write_text(BUSY)
    await watched.look()
    assert watched.code == "busy"


async def test_a_file_written_again_as_it_was_resets_nothing(watched: Watched):
    """Saving without a change keeps the faxes."""
    assert watched.code == "busy"
    beside = watched.file.with_suffix(".new")
    beside.write_text(f"# the same\n{BUSY}")
    beside.replace(watched.file)
    await watched.look()
    assert watched.reported == []
    assert len(watched.server.sandbox.fax_jobs(watched.server.sandbox.first_account)) == 1


async def test_a_change_before_the_first_look_is_not_missed(tmp_path: Path):
    """A change between reading the file and watching it counts."""
    opened = Watched(tmp_path / "mine.yaml")
    opened.file.write_text(OK)
    async with opened:
        assert opened.reported == [CHANGED.format(opened.file)]
        assert opened.code == "ok"


async def test_a_key_of_another_sandbox_is_said(watched: Watched):
    """A file that names a key that a sandbox has cannot be used, and says so."""
    watched.server.sandboxes.create(load_scenario("busy"), "taken")
    watched.file.write_text("accounts: [{api_key: a}, {api_key: taken}]")
    await watched.look()
    assert watched.reported[0].startswith(f"{watched.file}: the api_key 'tak...' is taken by another account")
    assert watched.reported[1:] == [STAYS]
    assert watched.code == "busy"


def test_serve_watches_its_file(tmp_path: Path):
    """`serve --watch` reads a changed file within moments, keeps its flags, and says so on standard error."""
    file = tmp_path / "mine.yaml"
    file.write_text(BUSY)
    with serving("--scenario", str(file), "--watch", "--rate", "0", "--log-format", "off") as server:
        file.write_text("faxes: [")
        assert server.stderr.next().startswith(f"fakefax: {file}:2:1: ")
        assert server.stderr.next() == f"fakefax: {STAYS}"
        file.write_text("description: Mended.\naccounts: [{api_key: b}]\nclock: {rate: 9}\n")
        assert server.stderr.next() == f"fakefax: {CHANGED.format(file)}"
        assert server.ask("/_fakefax/scenario")["description"] == "Mended."
        assert server.ask("/_fakefax/account")["api_key"] == "b"
        assert server.ask("/_fakefax/clock")["rate"] == 0
        assert server.end() == 0


def test_a_log_of_json_stays_one(tmp_path: Path):
    """With --log-format json what the watch says is a line of JSON too, wrong files and changes alike."""
    file = tmp_path / "mine.yaml"
    file.write_text(BUSY)
    with serving("--scenario", str(file), "--watch", "--rate", "0", "--log-format", "json") as server:
        file.write_text("faxes: [")
        wrong, stays = (json.loads(server.stderr.next()) for _ in range(2))
        assert (wrong["kind"], wrong["message"].startswith(f"{file}:2:1: ")) == ("watch", True)
        assert stays == {"kind": "watch", "message": STAYS}
        file.write_text(OK)
        reported = [json.loads(server.stderr.next()) for _ in range(2)]
        assert {"kind": "watch", "message": CHANGED.format(file)} in reported
        assert server.end() == 0
