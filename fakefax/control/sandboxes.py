"""Sandboxes: made, listed, deleted; started anew, with their own scenario or another; and whether all is ready."""

from functools import partial
from typing import Any, ClassVar, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType, to_builtins
from msgspec.structs import replace

from fakefax import __version__
from fakefax.control.call import BadInput, Body, ControlCall
from fakefax.control.checking import BYTES_A_PART, SMALL
from fakefax.control.schemas import account_view, sandbox_view
from fakefax.sandbox.keeping import NotKept
from fakefax.sandbox.services import CarryOut, Equip, as_they_are, at_once, identity
from fakefax.scenario.build import parts_of
from fakefax.scenario.loader import ScenarioError
from fakefax.scenario.overrides import check_api_key, override
from fakefax.scenario.schema import Scenario
from fakefax.schemas import DeletedView, NewSandboxView, PutScenarioView, ReadyView, ResetView, SandboxList
from fakefax.values.urls import masked_key

T = TypeVar("T")

INDEX_QUERY = {
    "limit": "At most so many, 100 unless given.",
    "after": "Only those after the one that has this api_key.",
}
NO_SETTINGS = ("scenario", "api_key", "record", "kept")
"""Fields of a request for a sandbox that do not say what of its scenario shall be otherwise."""

LISTED = 100
MAX_LISTED = 1000


class NewSandbox(Struct, forbid_unknown_fields=True, kw_only=True):
    """A scenario, and the values to change in it. Left out, it is the one that the server was started with.

    One that is `kept` stays until it is deleted, and is in the state file of a server that has one.
    `record` keeps the inputs of the sandbox, for GET bundle.
    """

    NAMES_A_NEW_KEY: ClassVar = True

    scenario: Any = UNSET
    api_key: str | UnsetType = UNSET
    balance: float | str | UnsetType = UNSET
    callback_url: str | UnsetType | None = UNSET
    received_fax_url: str | UnsetType | None = UNSET
    rate: float | UnsetType = UNSET
    start: str | UnsetType = UNSET
    seed: int | UnsetType = UNSET
    kept: bool = False
    record: bool = False


async def create(call: ControlCall, asked: NewSandbox) -> NewSandboxView:
    """POST sandboxes"""
    if asked.scenario is UNSET:
        own, scenario = call.sandboxes.first.transform, call.sandboxes.given
    else:
        library = call.sandboxes.library
        size = library.size(asked.scenario, len(call.body))
        own, scenario = identity, await call.checking.run(size, partial(library.given, asked.scenario))
    try:
        api_key = _new_key(call, asked)
        equip = _recorded() if asked.record else as_they_are
        draft = call.sandboxes.draft(scenario, api_key, lambda story: _amended(own(story), asked), equip)
        made = await _carry_out(call, scenario)(draft.build)
        sandbox, keys = call.sandboxes.enter(made, kept=asked.kept), draft.keys
    except ValueError as error:
        raise BadInput(str(error)) from None
    if sandbox.recording is not None:
        sandbox.recording.settings = {
            name: value for name, value in to_builtins(asked).items() if name not in NO_SETTINGS
        }
    return NewSandboxView(
        api_key=sandbox.first_account.api_key,
        base_url=f"{call.origin}/api/v2",
        now=sandbox.clock.now,
        rate=sandbox.clock.rate,
        scenario=sandbox.scenario.description,
        api_keys=keys,
        accounts=[account_view(account) for account in sandbox.accounts.values()],
        strangers_after=call.sandboxes.first.journal.last_seq,
    )


def _carry_out(call: ControlCall, scenario: Scenario) -> CarryOut:
    """How the sandbox of a scenario is made: here, or of a large one in a thread, so that nobody waits for it."""
    size = parts_of(scenario) * BYTES_A_PART
    if size <= SMALL or call.sandbox.recording is not None:
        return at_once
    return partial(call.checking.run, size)


def _recorded() -> Equip:
    from fakefax.sandbox.recording import recorded  # noqa: PLC0415 (few sandboxes are recorded)

    return recorded


def _new_key(call: ControlCall, asked: NewSandbox) -> str | None:
    """The key for the new sandbox; None to make one. Raises ValueError."""
    in_body = _given(asked.api_key)
    if call.new_key is not None and in_body not in (None, call.new_key):
        body, request = (masked_key(str(key)) for key in (in_body, call.new_key))
        raise ValueError(f"the body names the api_key {body!r}, the request {request!r}; name the same one")
    api_key = in_body if call.new_key is None else call.new_key
    return None if api_key is None else check_api_key(api_key)


def _amended(scenario: Scenario, asked: NewSandbox) -> Scenario:
    """The scenario with the changes that were asked for. Raises ValueError."""
    urls = {"callback_url": asked.callback_url, "received_fax_url": asked.received_fax_url}
    first, *others = scenario.accounts
    taken_away = {name: UNSET for name, url in urls.items() if url is None}
    if taken_away:
        scenario = replace(scenario, accounts=(replace(first, **taken_away), *others))
    return override(
        scenario,
        rate=_given(asked.rate),
        start=_given(asked.start),
        seed=_given(asked.seed),
        balance=None if asked.balance is UNSET else str(asked.balance),
        callback_url=_given(asked.callback_url),
        received_fax_url=_given(asked.received_fax_url),
    )


def _given(value: T | UnsetType) -> T | None:
    return None if value is UNSET else value


async def index(call: ControlCall) -> SandboxList:
    """GET sandboxes?after=&limit="""
    limit = call.number("limit")
    limit = LISTED if limit is None else limit
    if not 1 <= limit <= MAX_LISTED:
        raise BadInput(f"limit {limit} is not between 1 and {MAX_LISTED}")
    sandboxes = list(call.sandboxes)
    after = call.query.get("after")
    if after is not None:
        found = call.sandboxes.find(after)
        if found is None:
            raise BadInput(f"after {after!r} is the api_key of no sandbox; begin again without it")
        sandboxes = sandboxes[sandboxes.index(found[0]) + 1 :]
    shown = [sandbox_view(sandbox) for sandbox in sandboxes[:limit]]
    return SandboxList(shown, total=len(call.sandboxes), more=len(sandboxes) > limit)


async def delete(call: ControlCall, body: Body) -> DeletedView:
    """DELETE sandboxes"""
    keys = list(call.sandbox.accounts)
    await call.sandboxes.delete(call.sandbox)
    return DeletedView("success", keys)


async def readyz(call: ControlCall) -> ReadyView:
    """GET readyz"""
    keeping = call.sandboxes.keeping
    if keeping is not None and keeping.problem is not None:
        raise NotKept(keeping.problem)
    return ReadyView("ready", __version__)


async def reset(call: ControlCall, body: Body) -> ResetView:
    """POST reset: state, counters, balance and callback URL back to the scenario; ids go on rising"""
    fresh = await call.sandboxes.reset(call.sandbox, carry_out=_carry_out(call, call.sandbox.scenario))
    account = fresh.accounts.get(call.account.api_key, fresh.first_account)
    return ResetView("success", fresh.clock.now, account_view(account))


FLAT = "if it was a file: curl's -d takes out the line breaks, --data-binary @FILE leaves them in"


async def scenario(call: ControlCall) -> Scenario:
    """GET scenario"""
    return call.sandbox.scenario


SCENARIO_QUERY = {"check": "`true` only checks it: refused as a wrong one would be, but nothing is changed."}


async def put_scenario(call: ControlCall) -> PutScenarioView:
    """PUT scenario: a reset to another one, which is checked first; a wrong one changes nothing"""
    only_check = call.choice("check", ("false", "true")) == "true"
    try:
        sent = await call.check(partial(_sent, call.body))
        size = call.sandboxes.library.size(sent, len(call.body))
        scenario = await call.check(partial(call.sandboxes.library.given, sent), size)
    except ScenarioError as error:
        flat = call.is_form and b":" in call.body and b"\n" not in call.body
        raise ScenarioError([*error.lines, FLAT] if flat else error.lines) from None
    api_key = call.account.api_key
    if only_check:
        return PutScenarioView(
            "success", call.sandbox.clock.now, scenario.description, {}, account_view(call.account)
        )
    try:
        carry_out = _carry_out(call, scenario)
        fresh, keys = await call.sandboxes.put_scenario(call.sandbox, scenario, api_key, carry_out)
    except ValueError as error:
        raise BadInput(str(error)) from None
    account = account_view(fresh.accounts[api_key])
    return PutScenarioView("success", fresh.clock.now, scenario.description, keys, account)


def _sent(body: bytes) -> object:
    """A body as data when it is JSON, else as text. Raises BadInput."""
    if not body.strip():
        raise BadInput("the body is empty; send a scenario as YAML or JSON, or a shipped one's name")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        text = body.decode().rstrip()
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise BadInput(f"the body is not UTF-8 text: byte {error.start} is {byte:#04x}") from None
    if text.startswith("#") and "\n" not in text:
        raise BadInput(f"the body is one line of comment, so it says nothing; {FLAT}")
    return text
