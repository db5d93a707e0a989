"""kill -9 under load, again and again: what was answered is there afterwards, as an outside observer has it."""

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import AbstractContextManager, closing
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from fakefax.core.models import Document, FaxOrder
from fakefax.scenario.loader import load_scenario
from fakefax.scenario.rules import SandboxRules
from tests.processes import DEADLINE, Serving, serving
from tests.state.observer import KEY

KILLS = int(os.environ.get("FAKEFAX_TORTURE", "2"))
"""How often the server is killed; 100 is the full test, which takes a minute or two."""

JUST_ANSWERED = 2.0
"""Real seconds around a kill in which an answer to a receipt may not have been written, or came too late for it."""

SCENARIO = """
seed: 11
pricing: {per_page: 0.10}
accounts:
  - {api_key: "f@x2r0ckkz", balance: 100000, documents: [{id: 10, pages: 3}]}
faxes:
  - {when: {fax_number: "+1555*", nth: "20..60"}, then: {msg_code: busy, after: 1s..20s}}
  - {when: {fax_number: "+1555*"}, times: 40, then: {msg_code: hangup, after: 1s..20s}}
  - {when: {fax_number: "+1555*"}, then: {mix: {ok: 2, no_answer: 1}, after: 1s..20s}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def server(port: int, file: Path, *options: str) -> AbstractContextManager[Serving]:
    """A server that keeps its state."""
    return serving("--state", str(file), "--log-format", "off", *options, "--port", str(port))


class Watched:
    """The observer's process."""

    def __init__(self, port: int, seed: int, record: Path) -> None:
        self._record = record
        command = [sys.executable, "-m", "tests.state.observer", str(port), str(seed), str(record)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.endpoint = f"http://127.0.0.1:{self._line()}/faxto"

    def _line(self) -> str:
        out: IO[str] | None = self._process.stdout
        assert out is not None
        return out.readline().strip()

    def next_step(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def quiet(self) -> None:
        """No more load."""
        self.next_step()
        assert self._line() == "quiet"

    def record(self) -> dict[str, Any]:
        """All that it has seen."""
        self.next_step()
        self._process.wait(DEADLINE)
        found: dict[str, Any] = json.loads(self._record.read_text(encoding="utf-8"))
        return found

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def test_every_answered_request_is_there_after_kill_9(tmp_path: Path):
    """A server is killed at random moments under load. Nothing that was answered is lost, or there twice."""
    chance, port = random.Random(KILLS), free_port()
    scenario = tmp_path / "torture.yaml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    observer = Watched(port, KILLS, tmp_path / "record.json")
    options = ["--scenario", str(scenario), "--callback-url", observer.endpoint]
    kills = []
    try:
        for turn in range(KILLS):
            with server(
                port, tmp_path / "state.db", *options, *(["--rate", "600"] if turn == 0 else [])
            ) as running:
                if turn == 0:
                    observer.next_step()
                else:
                    assert ask(running, "audit")["problems"] == []
                time.sleep(0.2 + chance.random() * 0.6)
                running.process.send_signal(signal.SIGKILL)
                kills.append(time.monotonic())
        with server(port, tmp_path / "state.db", *options, "--rate", "0") as running:
            observer.quiet()
            advance = ask(running, "clock/advance", {"until": "idle", "budget": "10s"})
            assert advance["settled"], advance["message"]
            record = observer.record()
            check(record, running, kills, tmp_path)
            check_bytes(record, tmp_path / "state.db")
            assert running.end() == 0
    finally:
        observer.kill()


def ask(running: Serving, path: str, body: object = None) -> Any:
    return running.ask(f"/_fakefax/{path}", body)


def check(record: dict[str, Any], running: Serving, kills: list[float], folder: Path) -> None:
    """Hold what the observer was answered against what the server has."""
    faxes = {fax["fax_job_id"]: fax for fax in listed(running)}
    books = ask(running, "audit")
    entries = ledger(running)
    sent = {answer["fax_job_id"]: answer for answer in record["sent"]}
    print(
        f"{len(kills)} kills: {len(sent)} sends answered, {len(record['unanswered'])} not, {len(faxes)} faxes, "
        f"{len(record['uploaded'])} uploads, {sum(map(len, record['posts'].values()))} posts"
    )
    assert record["failed"] == record["refused"] == []
    # Nothing lost, nothing twice.
    assert len(sent) == len(record["sent"]), "an id was given twice"
    for fax_job_id, answer in sent.items():
        assert faxes[fax_job_id]["fax_number"] == answer["fax_number"]
        assert faxes[fax_job_id]["cost"] == answer["cost"]
    numbers = Counter(fax["fax_number"] for fax in faxes.values())
    assert max(numbers.values()) == 1
    assert set(numbers) <= {answer["fax_number"] for answer in sent.values()} | set(record["unanswered"])
    # Charged once, and balances told add up.
    charges = Counter(entry["fax_job_id"] for entry in entries)
    assert charges == dict.fromkeys(faxes, 1)
    balances = {Decimal(str(entry["balance"])) for entry in entries}
    assert {Decimal(str(answer["user_cash_balance"])) for answer in sent.values()} <= balances
    assert books["problems"] == []
    # Rules kept their counters, and the seed its position.
    assert [fax["msg_code"] for _, fax in sorted(faxes.items())] == outcomes(folder, len(faxes))
    # Receipts: each is delivered, and none is posted after its 200 was written.
    for fax_job_id, fax in faxes.items():
        posts = record["posts"].get(str(fax_job_id), [])
        assert fax["receipt"] == "acknowledged", fax
        assert any(status == 200 for _, status in posts)
        first = next(at for at, status in posts if status == 200)
        for at, _ in posts:
            if at > first:
                assert any(first - JUST_ANSWERED <= kill <= min(at, first + JUST_ANSWERED) for kill in kills)
        reported = record["acknowledged"].get(str(fax_job_id))
        assert reported is None or all(at <= reported for at, _ in posts)
    # Time never went back.
    assert record["clock"] == sorted(record["clock"])


def check_bytes(record: dict[str, Any], file: Path) -> None:
    """Every upload that was answered has its bytes in the file."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        digests = dict(connection.execute("SELECT document_id, digest FROM documents WHERE digest <> ''"))
        assert {
            int(document_id): digest for document_id, digest in record["uploaded"].items()
        }.items() <= digests.items()
        kept = {digest for (digest,) in connection.execute("SELECT digest FROM files WHERE size > 0")}
    assert set(record["uploaded"].values()) <= kept


def listed(running: Serving) -> list[dict[str, Any]]:
    """All faxes, page by page."""
    faxes: list[dict[str, Any]] = []
    while True:
        after = f"&after={faxes[-1]['fax_job_id']}" if faxes else ""
        page = ask(running, f"faxes?limit=1000{after}")
        faxes += page["faxes"]
        if not page["more"]:
            return faxes


def ledger(running: Serving) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(running, "ledger")["entries"]
    return found


def outcomes(folder: Path, count: int) -> list[str]:
    """How so many faxes end when nothing is killed: the same rules, from the same seed."""
    rules = SandboxRules(load_scenario(str(folder / "torture.yaml")))
    order = FaxOrder(KEY, "+15550000000", Document(10, "letter.pdf", 3))
    return [str(rules.decide_fax(order).action.msg_code) for _ in range(count)]
