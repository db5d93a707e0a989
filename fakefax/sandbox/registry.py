"""The sandboxes of one server: found by api_key, created, deleted and reset at run time."""

import asyncio
from asyncio import gather
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from fakefax.core.clock import ClockClosed
from fakefax.core.journal import Listener
from fakefax.core.models import Account
from fakefax.core.real_time import real_seconds, wall_clock
from fakefax.sandbox.keys import Keys
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import CarryOut, Equip, SharedServices, Transform, as_they_are, at_once, identity
from fakefax.sandbox.uploads import FileServices
from fakefax.scenario.library import Library
from fakefax.scenario.overrides import keys_of, new_keys, rekeyed
from fakefax.scenario.schema import Scenario

SWEEPS = 8
"""Checks per idle timeout: an unused sandbox lives up to an eighth longer than the timeout."""


class SandboxRefused(Exception):
    """A sandbox cannot be created or deleted. The message says why and what to do."""


class Limits(Struct, frozen=True):
    """The maximum number of sandboxes, and the real seconds after which an unused one is deleted."""

    sandboxes: int = 10_000
    idle: float = 3600.0


DEFAULT_LIMITS = Limits()


class Draft(Struct, frozen=True):
    """A sandbox that is still to be made, which any thread may do, and the new key for each key of its scenario."""

    keys: dict[str, str]
    build: Callable[[], Sandbox]


def _made(scenario: Scenario, keys: Mapping[str, str], services: SharedServices, transform: Transform) -> Sandbox:
    owner = next(iter(keys.values()))
    return Sandbox(rekeyed(scenario, keys), services, owner, transform, begun=False)


def _successor(sandbox: Sandbox, scenario: Scenario, keys: Mapping[str, str] | None) -> Sandbox:
    own = scenario if keys is None else rekeyed(scenario, keys)
    owner = sandbox.owner and own.accounts[0].api_key
    return Sandbox(own, sandbox.services, owner, sandbox.transform, begun=False)


class _Use:
    """When a sandbox was last used. Journal entries and control requests count as use."""

    __slots__ = ("entries", "since", "touched")

    def __init__(self, since: float) -> None:
        self.since = since
        self.entries = -1
        self.touched = True

    def idle_for(self, sandbox: Sandbox, now: float) -> float:
        entries = sandbox.journal.last_seq
        if self.touched or entries != self.entries or sandbox.busy:
            self.since, self.entries, self.touched = now, entries, False
        return now - self.since


class Sandboxes:
    """The sandboxes of one server. The first one is the server's own: it can be reset, but not deleted.

    `given` is the scenario that the server was started with, `library` has those that a request may name.
    `equip` changes the services of the first sandbox. With `owned`, entries about the whole first sandbox have the
    api_key of its first account, as they do in every other sandbox.
    """

    def __init__(
        self,
        scenario: Scenario,
        services: SharedServices,
        limits: Limits = DEFAULT_LIMITS,
        library: Library | None = None,
        transform: Transform = identity,
        equip: Equip = as_they_are,
        *,
        owned: bool = False,
    ) -> None:
        self._services = services
        self._keys: Keys[Sandbox] = services.keys
        self._limits = limits
        self._uses: dict[Sandbox, _Use] = {}
        self._alarm: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._last_number = 0
        self._numbered: dict[int, Sandbox] = {}
        self._closed = False
        self.given = scenario
        self.library = library or Library()
        self.keeping = services.keeping
        owner = scenario.accounts[0].api_key if owned else None
        self.first = self._open(scenario, equip(services), owner, transform, kept=True)

    @property
    def closed(self) -> bool:
        """Whether the server is stopping."""
        return self._closed

    def __len__(self) -> int:
        return 1 + len(self._uses)

    def __iter__(self) -> Iterator[Sandbox]:
        """The first sandbox, then the others in the order in which they were created or last reset."""
        yield self.first
        yield from self._uses

    @property
    def files(self) -> FileServices:
        """Services for files, shared by all sandboxes."""
        return self._services.files

    def create(
        self,
        scenario: Scenario,
        api_key: str | None = None,
        transform: Transform = identity,
        equip: Equip = as_they_are,
        *,
        kept: bool = False,
    ) -> tuple[Sandbox, dict[str, str]]:
        """Create a sandbox. Returns it and the new key for each key of the scenario.

        All accounts get new keys, so that no two sandboxes collide; the first one gets `api_key`, if given.
        A `kept` one is in the state file, if there is one, and is not deleted for being unused.
        `equip` changes the services that it shares with the others.
        Raises SandboxRefused at the limit, KeyTaken, ClockClosed at the server's stop, or what `transform` raises.
        """
        draft = self.draft(scenario, api_key, transform, equip)
        return self.enter(draft.build(), kept=kept), draft.keys

    def draft(
        self,
        scenario: Scenario,
        api_key: str | None = None,
        transform: Transform = identity,
        equip: Equip = as_they_are,
    ) -> "Draft":
        """A sandbox that is still to be made, with the arguments of `create`. Raises what `create` raises."""
        scenario = transform(scenario)
        self._check_room()
        if api_key is not None:
            self._keys.check_free(api_key)
        names = new_keys(scenario, [api_key] if api_key else [], self._keys.fresh)
        services = equip(replace(self._services, begin=wall_clock()))
        return Draft(names, partial(_made, scenario, names, services, transform))

    def enter(self, sandbox: Sandbox, *, kept: bool = False) -> Sandbox:
        """Have a sandbox of a draft among the others. Raises what `create` raises; then it is ended."""
        try:
            self._check_room()
            for api_key in sandbox.accounts:
                self._keys.check_free(api_key)
        except BaseException:
            sandbox.end()
            raise
        sandbox.begin()
        self._register(sandbox, kept=kept)
        self._uses[sandbox] = _Use(real_seconds())
        self._watch()
        return sandbox

    def _check_room(self) -> None:
        if self._closed:
            raise ClockClosed("the server is stopping")
        if len(self) >= self._limits.sandboxes:
            raise SandboxRefused(
                f"there are {len(self):,} sandboxes already, which is the limit; DELETE /_fakefax/sandboxes those "
                f"that are done, or start with a larger --sandbox-limit"
            )

    def find(self, api_key: str) -> tuple[Sandbox, Account] | None:
        """The sandbox and the account of an api_key, or None."""
        return self._keys.find(api_key)

    def why_unknown(self, api_key: str) -> str:
        """The message of the error for an api_key that no account has."""
        return self._keys.why_unknown(api_key)

    def masked(self, text: str) -> str:
        """The text as a log may have it, without api_keys and without secrets in URLs."""
        return self._keys.masked(text)

    def find_number(self, number: int) -> Sandbox | None:
        """The sandbox with this number, or None. A sandbox keeps its number when it is reset."""
        return self._numbered.get(number)

    def listen(self, listener: Listener) -> None:
        """Call `listener(entry)` for each new entry of every sandbox, including future ones."""
        self._services.listeners.append(listener)

    def touch(self, sandbox: Sandbox) -> None:
        """Note that a sandbox is in use, even if its journal gets no entry."""
        use = self._uses.get(sandbox)
        if use is not None:
            use.touched = True

    async def delete(self, sandbox: Sandbox) -> None:
        """Delete a sandbox and its keys. Raises SandboxRefused for the first one."""
        if sandbox is self.first:
            raise SandboxRefused(
                "the first sandbox is the server's own and cannot be deleted; name another by its api_key, "
                "or POST /_fakefax/reset"
            )
        self._forget(sandbox)
        await sandbox.close()

    async def reset(self, sandbox: Sandbox, carry_out: CarryOut = at_once) -> Sandbox:
        """Replace a sandbox by a new one with the same scenario.

        Ids go on rising, and listeners are kept. A sandbox that was reset already stays closed; the result is
        then the one that took its place. `carry_out` makes the new one, if that shall not hold up others.
        Raises ClockClosed for one that was deleted, KeyTaken for a key that was given to another meanwhile.
        """
        return await self._anew(sandbox, sandbox.scenario, None, carry_out)

    async def _anew(
        self, sandbox: Sandbox, scenario: Scenario, keys: Mapping[str, str] | None, carry_out: CarryOut
    ) -> Sandbox:
        """Reset a sandbox to a scenario, with other keys than it is written with if they are given."""
        current = self._current(sandbox)
        if current is not sandbox:
            return current
        fresh = await carry_out(partial(_successor, sandbox, scenario, keys))
        if sandbox.closed:
            fresh.end()
            return self._current(sandbox)
        fresh.begin()
        try:
            self.replace(sandbox, fresh)
        except BaseException:
            fresh.end()
            raise
        await sandbox.close()
        return fresh

    def replace(self, sandbox: Sandbox, fresh: Sandbox) -> None:
        """Have a sandbox that was made elsewhere in the place of another, which ends at once.

        Raises ClockClosed if it has ended already, KeyTaken for a key of a third one; then nothing has changed.
        """
        if sandbox.closed:
            raise ClockClosed("this sandbox was reset or deleted meanwhile")
        for api_key in fresh.accounts:
            found = self._keys.find(api_key)
            if found is not None and found[0] is not sandbox:
                self._keys.check_free(api_key)
        self._keys.drop(sandbox, sandbox.accounts)
        sandbox.end()
        self._register(fresh, sandbox.number, kept=sandbox.kept)
        self._take_place(sandbox, fresh)

    def put_back(self, sandbox: Sandbox, number: int) -> Sandbox | None:
        """Have a sandbox of the state file, in place of the one with its number, which it ends and returns."""
        earlier = self._numbered.get(number)
        if earlier is not None:
            self._keys.drop(earlier, earlier.accounts)
            earlier.end()
            sandbox.journal.inherit_listeners(earlier.journal)
            self._uses.pop(earlier, None)
        self._enter(sandbox, number)
        sandbox.kept = True
        if earlier is self.first:
            self.first = sandbox
        else:
            self._uses[sandbox] = _Use(real_seconds())
        return earlier

    def discard(self, number: int) -> Sandbox | None:
        """Forget a sandbox that the state file does not have, and end it. Returns it."""
        sandbox = self._numbered.get(number)
        if sandbox is not None and sandbox is not self.first:
            sandbox.kept = False
            self._forget(sandbox)
            sandbox.end()
        return sandbox

    def _take_place(self, sandbox: Sandbox, fresh: Sandbox) -> None:
        fresh.journal.inherit_listeners(sandbox.journal)
        if sandbox is self.first:
            self.first = fresh
        else:
            self._uses[fresh] = self._uses.pop(sandbox)

    async def put_scenario(
        self,
        sandbox: Sandbox,
        scenario: Scenario,
        api_key: str | None = None,
        carry_out: CarryOut = at_once,
    ) -> tuple[Sandbox, dict[str, str]]:
        """Reset a sandbox to another scenario. Returns it and the key for each key of the scenario.

        The first sandbox has the keys of the scenario. Any other keeps its own: `api_key`, whose caller
        goes on with it, for the first account, its others in their order, and new ones when it has no more. In the
        first sandbox too the first account gets `api_key` when the scenario does not have it. Raises KeyTaken, or
        ValueError for a scenario that cannot be amended; then nothing has changed.
        """
        scenario = sandbox.transform(scenario)
        if sandbox.owner is None:
            first, *others = keys_of(scenario)
            stays = api_key is None or api_key in (first, *others)
            names = {first: first if stays else str(api_key), **{key: key for key in others}}
        else:
            known = [key for key in keys_of(sandbox.scenario) if key != api_key]
            names = new_keys(scenario, [api_key, *known] if api_key else known, self._keys.fresh)
        for key in names.values():
            found = self._keys.find(key)
            if found is not None and found[0] is not sandbox:
                self._keys.check_free(key)
        return await self._anew(sandbox, scenario, names, carry_out), names

    async def close(self) -> None:
        """Close all sandboxes and end all waits. Keys stay known, so that a late request gets a clear error."""
        self._closed = True
        if self._alarm is not None:
            self._alarm.cancel()
        sandboxes = list(self)
        for sandbox in sandboxes:
            sandbox.end()
        await gather(*(sandbox.close() for sandbox in sandboxes), *self._ending)

    def free_unused(self, now: float) -> None:
        """Delete sandboxes that were not used within the idle timeout. `now` is in real seconds."""
        for sandbox, use in list(self._uses.items()):
            if not sandbox.kept and use.idle_for(sandbox, now) >= self._limits.idle:
                self._forget(sandbox)
                sandbox.end()
                task = asyncio.get_running_loop().create_task(sandbox.close())
                self._ending.add(task)
                task.add_done_callback(self._ending.discard)

    def _watch(self) -> None:
        """Check for unused sandboxes as long as there are any to check."""
        if self._alarm is None and self._uses and not self._closed:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(self._limits.idle / SWEEPS, self._sweep)

    def _sweep(self) -> None:
        self._alarm = None
        self.free_unused(real_seconds())
        self._watch()

    def _current(self, sandbox: Sandbox) -> Sandbox:
        """The sandbox that has replaced this one."""
        if sandbox.owner is None:
            return self.first
        found = self._keys.find(sandbox.first_account.api_key)
        if found is None:
            raise ClockClosed("this sandbox was deleted")
        return found[0]

    def _forget(self, sandbox: Sandbox) -> None:
        self._uses.pop(sandbox, None)
        self._numbered.pop(sandbox.number, None)
        if sandbox.kept and self.keeping is not None:
            self.keeping.end(sandbox)
        self._keys.drop(sandbox, sandbox.accounts)

    def _open(
        self,
        scenario: Scenario,
        services: SharedServices,
        owner: str | None = None,
        transform: Transform = identity,
        number: int | None = None,
        *,
        kept: bool = False,
    ) -> Sandbox:
        sandbox = Sandbox(scenario, services, owner, transform)
        self._register(sandbox, number, kept=kept)
        return sandbox

    def _register(self, sandbox: Sandbox, number: int | None = None, *, kept: bool = False) -> None:
        self._enter(sandbox, number)
        sandbox.kept = kept
        if kept and self.keeping is not None:
            self.keeping.begin(sandbox)

    def _enter(self, sandbox: Sandbox, number: int | None) -> None:
        """Have a sandbox found by its number, a new one unless given, and by its keys."""
        sandbox.number = self._last_number + 1 if number is None else number
        self._last_number = max(self._last_number, sandbox.number)
        self._numbered[sandbox.number] = sandbox
        for account in sandbox.accounts.values():
            self._keys.add(sandbox, account)
