"""Runs a bundle again: the same inputs at the same simulated times, with the answers of its endpoint or another."""

import asyncio
import base64
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from msgspec.json import decode

from fakefax.bundles.files import WrongBundle
from fakefax.bundles.injected import Answers, Bundle, equipped
from fakefax.bundles.journals import first_difference
from fakefax.core.clock import Clock
from fakefax.core.real_time import breathe
from fakefax.sandbox.recording import Input
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices, Transform
from fakefax.scenario.loader import ScenarioError, check_scenario
from fakefax.scenario.overrides import override
from fakefax.scenario.schema import Scenario
from fakefax.server.app import Server, ServerOptions
from fakefax.values.forms import FilePart, multipart

PATIENCE = 15.0
"""Real seconds that one step of a replay may take before it is given up."""

CLOCK = "/_fakefax/clock"


class CannotReplay(Exception):
    """A bundle that cannot be run again, or an input that went another way; the message says which, and why."""


class Replayed(NamedTuple):
    """The result: the bundle of the replay, and the inputs that could not be repeated, each as a sentence."""

    bundle: Bundle
    notes: list[str]


class Replay:
    """A server with one sandbox, the bundle's. Use it with `async with`; then `run`, or `run_until`.

    Without a `url` every attempt is answered as it was; with one it is made there, `by_hand` only after the replay.
    """

    def __init__(
        self,
        bundle: Bundle,
        url: str | None = None,
        received_url: str | None = None,
        *,
        options: ServerOptions | None = None,
        by_hand: bool = False,
    ) -> None:
        self._bundle = bundle
        self._inputs: list[Input] = bundle["inputs"]
        if not bundle["whole"]:
            raise CannotReplay(
                f"the bundle has only the first {len(self._inputs):,} inputs of its run; make a shorter test"
            )
        self._urls = url, received_url or url
        self._live = url is not None and not by_hand
        self.flows = not self._live and _flowed(bundle)
        self.notes: list[str] = []
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._answers: Answers | None = None
        try:
            scenario = check_scenario(bundle["scenario"], "the bundle's scenario")
            self.server = Server(
                scenario,
                options or ServerOptions(port=0),
                transform=_amended(bundle, paused=self.flows or self._live),
                equip=self._equip,
                owned=bundle["owned"],
            )
        except (ScenarioError, ValueError) as error:
            raise WrongBundle(f"the bundle's scenario cannot be used: {error}") from None

    async def __aenter__(self) -> "Replay":
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._under_way.values():
            task.cancel()
        await self.server.stop()

    @property
    def sandbox(self) -> Sandbox:
        return self.server.sandbox

    async def run(self) -> Replayed:
        """Run all of it. Raises CannotReplay."""
        if self.flows or self._live:
            await self._run_by_time()
        else:
            await self._run_in_order(len(self._inputs))
        return Replayed(await self._made(), self.notes)

    async def run_until(self, seq: int) -> None:
        """Run what came before this entry of the journal, then hand over. Raises CannotReplay."""
        entries = self._bundle["outcome"]["journal"]
        wanted = next((entry for entry in entries if entry["seq"] == seq), None)
        if wanted is None:
            last = entries[-1]["seq"] if entries else 0
            raise CannotReplay(f"the bundle has no entry {seq}; its entries are 1 to {last}")
        await self._stop_before(seq, datetime.fromisoformat(wanted["at"]))
        self.hand_over()

    def hand_over(self) -> None:
        """From now on make attempts for real, and keep the clock still."""
        assert self._answers is not None
        self._answers.live = True
        self.sandbox.clock.rate = 0

    # Everything in the order of the bundle, while simulated time stands still between the inputs.

    async def _run_in_order(self, most: int, until: Callable[[], bool] = lambda: False) -> None:
        ends = {item["done"] for item in self._inputs if "done" in item}
        for number, item in enumerate(self._inputs[:most], 1):
            if until():
                return
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._step(item, ends)
            except TimeoutError:
                difference = first_difference(self._bundle, await self._made())
                raise CannotReplay(f"{self._stuck(number, item)}: {difference}") from None

    async def _step(self, item: Input, ends: set[int]) -> None:
        if "answer" in item:
            assert self._answers is not None
            await self._answers.give(item)
            for _ in range(3):  # the attempt is noted, and its dispatcher goes on
                await breathe()
        elif "done" in item:
            await self._under_way.pop(item["done"])
        elif "request" in item or "control" in item:
            task = asyncio.create_task(self._send(item))
            if item["n"] not in ends:
                await task
                return
            self._under_way[item["n"]] = task
            begun = len(self._noted())
            while len(self._noted()) == begun and not task.done():
                await breathe()

    def _noted(self) -> list[Input]:
        recording = self.sandbox.recording
        assert recording is not None
        return recording.inputs

    def _stuck(self, number: int, item: Input) -> str:
        what = next(name for name in ("request", "control", "answer", "done", "fetched") if name in item)
        journal = self.sandbox.journal
        return (
            f"input {number} of {len(self._inputs)} ({what}, at {item['at']}) did not happen again within "
            f"{PATIENCE:g}s, after entry {journal.last_seq}"
        )

    # By time alone: of a clock that flowed, and with another endpoint, which may need fewer attempts or more.

    async def _run_by_time(self) -> None:
        if self._answers is not None and not self._live:
            self._answers.take_by_body(self._inputs)
        for item in self._inputs:
            if "request" not in item and "control" not in item:
                continue
            if item.get("control", {}).get("target", "").startswith(CLOCK):
                continue
            await self._walk_to(datetime.fromisoformat(item["at"]))
            task = asyncio.create_task(self._send(item))
            self._under_way[item["n"]] = task
            await asyncio.wait([task], timeout=0.5)  # a reply may come only when simulated time has gone by
        await self._walk_to(datetime.fromisoformat(self._bundle["now"]))
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=PATIENCE)

    async def _walk_to(self, moment: datetime) -> None:
        if moment >= self.sandbox.clock.now:
            advance = await self.sandbox.walk(partial(_to, moment))
            if not advance.settled:
                raise CannotReplay(f"simulated time stopped at {advance.now.isoformat()}: {advance.message}")

    async def _stop_before(self, seq: int, at: datetime) -> None:
        """Run the inputs before the one that led to an entry; of an advance that did, what came before its time."""
        if self.flows:
            raise CannotReplay("--until needs a run whose clock stood still; without it the whole run is served")
        place, walk = await self._place_of(seq)
        await self._run_in_order(place)
        self.hand_over()
        before = at - timedelta(microseconds=1)
        if walk and before > self.sandbox.clock.now:
            assert self._answers is not None
            self._answers.live = False
            self._answers.take_by_body(_not_given(self._inputs, place))
            await self._walk_to(before)

    async def _place_of(self, seq: int) -> tuple[int, bool]:
        """How many inputs come before the one that led to this entry, and whether that is an advance."""
        rehearsal = Replay(self._bundle)
        async with rehearsal:
            reached: list[int] = []
            begun = _last_begin(self._inputs)

            def passed() -> bool:
                reached.append(rehearsal.sandbox.journal.last_seq if len(reached) >= begun else 0)
                return reached[-1] >= seq

            await rehearsal._run_in_order(len(self._inputs), passed)
        place = max((number for number, last in enumerate(reached) if last < seq), default=0)
        started = [item for item in self._inputs[: place + 1] if "n" in item]
        ended = {item["done"] for item in self._inputs[: place + 1] if "done" in item}
        walks = [item for item in started if item.get("control", {}).get("target") == f"{CLOCK}/advance"]
        if (
            walks
            and walks[-1]["n"] not in ended
            and any("done" in item and item["done"] == walks[-1]["n"] for item in self._inputs)
        ):
            return self._inputs.index(walks[-1]), True
        return place, bool(walks) and self._inputs[place] is walks[-1]

    async def _send(self, item: Input) -> None:
        """Send a request or a control call once more; the answer does not matter, nor whether there is one."""
        noted = item.get("request") or item["control"]
        headers = dict(noted.get("headers", {}))
        with contextlib.suppress(OSError):
            await self._exchange(noted["method"], noted["target"], headers, self._body(item, noted, headers))

    async def _exchange(self, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> bytes:
        """The answer as it came, on a connection of its own; a client library may try again by itself."""
        port = urlsplit(self.server.url).port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            lines = {
                "Host": f"127.0.0.1:{port}",
                **headers,
                "Connection": "close",
                "Content-Length": str(len(body)),
            }
            head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
            writer.write(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body)
            return await reader.read()
        finally:
            writer.close()

    def _body(self, item: Input, noted: dict[str, Any], headers: dict[str, str]) -> bytes:
        if noted.get("unread"):
            self.notes.append(f"the body of the {noted['method']} at {item['at']} was broken, and is not repeated")
        if "fields" in noted:
            form: dict[str, str | FilePart] = dict(noted["fields"])
            for name, file in noted["files"].items():
                form[name] = FilePart(file["filename"], file["content_type"], self._content(item, file))
            posted = multipart(form, "fakefax-replay")
            headers["Content-Type"] = posted.content_type
            return posted.content
        if noted.get("content_type"):
            headers["Content-Type"] = noted["content_type"]
        body = noted.get("body")
        if body is None:
            return b""
        return body["text"].encode() if "text" in body else self._content(item, body)

    def _content(self, item: Input, file: dict[str, Any]) -> bytes:
        if "base64" in file:
            return base64.b64decode(file["base64"])
        self.notes.append(
            f"a file of {file['size']:,} bytes, sent at {item['at']}, was too large to be kept; it is zeros now"
        )
        return bytes(file["size"])

    def _equip(self, services: SharedServices) -> SharedServices:
        if self._answers is None:
            self._answers = Answers(services.client, *self._urls, live=self._live)
        return equipped(services, self._bundle, self._answers)

    async def _made(self) -> Bundle:
        """The bundle of what has happened here."""
        answer = await self._exchange("GET", "/_fakefax/bundle", {})
        made: Bundle = decode(answer.partition(b"\r\n\r\n")[2])
        return made


def _to(moment: datetime, clock: Clock) -> Any:
    return clock.advance_to(moment)


def _last_begin(inputs: list[Input]) -> int:
    """How many inputs there are up to the last one that began the journal anew."""
    starts = (("POST", "/reset"), ("PUT", "/scenario"), ("PUT", "/snapshot"))
    anew = [
        number
        for number, item in enumerate(inputs, 1)
        for noted in [item.get("control", {})]
        if (noted.get("method"), noted.get("target", "").removeprefix("/_fakefax").partition("?")[0]) in starts
    ]
    return anew[-1] if anew else 0


def _flowed(bundle: Bundle) -> bool:
    """Whether simulated time flowed by itself in this run."""
    if bundle["scenario"].get("clock", {}).get("rate"):
        return True
    changes = (item["control"] for item in bundle["inputs"] if "control" in item)
    return any(
        noted["target"] == CLOCK and '"rate":0}' not in (noted.get("body") or {}).get("text", "").replace(" ", "")
        for noted in changes
    )


def _amended(bundle: Bundle, *, paused: bool) -> Transform:
    """The values that the request for the sandbox wanted to change in each of its scenarios."""
    settings = {name: value for name, value in bundle["settings"].items() if value is not None}
    if paused:
        settings["rate"] = 0
    if "balance" in settings:
        settings["balance"] = str(settings["balance"])

    def transform(scenario: Scenario) -> Scenario:
        return override(scenario, **settings)

    return transform


def _not_given(inputs: list[Input], place: int) -> list[Input]:
    """The answers that come after an input."""
    return [item for item in inputs[place:] if "answer" in item]
