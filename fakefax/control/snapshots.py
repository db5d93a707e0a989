"""Snapshots of a sandbox: all of it as one document, and put in force again."""

from functools import partial

from aiohttp import web

from fakefax.api.reply import JSON_TYPE
from fakefax.control.call import BadInput, ControlCall, TooLarge
from fakefax.control.checking import BYTES_A_PART
from fakefax.control.schemas import account_view
from fakefax.core.errors import FileTooLarge, StorageFull
from fakefax.sandbox.sandbox import Sandbox
from fakefax.scenario.build import parts_of
from fakefax.scenario.overrides import check_rate
from fakefax.schemas import PutSnapshotView

PUT_QUERY = {"rate": "Let simulated time go on at this rate, and not at the snapshot's; 0 pauses."}
QUERY = {"keys": "`true` has the api_keys in it; otherwise masks such as `<key 1>` stand for them."}

BYTES_A_RECORD = 250
"""About what a fax or an entry of the journal takes."""

FASTER = 8
"""How much faster a snapshot is written or checked than a scenario: short ones need no thread."""


class WrongSnapshot(BadInput):
    """A snapshot that cannot be put in force; `lines` has one line for each of its problems."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


async def show(call: ControlCall, request: web.BaseRequest) -> web.Response:
    """GET snapshot?keys="""
    from fakefax.state import masked, moment_of, text_of  # noqa: PLC0415 (a server without snapshots does not load it)

    with_keys = call.choice("keys", ("false", "true")) == "true"
    moment = moment_of(call.sandbox)  # in one step; the rest may take its time
    keys = call.sandbox.services.keys

    def written() -> str:
        snapshot = moment()
        return text_of(snapshot if with_keys else masked(snapshot, keys.without_keys))

    text = await call.checking.run(_size(call.sandbox) // FASTER, written)
    return web.Response(text=text, content_type=JSON_TYPE)


def _size(sandbox: Sandbox) -> int:
    records = len(sandbox.store) + len(sandbox.journal.newest(sandbox.journal.capacity))
    parts = parts_of(sandbox.scenario) * BYTES_A_PART * FASTER
    return parts + records * BYTES_A_RECORD + sum(map(len, sandbox.documents.contents.values()))


async def put(call: ControlCall) -> PutSnapshotView:
    """PUT snapshot?rate=: in place of the sandbox, all of it; a wrong one changes nothing"""
    from fakefax.state import SnapshotError, read, restore  # noqa: PLC0415 (a server without snapshots does not load it)

    rate, known = call.query.get("rate"), call.sandbox.scenario  # which the body's scenario is compared with
    size = len(call.body) // FASTER + parts_of(known) * BYTES_A_PART
    try:
        rate_after = None if rate is None else check_rate(rate)
    except ValueError as error:
        raise BadInput(f"rate: {error}") from None
    try:
        checked = await call.check(partial(read, call.body, known), size)
    except SnapshotError as error:
        raise WrongSnapshot(error.lines) from None
    try:
        restored = await restore(
            call.sandboxes,
            call.sandbox,
            checked,
            call.account.api_key,
            rate_after,
            lambda work: call.check(work, size),
        )
    except (FileTooLarge, StorageFull) as error:
        raise TooLarge(error.reason) from None
    if call.sandbox.recording is not None:
        call.sandbox.recording.moved(restored.moves)
    account = restored.sandbox.accounts.get(call.account.api_key, restored.sandbox.first_account)
    return PutSnapshotView(
        "success",
        restored.sandbox.clock.now,
        restored.api_keys,
        restored.moves.shown(),
        account_view(account),
    )
