"""Two or three sandboxes on one server, with interleaved calls: each is as if it were alone."""

import contextlib
import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

import aiohttp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.wire import NOT_NOW, Receiver, Wire, always, open_wire
from tests.api.wire import OK as ANSWER_OK
from tests.thorough import examples

SCENARIOS = ("default", "ordinary-day", "busy-then-ok")
KEYS = ("rig-a", "rig-b", "rig-c")


class Step(NamedTuple):
    """One call in one sandbox, by the number of the sandbox."""

    rig: int
    method: str
    path: str
    body: object = None


def steps_of(rigs: int) -> st.SearchStrategy[Step]:
    rig = st.integers(0, rigs - 1)
    number = st.sampled_from(["+15005550002", "+15005550007", "+15005550113", "+4420123456", "12"])
    send = st.builds(
        lambda w, to: Step(w, "GET", f"/api/v2/fax?{urlencode({'fax_number': to, 'document_id': 10})}&api_key="),
        rig,
        number,
    )
    control = st.builds(
        lambda w, call: Step(w, call[0], f"/_fakefax/{call[1]}?api_key=", call[2]),
        rig,
        st.sampled_from(
            [
                ("POST", "clock/advance", {"by": "45s"}),
                ("POST", "clock/advance", {"by": "20m"}),
                ("PATCH", "account", {"balance": 1.25}),
                ("PATCH", "account", {"callback_url": None}),
                ("POST", "rules/faxes", {"then": {"msg_code": "hangup"}, "times": 1}),
                ("PUT", "scenario", {"faxes": [{"then": {"msg_code": "file_error"}}]}),
                ("POST", "reset", None),
                ("GET", "audit", None),
            ]
        ),
    )
    balance = st.builds(lambda w: Step(w, "GET", "/api/v1/balance?api_key="), rig)
    return st.one_of(send, send, control, balance)


runs = st.integers(2, 3).flatmap(lambda rigs: st.lists(steps_of(rigs), min_size=4, max_size=14))


@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(runs)
async def test_worlds_do_not_know_of_each_other(steps: Sequence[Step]):
    """Journal, ledger, faxes and audit of each sandbox are the same as when it runs alone with its own calls."""
    together = await run(steps)
    for rig in {step.rig for step in steps}:
        alone = await run([step for step in steps if step.rig == rig])
        assert together[rig] == alone[rig]


async def run(steps: Sequence[Step]) -> dict[int, list[str]]:
    """The state of each sandbox after these steps on a fresh server.

    The series of fax_job_ids is shared by design; here each sandbox is given its own, so that all can be compared.
    """
    async with (
        Receiver(always(ANSWER_OK)).listening() as accepting,
        Receiver(always(NOT_NOW)).listening() as refusing,
        open_wire() as wire,
    ):
        for number, key in enumerate(KEYS):
            url = (accepting, refusing)[number % 2].url
            body = {"scenario": SCENARIOS[number], "api_key": key, "rate": 0, "seed": 5, "callback_url": url}
            body["start"] = f"2026-01-0{number + 1}T09:00:00Z"
            assert (await wire.call("POST", "/_fakefax/sandboxes", json=body)).status == 201
        series = [itertools.count(1000 * number) for number in range(1, 1 + len(KEYS))]
        ids = wire.server.sandbox.services.ids
        for step in steps:
            ids.take = series[step.rig].__next__  # type: ignore[method-assign]
            options = {} if step.body is None else {"json": step.body}
            with contextlib.suppress(aiohttp.ClientError):  # a connection that a scenario cuts
                await wire.call(step.method, step.path + KEYS[step.rig], **options)
        return {rig: await shown(wire, KEYS[rig]) for rig in range(len(KEYS))}


async def shown(wire: Wire, key: str) -> list[str]:
    """All that can be seen of a sandbox; its endpoint has another port in each run."""
    paths = ("journal", "ledger", "faxes", "audit", "clock", "account", "scenario", "rules/faxes")
    texts = [(await wire.call("GET", f"/_fakefax/{path}?api_key={key}")).body.decode() for path in paths]
    return [re.sub(r"127\.0\.0\.1:\d+", "HOST", text) for text in texts]
