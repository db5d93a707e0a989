"""The documented table of faults, row by row: dialled, from the YAML and by the body that stand in the row.

The program's view is a list of events: each answer of a send and each receipt, with its simulated time.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from fakefax.core.faults.callback_faults import CALLBACK_FAULTS
from fakefax.core.faults.fault import FaultGroup
from fakefax.core.faults.table import GROUPS, TABLE, ReadyFault
from fakefax.core.real_time import real_seconds
from fakefax.scenario.loader import RuleError, check_rule, load_scenario
from fakefax.values.durations import format_duration
from tests.api.wire import DEADLINE, KEY, OK, ORDER, Receiver, Wire, open_wire
from tests.documentation import code, table

ROWS = {row[0]: row[1:] for row in table("faults")}
WAYS = ("dialled", "in a scenario", "at run time")


@dataclass(frozen=True)
class Expected:
    """The answers that the program sees. `polls` are its status polls at once, after 1 minute and after 6."""

    events: list[str]
    charged: int = 1
    sends: int = 1
    polls: list[str] = field(default_factory=list)
    real: float = 0


SENT, RECEIPT = "0s answer 200", "30s receipt 200"
EFFECTS = {
    **{
        f"the fax ends `{ending}`": Expected([SENT, f"{RECEIPT} {ending}"])
        for ending in ("ok", "busy", "no_answer", "hangup", "file_error", "unknown")
    },
    "`busy` for the first fax, then `ok`": Expected(
        [SENT, SENT, f"{RECEIPT} busy", "30s receipt 201 ok"], charged=2, sends=2
    ),
    "400, not enough balance": Expected(["0s answer 400 Insufficient balance"], charged=0),
    "400, invalid number": Expected(["0s answer 400 The fax_number is invalid"], charged=0),
    "400, unknown document": Expected(["0s answer 400 Document not found"], charged=0),
    "401": Expected(["0s answer 401 Unauthorized"], charged=0),
    "403, rate limit exceeded": Expected(["0s answer 403 Rate Limit Exceeded"], charged=0),
    "403 from the third send in a simulated minute on": Expected(
        [SENT, SENT, "0s answer 403 Rate Limit Exceeded", f"{RECEIPT} ok", "30s receipt 201 ok"], charged=2, sends=3
    ),
    "500": Expected(["0s answer 500 Internal Server Error"], charged=0),
    "500 for the first send, then none": Expected(
        ["0s answer 500 Internal Server Error", SENT, f"{RECEIPT} ok"], sends=2
    ),
    "502 with a body that is not JSON": Expected(["0s answer 502 <html>Bad Gateway</html>"], charged=0),
    "the connection is reset, nothing charged": Expected(["0s connection reset"], charged=0),
    "the reply is lost, nothing charged": Expected(["0s no answer"], charged=0),
    "the reply is lost, the fax charged": Expected(["0s no answer", f"{RECEIPT} ok"]),
    "half of the reply comes, the fax is charged": Expected(["0s half an answer", f"{RECEIPT} ok"]),
    "504, the fax charged": Expected(["0s answer 504 Gateway Timeout", f"{RECEIPT} ok"]),
    "the reply comes after a simulated minute, the fax is charged at once": Expected(
        [f"{RECEIPT} ok", "1m answer 200"]
    ),
    "the reply comes after a real second": Expected([SENT, f"{RECEIPT} ok"], real=1),
    "the receipt is never sent": Expected([SENT]),
    "the first attempt at the receipt is lost": Expected([SENT, "15m30s receipt 200 ok"]),
    "the receipt comes twice": Expected([SENT, f"{RECEIPT} ok", f"{RECEIPT} ok"]),
    "the 200 to the receipt is lost, so it comes again": Expected([SENT, f"{RECEIPT} ok", "15m30s receipt 200 ok"]),
    "the receipt comes five minutes late": Expected([SENT, "5m30s receipt 200 ok"]),
    "the receipt comes after the next fax's": Expected(
        [SENT, SENT, "30s receipt 201 ok", f"{RECEIPT} ok"], charged=2, sends=2
    ),
    "the receipt comes before the send is answered": Expected(["0s receipt 200 ok", SENT]),
    "the status answer knows the end before it has come": Expected(
        [SENT, f"{RECEIPT} ok"], polls=["success", "success", "success"]
    ),
    "the status answer lags behind the receipt": Expected(
        [SENT, f"{RECEIPT} ok"], polls=["executed", "executed", "success"]
    ),
    "a field of the receipt is not what it should be": Expected([SENT, f"{RECEIPT} melted"]),
}


def test_every_row_is_shown():
    """Each row of the table has an effect that the tests below look for, and there are no others."""
    assert set(EFFECTS) <= set(ROWS)
    assert [row.description for row in TABLE.values()] == list(ROWS)


def test_every_fault_says_what_it_does():
    """A fault of callbacks does something, or is a parameter of one that does; each can be had in some row."""
    for name, entry in CALLBACK_FAULTS.items():
        assert entry.does_something == (entry.parameter_of is None), name
    for faults in GROUPS.values():
        for name, fault in faults.items():
            assert fault.rows or fault.parameter_of or name == "mix", name


FAULTS = [row for row in TABLE.values() if row.group is not FaultGroup.ENDS]


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: row.name)
async def test_every_fault_is_carried_out(row: ReadyFault):
    """A program sees something else with each fault than without: none is accepted and then ignored."""
    assert await seen(row.group.section, row.dialled_when, row.then) != await seen()


BESIDE = [name for name, fault in CALLBACK_FAULTS.items() if not fault.of_send and not fault.parameter_of]


@pytest.mark.parametrize("name", BESIDE)
async def test_every_fault_beside_before_reply_is_carried_out_or_refused(name: str):
    """In one rule with `before_reply`, a fault of an attempt is carried out too, or the rule is refused."""
    then = {"before_reply": True, name: CALLBACK_FAULTS[name].example}
    if CALLBACK_FAULTS[name].posts_later or CALLBACK_FAULTS[name].stops:
        with pytest.raises(RuleError, match="keep one of the two"):
            check_rule("callbacks", {"then": then})
    else:
        assert await seen("callbacks", {}, then) != await seen("callbacks", {}, {"before_reply": True})


async def seen(section: str = "", when: Mapping[str, Any] = MappingProxyType({}), then: Any = None) -> object:
    """The answers to three sends and their polls, and all receipts of two hours, under one rule."""
    events: list[str] = []
    rig = Rig(events)
    async with (
        Receiver(rig.receive).listening() as receiver,
        open_wire("", callback_url=receiver.url) as rig.wire,
    ):
        if section:
            body = {"when": dict(when), "then": then}
            assert (await rig.wire.call("POST", f"/_fakefax/rules/{section}", json=body)).status == 201
        started = real_seconds()
        sends = [await rig.send(ORDER["fax_number"]) for _ in range(3)]
        polls = [await rig.poll()]
        if "real_delay" in str(then):
            await asyncio.gather(*sends)
        slow = real_seconds() - started >= 1
        for step in ("1m", "5m", "2h"):
            await rig.advance(step, sends)
            polls.append(await rig.poll())
        return events, polls, slow and "real_delay" in str(then)


def test_every_number_of_the_default_scenario_is_in_the_table():
    """The README lists every number that can be dialled, and no other."""
    scenario = load_scenario("default")
    rules: list[Any] = [*scenario.faxes, *scenario.requests, *scenario.callbacks]
    numbers = [rule.when.fax_number for rule in rules if rule.name != "answered"]
    assert [code(row[0])[0] for row in ROWS.values()] == numbers


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", EFFECTS)
async def test_each_fault_can_be_had_in_three_ways(what: str, way: str):
    """The number, the YAML and the run-time rule of a row all do what its first cell says."""
    expected = EFFECTS[what]
    async with trial(ROWS[what], way) as (rig, number):
        started = real_seconds()
        sends = [await rig.send(number) for _ in range(expected.sends)]
        polls = [await rig.poll()] if expected.polls else []
        for step in ("59s", "1s", "5m", "2h"):
            if expected.real:
                await asyncio.gather(*sends)
                assert real_seconds() - started >= expected.real
            await rig.advance(step, sends)
            if expected.polls and step in ("1s", "5m"):
                polls.append(await rig.poll())
        assert rig.events == expected.events
        assert polls == expected.polls
        books = await rig.wire.get("ledger")
        assert len(books["entries"]) == expected.charged
        assert (await rig.wire.get("audit"))["ok"] is True
        faults = (await rig.wire.get("journal?kind=fault"))["entries"]
        assert bool(faults) == ("`faxes" not in ROWS[what][1])


@asynccontextmanager
async def trial(row: list[str], way: str) -> "AsyncIterator[tuple[Rig, str]]":
    """A sandbox with the fault of a row, and the number to send to."""
    dial, in_a_scenario, at_run_time = (code(cell) for cell in row)
    events: list[str] = []
    rig = Rig(events)
    async with (
        Receiver(rig.receive).listening() as receiver,
        open_wire(
            {"dialled": None, "in a scenario": in_a_scenario[0], "at run time": ""}[way], callback_url=receiver.url
        ) as rig.wire,
    ):
        if way == "at run time":
            section, rule = at_run_time
            answer = await rig.wire.call("POST", f"/_fakefax/rules/{section}", json=json.loads(rule))
            assert answer.status == 201, answer
        yield rig, dial[0] if way == "dialled" else ORDER["fax_number"]


class Rig:
    """A program: it sends, it polls, it takes receipts; `events` is what it saw."""

    wire: Wire

    def __init__(self, events: list[str]) -> None:
        self.events = events

    def saw(self, what: str) -> None:
        clock = self.wire.server.sandbox.clock
        begin = self.wire.server.sandbox.journal.entries()[0].at
        self.events.append(f"{format_duration(clock.now - begin)} {what}")

    async def receive(self, request: bytes) -> bytes:
        form = dict(parse_qsl(request.partition(b"\r\n\r\n")[2].decode()))
        self.saw(f"receipt {form['fax_job_id']} {form['msg_code']}")
        return OK

    async def send(self, fax_number: str) -> "asyncio.Task[None]":
        """Start to send; return when it is answered, or when a fault of it is in the journal."""
        heard = asyncio.Event()
        journal = self.wire.server.sandbox.journal
        before = journal.last_seq
        journal.listen(lambda entry: heard.set() if entry.kind == "fault.request" else None)
        task = asyncio.ensure_future(self._send(fax_number))
        hearing = asyncio.ensure_future(heard.wait())
        await asyncio.wait({task, hearing}, timeout=DEADLINE, return_when=asyncio.FIRST_COMPLETED)
        hearing.cancel()
        assert journal.last_seq > before
        if not self._held_back:
            await asyncio.wait_for(task, DEADLINE)
        return task

    async def _send(self, fax_number: str) -> None:
        query = urlencode(ORDER | {"fax_number": fax_number})
        request = f"POST /api/v2/fax?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", int(self.wire.url.rpartition(":")[2]))
        try:
            writer.write(request.encode())
            self.saw(_told(await reader.read()))
        except ConnectionResetError:
            self.saw("connection reset")
        finally:
            writer.close()

    @property
    def _held_back(self) -> bool:
        """Whether an answer waits for simulated time."""
        return any("answer to" in timer.name for timer in self.wire.server.sandbox.clock.timers())

    async def poll(self) -> str:
        answer = await self.wire.call("GET", f"/api/v2/fax/200/status?api_key={KEY}")
        return str(answer.json["status"])

    async def advance(self, span: str, sends: "list[asyncio.Task[None]]") -> None:
        assert (await self.wire.post("clock/advance", {"by": span}))["settled"] is True
        if not self._held_back:
            async with asyncio.timeout(DEADLINE):
                await asyncio.gather(*sends)


def _told(answer: bytes) -> str:
    """An answer in short: its status, and the message of an error."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head:
        return "no answer"
    length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length: "))[16:]
    if len(body) < int(length):
        return "half an answer"
    status = head.split(b" ")[1].decode()
    try:
        message = json.loads(body).get("message", "")
    except ValueError:
        message = body.decode()
    return f"answer {status} {message}".strip()
