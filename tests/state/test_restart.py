"""serve --state: what another run of the server has left is where the next one goes on."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from fakefax.core.real_time import breathe
from fakefax.sandbox.keeping import NotKept, StateOptions, Sync
from fakefax.state.database import StateRefused
from fakefax.state.database.file import StateFile
from tests.api.wire import DEADLINE, KEY, NOT_NOW, OK, Receiver, Wire, always, hang, open_wire
from tests.control.test_events import following

pytestmark = pytest.mark.usefixtures("shared_pool")

SCENARIO = """
accounts:
  - {api_key: "f@x2r0ckkz", balance: 100, numbers: ["+4930555"], documents: [{id: 10, pages: 1}]}
faxes:
  - {when: {fax_number: "+1*"}, times: 2, then: {msg_code: busy}}
  - {when: {fax_number: "+49*"}, then: {mix: {ok: 1, hangup: 1, busy: 1}, after: 1s..10m}}
"""

LOOKS = (
    *("faxes?detail=true", "account", "ledger", "audit", "rules", "incoming-faxes"),
    *("clock", "rules/faxes"),
)


def kept_in(
    file: Path,
    scenario: str = SCENARIO,
    sync: Sync = Sync.NORMAL,
    flags: dict[str, object] | None = None,
    **rest: Any,
) -> AbstractAsyncContextManager[Wire]:
    return open_wire(scenario, state=StateOptions(file, sync, flags or {}), **rest)


def crashed(file: Path) -> Path:
    """The file that kill -9 would leave at this moment."""
    left = file.with_name(f"left-of-{file.name}")
    for end in ("", "-wal"):
        shutil.copy(f"{file}{end}", f"{left}{end}")
    return left


async def looks(wire: Wire) -> dict[str, Any]:
    found = {path: await wire.get(path) for path in LOOKS}
    found["files"] = (await wire.call("GET", f"/api/v2/files?api_key={KEY}")).json
    entries = (await wire.get("journal?limit=1000"))["entries"]
    found["journal"] = [entry for entry in entries if entry["kind"] not in ("clock.changed", "request")]
    return found


async def a_bit_of_everything(wire: Wire) -> None:
    """Faxes, an upload, a user, a number, faxes that arrived and will, a rule, another rate and URL."""
    for number in ("+15555", "+49111", "+49222", "+49333"):
        await wire.send(fax_number=number)
    form = aiohttp.FormData()
    form.add_field("file", b"a letter", filename="letter.txt")
    uploaded = (await wire.call("POST", f"/api/v2/files?api_key={KEY}", data=form)).json["document_id"]
    await wire.send(fax_number="+49444", document_id=str(uploaded))
    registered = await wire.call("POST", "/api/v2/user", data={"email": "me@example.com", "password": "secret"})
    assert registered.status == 200
    assert (await wire.call("POST", f"/api/v2/countries/didgroups/67/provision?api_key={KEY}")).status == 200
    for after in ("0s", "2h"):
        made = {"to": "+4930555", "from": "4420", "text": "hello", "after": after}
        assert (await wire.call("POST", "/_fakefax/incoming-faxes", json=made)).status == 200
    rule = {"when": {"fax_number": "+33*"}, "then": [{"msg_code": "busy"}, {"msg_code": "ok"}]}
    assert (await wire.call("POST", "/_fakefax/rules/faxes", json=rule)).status == 201
    await wire.send(fax_number="+33555")
    await wire.post("clock/advance", {"by": "5m"})


@pytest.mark.parametrize("sync", Sync)
async def test_everything_goes_on(tmp_path: Path, sync: Sync):
    """After kill -9 everything is as it was told, and what comes then is what would have come."""
    file = tmp_path / "state.db"
    async with kept_in(file, sync=sync) as wire:
        await a_bit_of_everything(wire)
        before = await looks(wire)
        left = crashed(file)
        await wire.send(fax_number="+33555")
        await wire.send(fax_number="+49555")
        await wire.post("clock/advance", {"by": "3h"})
        after, arrived = await wire.get("faxes?detail=true"), await wire.get("incoming-faxes")
    async with kept_in(left) as again:
        assert await looks(again) == before
        entries = (await again.get("journal?kind=clock.changed"))["entries"]
        assert entries[0]["message"] == "clock: time stood still while fakefax was down"
        logged_in = {"email": "me@example.com", "password": "secret"}
        assert (await again.call("POST", "/api/v2/user/login", data=logged_in)).status == 200
        await again.send(fax_number="+33555")
        await again.send(fax_number="+49555")
        await again.post("clock/advance", {"by": "3h"})
        assert without_seq(await again.get("faxes?detail=true")) == without_seq(after)
        assert await again.get("incoming-faxes") == arrived


def without_seq(faxes: dict[str, Any]) -> list[dict[str, Any]]:
    """All of each fax but where it stands in the journal, which has an entry more after a restart."""
    return [{name: value for name, value in fax.items() if name != "seq"} for fax in faxes["faxes"]]


async def test_a_receipt_goes_on_at_its_own_time(tmp_path: Path):
    """A receipt with 57 refused attempts is posted a 58th time, 15 minutes after the 57th was due."""
    file = tmp_path / "state.db"
    async with Receiver(always(NOT_NOW)).listening() as endpoint:
        async with kept_in(file, callback_url=endpoint.url) as wire:
            await wire.send(fax_number="+49555", document_id="10")
            await wire.post("clock/advance", {"by": "10m"})
            await wire.post("clock/advance", {"by": "14h"})
            (first,) = (await wire.get("faxes?detail=true"))["faxes"]
            assert len(first["attempts"]) == 57
            left = crashed(file)
        async with kept_in(left) as again:
            assert endpoint.arrived.qsize() == 57
            await again.post("clock/advance", {"until": "next"})
            (fax,) = (await again.get("faxes?detail=true"))["faxes"]
    assert endpoint.arrived.qsize() == 58
    assert fax["attempts"][:57] == first["attempts"]
    assert (fax["attempts"][57]["attempt"], fax["attempts"][57]["due"]) == (58, first["next_due"])


async def test_an_unanswered_attempt_is_posted_again(tmp_path: Path):
    """An attempt whose answer had not come is posted again, and once it is acknowledged never more."""
    file = tmp_path / "state.db"
    fixed = {"fax_number": "+33555", "document_id": "10"}
    async with Receiver(hang).listening() as endpoint, kept_in(file, callback_url=endpoint.url) as wire:
        await wire.send(**fixed)
        advance = asyncio.create_task(wire.call("POST", "/_fakefax/clock/advance", json={"by": "1m"}))
        await endpoint.next()
        left = crashed(file)
        advance.cancel()
        await asyncio.gather(advance, return_exceptions=True)
    async with Receiver(always(OK)).listening() as endpoint:
        with closing(
            sqlite3.connect(left)
        ) as connection:  # the URL of an attempt on its way is the one that it had
            connection.execute("PRAGMA journal_mode = DELETE")
            records = connection.execute("SELECT url FROM deliveries").fetchall()
            assert len(records) == 1
            connection.execute("UPDATE kept_deliveries SET record = json_set(record, '$.url', ?)", [endpoint.url])
            connection.commit()
        async with kept_in(left) as again:
            assert b"fax_job_id=200" in await endpoint.next()
            await again.post("clock/advance", {"by": "48h"})
            (fax,) = (await again.get("faxes?detail=true"))["faxes"]
        assert (fax["receipt"], len(fax["attempts"])) == ("acknowledged", 1)
        async with kept_in(left) as again:
            await again.post("clock/advance", {"by": "48h"})
        assert endpoint.arrived.empty()


async def test_flags_win_over_the_file_and_the_file_over_the_scenario(tmp_path: Path):
    """The file has balance, URL and time; a flag changes them; rules are the scenario's; changes are told."""
    file = tmp_path / "state.db"
    async with kept_in(file, callback_url="http://127.0.0.1:9/one") as wire:
        assert wire.server.state_told == [f"begins anew, kept in {file}"]
        for number in ("+15555", "+49555"):
            await wire.send(fax_number=number)
        await wire.post("clock/advance", {"by": "20m"})
        drawn = (await wire.get("rules/faxes"))["rules"]
    changed = SCENARIO.replace("times: 2", "times: 9").replace("balance: 100", "balance: 7")
    async with kept_in(file, changed, callback_url="http://127.0.0.1:9/one") as wire:
        found, *differences = wire.server.state_told
        assert found == f"2 faxes, clock at 2026-01-05 09:20:00, kept in {file}"
        assert differences == [
            "the scenario has changed; faxes: as it says now",
            "the scenario has changed; accounts: as the file has them",
        ]
        account = await wire.get("account")
        assert (account["balance"], account["callback_url"]) == (99.7, "http://127.0.0.1:9/one")
        rules = (await wire.get("rules/faxes"))["rules"]
        assert [rule["used"] for rule in rules] == [0, drawn[1]["used"]] == [0, 1]
    flags: dict[str, object] = {"balance": "50", "callback_url": "http://127.0.0.1:9/two", "rate": 5.0}
    async with kept_in(file, flags=flags) as wire:
        account = await wire.get("account")
        assert (account["balance"], account["callback_url"]) == (50, "http://127.0.0.1:9/two")
        assert (await wire.get("clock"))["rate"] == 5
        assert (await wire.get("audit"))["ok"]
    with pytest.raises(StateRefused, match="--api-key is not the key of the first account"):
        async with kept_in(file, flags={"api_key": "another"}):
            pass


async def test_resets_and_sandboxes_that_a_person_made_are_kept(tmp_path: Path):
    """A reset is in the file. A sandbox is when it was made as kept, until it is deleted; one of a test is not."""
    file = tmp_path / "state.db"
    async with kept_in(file) as wire:
        await wire.send()
        await wire.post("reset")
        keys = []
        for kept in (True, True, False):
            made = await wire.call("POST", "/_fakefax/sandboxes", json={"kept": kept, "rate": 0})
            keys.append(made.json["api_key"])
            await wire.send(api_key=keys[-1])
        await wire.call("DELETE", f"/_fakefax/sandboxes?api_key={keys[0]}")
        left = crashed(file)
    async with kept_in(left) as again:
        assert (await again.get("faxes"))["total"] == 0
        listed = (await again.get("sandboxes"))["sandboxes"]
        assert len(listed) == 2
        (fax,) = (await again.get(f"faxes?api_key={keys[1]}"))["faxes"]
        assert fax["fax_job_id"] == 202
        assert (await again.send(api_key=keys[1]))["fax_job_id"] == 204
        for gone in (keys[0], keys[2]):
            assert (await again.call("GET", f"/_fakefax/faxes?api_key={gone}")).status == 404
        fresh = await again.call("POST", "/_fakefax/sandboxes", json={})
        assert fresh.json["api_key"] not in keys


async def test_a_scenario_that_was_put_in_force_stays(tmp_path: Path):
    """A scenario put in force at run time is there after a restart; a changed one of the command line wins."""
    file, other = tmp_path / "state.db", SCENARIO.replace("msg_code: busy", "msg_code: hangup")
    async with kept_in(file) as wire:
        put = await wire.call("PUT", "/_fakefax/scenario", data=other)
        assert put.status == 200, put
        await wire.send(fax_number="+15555")
    for _ in range(2):
        async with kept_in(file, flags={"rate": 1.0}, rate=1) as again:
            assert len(again.server.state_told) == 1
            assert (await again.get("rules/faxes"))["rules"][0]["written"]["then"] == {"msg_code": "hangup"}
            assert (await again.get("rules/faxes"))["rules"][0]["used"] == 1
    async with kept_in(file, SCENARIO.replace("times: 2", "times: 3")) as changed:
        assert changed.server.state_told[1:] == ["the scenario has changed; faxes: as it says now"]
        assert (await changed.get("rules/faxes"))["rules"][0]["written"]["then"] == {"msg_code": "busy"}


async def test_a_snapshot_that_was_loaded_is_kept(tmp_path: Path):
    """A snapshot in force is in the file as a whole, in place of what was there."""
    file = tmp_path / "state.db"
    async with kept_in(file) as wire:
        await a_bit_of_everything(wire)
        saved = await wire.call("GET", "/_fakefax/snapshot?keys=true")
        for _ in range(3):
            await wire.send()
        loaded = await wire.call("PUT", "/_fakefax/snapshot", data=saved.body)
        assert loaded.status == 200, loaded
        await wire.send()
        before = await looks(wire)
        left = crashed(file)
    async with kept_in(left) as again:
        assert await looks(again) == before


def refusing(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A disk that is full as long as something is in this list."""
    full: list[bool] = []
    commit = StateFile.commit

    def refuse(self: StateFile) -> None:
        if full:
            self.roll_back()
            raise NotKept("the disk is full")
        commit(self)

    monkeypatch.setattr(StateFile, "commit", refuse)
    return full


async def test_a_change_that_the_disk_refuses_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A full disk is a 500 with the reason: no fax, no charge. Time stands still until there is room again."""
    file, full = tmp_path / "state.db", refusing(monkeypatch)
    async with kept_in(file, rate=60) as wire:
        await wire.send()
        full.append(True)
        for _ in range(2):  # one that fails as it is written, one that is refused at the door
            answer = await wire.call("GET", f"/api/v2/fax?api_key={KEY}&fax_number=%2B49777&document_id=10")
            assert (answer.status, answer.reason) == (500, "nothing was done or charged: the disk is full")
        assert (await wire.call("POST", "/_fakefax/reset")).status == 500
        ready = await wire.call("GET", "/_fakefax/readyz")
        assert (ready.status, ready.json["message"]) == (503, "the disk is full")
        assert (await wire.get("account"))["balance"] == 99.85
        assert (await wire.get("faxes"))["total"] == 1
        assert (await wire.get("clock"))["rate"] == 0
        assert [entry["kind"] for entry in (await wire.get("journal?kind=state"))["entries"]] == ["state.failed"]
        full.clear()
        async with asyncio.timeout(DEADLINE):
            while (await wire.call("GET", "/_fakefax/readyz")).status != 200:
                await breathe()
        sent = await wire.send(fax_number="+49777")
        assert sent["fax_job_id"] > 201
        assert (await wire.get("clock"))["rate"] == 60
        entries = (await wire.get("journal?kind=state"))["entries"]
        assert [entry["kind"] for entry in entries] == ["state.failed", "state.recovered"]
        assert (await wire.get("audit"))["ok"]
        left = crashed(file)
    async with kept_in(left) as again:
        assert [fax["fax_job_id"] for fax in (await again.get("faxes"))["faxes"]] == [200, sent["fax_job_id"]]
        assert len((await again.get("journal?kind=state"))["entries"]) == 2


async def test_the_stream_of_events_has_what_is_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No entry is sent before it is kept, however long that takes; what could not be kept is never sent."""
    file, full = tmp_path / "state.db", refusing(monkeypatch)
    monkeypatch.setattr("fakefax.state.database.commits.QUIET_TURNS", 300)
    monkeypatch.setattr("fakefax.state.database.commits.MOST_TURNS", 300)
    async with kept_in(file) as wire, following(wire) as stream:
        seen = (await stream.next()).data["last_seq"]
        with closing(sqlite3.connect(file)) as connection:
            for number in range(5):
                changing = asyncio.create_task(wire.patch("account", {"balance": 50 + number}))
                seen = (await stream.seqs(seen + 1))[-1]
                assert connection.execute("SELECT max(seq) FROM journal").fetchone()[0] >= seen
                await changing
        full.append(True)
        assert (await wire.call("PATCH", "/_fakefax/account", json={"balance": 77})).status == 500
        events = [await stream.next()]
        while "state.failed" not in str(events[-1]):
            events.append(await stream.next())
        assert "77" not in "".join(str(event.data.get("entries")) for event in events if event.name == "entries")
        full.clear()


async def test_sandboxes_that_are_not_kept_go_on_beside_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The receipts of a test's sandbox wait for no disk, and none is left hanging."""

    def refuse(self: StateFile) -> None:
        self.roll_back()
        raise NotKept("the disk is full")

    async with Receiver(always(OK)).listening() as endpoint, kept_in(tmp_path / "state.db") as wire:
        made = {"rate": 0, "callback_url": endpoint.url}
        key = (await wire.call("POST", "/_fakefax/sandboxes", json=made)).json["api_key"]
        await wire.send(api_key=key)
        monkeypatch.setattr(StateFile, "commit", refuse)
        assert (await wire.call("GET", f"/api/v2/balance?api_key={KEY}")).status == 500
        sandbox = wire.server.sandboxes.find(key)
        assert sandbox is not None
        await sandbox[0].walk(lambda clock: clock.run_until_idle())
        assert b"fax_job_id=200" in await endpoint.next()
        (fax,) = (await wire.get(f"faxes?api_key={key}"))["faxes"]
        assert fax["receipt"] == "acknowledged"
        monkeypatch.undo()


async def test_a_wall_clock_that_was_set_back_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Simulated time goes on from the file, whatever the machine's clock says."""
    file = tmp_path / "state.db"
    async with kept_in(file) as wire:
        await wire.send()
        await wire.post("clock/advance", {"by": "1h"})
    for module in ("server.app", "state.database.keeper", "sandbox.registry", "sandbox.sandbox"):
        monkeypatch.setattr(f"fakefax.{module}.wall_clock", lambda: datetime(1999, 1, 1, tzinfo=UTC))
    async with kept_in(file) as again:
        assert (await again.get("clock"))["now"] == "2026-01-05T10:00:00Z"
        assert (await again.send())["fax_job_id"] == 201


async def test_a_copy_that_was_made_while_it_ran(tmp_path: Path):
    """SQLite's own backup of a file in use is a file to go on from."""
    file, copy = tmp_path / "state.db", tmp_path / "copy.db"
    async with kept_in(file) as wire:

        def back_up() -> None:
            with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target, pages=5)

        sends: Callable[[], Any] = wire.send
        await sends()
        await asyncio.gather(asyncio.to_thread(back_up), *(sends() for _ in range(20)))
        await sends()
    async with kept_in(copy) as again:
        faxes = (await again.get("faxes"))["faxes"]
        assert [fax["fax_job_id"] for fax in faxes] == list(range(200, 200 + len(faxes)))
        assert (await again.get("audit"))["ok"]
        assert (await again.send())["fax_job_id"] == 200 + len(faxes)


def test_without_it_nothing_is_imported():
    """In memory neither SQLite nor anything of the state file is loaded."""
    code = (
        "import asyncio, sys\n"
        "from fakefax.server.app import Server, ServerOptions\n"
        "from fakefax.scenario.loader import load_scenario\n"
        "async def main():\n"
        "    async with Server(load_scenario('default'), ServerOptions(port=0)): pass\n"
        "asyncio.run(main())\n"
        "print([name for name in sys.modules if 'sqlite3' in name or name.startswith('fakefax.state')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
