"""Snapshots: take one, check one, put one in force; and the text of one."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from fakefax.sandbox.registry import Sandboxes
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import CarryOut, at_once
from fakefax.scenario.loader import ScenarioError, check_scenario
from fakefax.scenario.overrides import keys_of
from fakefax.scenario.overrides import rekeyed as scenario_with_keys
from fakefax.scenario.schema import Scenario
from fakefax.state.capture import snapshot_of
from fakefax.state.keys import MASK, key_names, masks, rekeyed, scenario_rekeyed, without_keys
from fakefax.state.moves import Moves, moved, moves
from fakefax.state.problems import problems_of, scenario_problems
from fakefax.state.rebuild import pass_by, rebuild, resume
from fakefax.state.records import Snapshot
from fakefax.state.shape import SnapshotError, shaped


class Checked(NamedTuple):
    """A snapshot that can be put in force, and the scenario that it has, with the snapshot's own keys or masks."""

    snapshot: Snapshot
    scenario: Scenario


class Restored(NamedTuple):
    """The result of `restore`: the sandbox, the new key for each of the snapshot's, and the ids that moved."""

    sandbox: Sandbox
    api_keys: dict[str, str]
    moves: Moves


def take(sandbox: Sandbox, *, with_keys: bool = False) -> Snapshot:
    """All of a sandbox as it is now. Without its keys, masks such as `<key 1>` stand for them.

    Call it on the event loop of the sandbox. Nothing is changed.
    """
    snapshot = snapshot_of(sandbox)
    return snapshot if with_keys else masked(snapshot)


def masked(snapshot: Snapshot, mask_others: Callable[[str], str] | None = None) -> Snapshot:
    """The snapshot with masks in place of its keys. `mask_others` is for those of other sandboxes, in its texts."""
    own = rekeyed(snapshot, masks(snapshot))
    return own if mask_others is None else without_keys(own, mask_others)


def read(text: str | bytes, known: Scenario | None = None) -> Checked:
    """A document as a snapshot. Raises SnapshotError with every problem, each with its path.

    A scenario that is the `known` one, but for its keys, is not checked once more.
    """
    snapshot = shaped(text)
    scenario = _known_scenario(snapshot, known) or _checked_scenario(snapshot)
    problems = problems_of(snapshot, scenario)
    if problems:
        raise SnapshotError(problems)
    return Checked(snapshot, scenario)


def check(text: str | bytes) -> list[str]:
    """Every problem of a document, each with its path; none when it can be put in force."""
    try:
        read(text)
    except SnapshotError as error:
        return error.lines
    return []


async def restore(
    sandboxes: Sandboxes,
    sandbox: Sandbox,
    checked: Checked,
    api_key: str | None = None,
    rate: float | None = None,
    carry_out: CarryOut = at_once,
) -> Restored:
    """Put a snapshot in force in place of a sandbox, as a reset does; all of it or, when that fails, nothing.

    Its caller goes on with `api_key`, the sandbox's first key unless given. Ids that other sandboxes have, or that
    are another replica's, become new ones. Callbacks that were posted and not answered are posted again. Time goes
    on at the snapshot's rate, or at `rate`. `carry_out` does the long part of the work, so that it does not hold up
    others. Raises StorageFull for files beyond the limits, ClockClosed for a sandbox that has ended.
    """
    services = sandbox.services
    snapshot = checked.snapshot
    names = key_names(snapshot, sandbox, api_key or sandbox.first_account.api_key, services.keys)
    pass_by(services, snapshot.ids)
    new_ids = moves(snapshot, services, (other for other in sandboxes if other is not sandbox))
    owner = sandbox.owner and names[snapshot.accounts[0].api_key]

    def rebuilt() -> Sandbox:
        paused = replace(snapshot, clock=replace(snapshot.clock, rate=0.0))
        own = rekeyed(moved(paused, new_ids, checked.scenario.seed), names)
        return rebuild(own, scenario_with_keys(checked.scenario, names), services, owner, sandbox.transform)

    fresh = await carry_out(rebuilt)
    try:
        sandboxes.replace(sandbox, fresh)
    except BaseException:
        fresh.end()
        raise
    fresh.clock.rate = snapshot.clock.rate if rate is None else rate
    resume(fresh)
    await sandbox.close()
    return Restored(fresh, names, new_ids)


def _known_scenario(snapshot: Snapshot, known: Scenario | None) -> Scenario | None:
    """The known scenario, with the keys of the snapshot, if it is the snapshot's."""
    if known is None:
        return None
    accounts = snapshot.scenario.get("accounts")
    if not isinstance(accounts, list) or not all(isinstance(account, dict) for account in accounts):
        return None
    own, written = keys_of(known), [account.get("api_key") for account in accounts]
    if len(written) != len(own) or not all(isinstance(key, str) for key in written):
        return None
    same = scenario_with_keys(known, dict(zip(own, written, strict=True)))
    data = msgspec.json.decode(msgspec.json.encode(same))
    return same if data == snapshot.scenario else None


def _checked_scenario(snapshot: Snapshot) -> Scenario:
    """The scenario of a snapshot. Raises SnapshotError. Masks are no keys, so others are checked in their place."""
    written = [account.api_key for account in snapshot.accounts]
    instead = {key: f"masked-key-{key.strip('<>').split()[1]}" for key in written if MASK.fullmatch(key)}
    try:
        scenario = check_scenario(scenario_rekeyed(snapshot.scenario, instead), "scenario")
    except ScenarioError as error:
        raise SnapshotError(scenario_problems(error)) from None
    return scenario_with_keys(scenario, {name: key for key, name in instead.items()})


# The text of a snapshot: sections in the order of the alphabet, one record on a line, made to be compared.

FIRST = "fakefax_snapshot"
SPREAD = ("faxes", "requests", "callbacks", "accounts")
"""The parts of a scenario that have a line for each of their items."""

_encode = msgspec.json.Encoder().encode


def text_of(snapshot: Snapshot) -> str:
    """The document, with a line break at its end. The same snapshot always has the same text."""
    data = msgspec.to_builtins(snapshot)
    sections = [FIRST, *sorted(name for name in data if name != FIRST)]
    return "{\n" + ",\n".join(_section(name, data[name]) for name in sections) + "\n}\n"


def _section(name: str, value: Any) -> str:
    if name == "scenario":
        return f'  "{name}": {{\n' + ",\n".join(_of_scenario(value)) + "\n  }"
    if name == "files":
        lines = [f'    "{digest}": {_line(value[digest])}' for digest in sorted(value)]
        return f'  "{name}": {{\n' + ",\n".join(lines) + "\n  }"
    return f'  "{name}": {_lines(value, "  ") if isinstance(value, list) else _line(value)}'


def _of_scenario(scenario: dict[str, Any]) -> Iterator[str]:
    for name, value in scenario.items():
        yield f"    {_line(name)}: {_lines(value, '    ') if name in SPREAD else _line(value)}"


def _lines(items: Any, indent: str) -> str:
    if not items:
        return "[]"
    return "[\n" + ",\n".join(f"{indent}  {_line(item)}" for item in items) + f"\n{indent}]"


def _line(value: Any) -> str:
    return _encode(value).decode()
