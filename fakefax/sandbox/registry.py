"""The worlds of one server: found by api_key, made and freed at run time, reset."""

import asyncio
import itertools
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from fakefax.core.clock import ClockClosed
from fakefax.core.journal import Listener
from fakefax.core.real_time import real_seconds, wall_clock
from fakefax.sandbox.keys import Keys
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices, Transform, identity
from fakefax.sandbox.uploads import FileServices
from fakefax.scenario.library import Library
from fakefax.scenario.rekey import keys_of, new_keys, rekeyed
from fakefax.scenario.schema import Scenario

SWEEPS = 8
"""How often an unused world is looked at before it is freed, so it lives up to an eighth longer than it must."""


class SandboxRefused(Exception):
    """A world that cannot be made or freed; the message says why and what to do."""


class Limits(NamedTuple):
    """How many worlds there may be, and after how many unused real seconds one made at run time is freed."""

    sandboxes: int = 10_000
    idle: float = 3600.0


DEFAULT_LIMITS = Limits()


class _Use:
    """When a world was last seen in use. Whatever is journaled is use, and so is every control request."""

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
    """The worlds of one server. The first one is the server's own: it can be reset, and is never freed.

    `given` is the scenario that the server was started with, `library` has those that a request may name.
    """

    def __init__(
        self,
        scenario: Scenario,
        services: SharedServices,
        limits: Limits = DEFAULT_LIMITS,
        library: Library | None = None,
        transform: Transform = identity,
    ) -> None:
        self._services = services
        self._keys: Keys[Sandbox] = services.keys
        self._limits = limits
        self._uses: dict[Sandbox, _Use] = {}
        self._alarm: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)
        self._numbered: dict[int, Sandbox] = {}
        self._closed = False
        self.given = scenario
        self.library = library or Library()
        self.find = self._keys.find
        self.unknown = self._keys.unknown
        self.masked = self._keys.masked
        self.first = self._open(scenario, services, transform=transform)

    @property
    def closed(self) -> bool:
        """Whether the server is stopping."""
        return self._closed

    def __len__(self) -> int:
        return 1 + len(self._uses)

    def __iter__(self) -> Iterator[Sandbox]:
        """The first one, then those made at run time, in the order in which they were made or last reset."""
        yield self.first
        yield from self._uses

    @property
    def files(self) -> FileServices:
        """What the files of all sandboxes share."""
        return self._services.files

    def create(
        self, scenario: Scenario, api_key: str | None = None, transform: Transform = identity
    ) -> tuple[Sandbox, dict[str, str]]:
        """A new world, and which new key stands for each of the scenario's.

        All its accounts get new keys, so that no two worlds collide; `api_key` is the first one's when it is given.
        Raises SandboxRefused at the limit, KeyTaken, ClockClosed at the server's stop, or what `transform` raises.
        """
        scenario = transform(scenario)
        if self._closed:
            raise ClockClosed("the server is stopping")
        if len(self) >= self._limits.sandboxes:
            raise SandboxRefused(
                f"there are {len(self):,} sandboxes already, which is the limit; DELETE /_fakefax/sandboxes those "
                f"that are done, or start with a larger --sandbox-limit"
            )
        if api_key is not None:
            self._keys.check_free(api_key)
        names = new_keys(scenario, [api_key] if api_key else [], self._keys.fresh)
        owner = next(iter(names.values()))
        own = rekeyed(scenario, names)
        sandbox = self._open(own, replace(self._services, begin=wall_clock()), owner, transform)
        self._uses[sandbox] = _Use(real_seconds())
        self._watch()
        return sandbox, names

    def find_number(self, number: int) -> Sandbox | None:
        """The sandbox of a number, which it keeps through its resets; None when there is none such."""
        return self._numbered.get(number)

    def listen(self, listener: Listener) -> None:
        """Call `listener(entry)` for each entry of every world from now on, also of one that is yet to be made."""
        self._services.listeners.append(listener)

    def touch(self, sandbox: Sandbox) -> None:
        """Note that somebody uses a world, though nothing may come to stand in its journal."""
        use = self._uses.get(sandbox)
        if use is not None:
            use.touched = True

    async def delete(self, sandbox: Sandbox) -> None:
        """Free a world made at run time; its keys mean nothing any more. Raises SandboxRefused for the first."""
        if sandbox is self.first:
            raise SandboxRefused(
                "the first sandbox is the server's own and cannot be deleted; name another by its api_key, "
                "or POST /_fakefax/reset"
            )
        self._forget(sandbox)
        await sandbox.close()

    async def reset(self, sandbox: Sandbox, scenario: Scenario | None = None) -> Sandbox:
        """Drop a world and build another from its scenario, or from this one in its place.

        Ids go on rising; who listens goes on listening. A world that was reset already stays dropped; the answer is
        then the one that took its place. Raises ClockClosed for one that was deleted.
        """
        current = self._current(sandbox)
        if current is not sandbox:
            return current
        self._keys.drop(sandbox, sandbox.accounts)
        sandbox.end()
        story = scenario or sandbox.scenario
        owner = sandbox.owner and story.accounts[0].api_key
        fresh = self._open(story, sandbox.services, owner, sandbox.transform, sandbox.number)
        fresh.journal.inherit_listeners(sandbox.journal)
        if sandbox is self.first:
            self.first = fresh
        else:
            self._uses[fresh] = self._uses.pop(sandbox)
        await sandbox.close()
        return fresh

    async def put_scenario(
        self, sandbox: Sandbox, scenario: Scenario, api_key: str | None = None
    ) -> tuple[Sandbox, dict[str, str]]:
        """Reset a world to another scenario; and which key stands for each of the scenario's.

        The first world has the keys as they are written. Another one goes on with its own: `api_key`, whose caller
        goes on with it, for the first account, its others in their order, and new ones when it has no more. In the
        first world too the first account gets `api_key` when the scenario does not have it. Raises KeyTaken, or
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
        return await self.reset(sandbox, rekeyed(scenario, names)), names

    async def close(self) -> None:
        """End all worlds, and whoever waits for one. Their keys stay known, so that a late request is told why."""
        self._closed = True
        if self._alarm is not None:
            self._alarm.cancel()
        worlds = list(self)
        for sandbox in worlds:
            sandbox.end()
        await asyncio.gather(*(sandbox.close() for sandbox in worlds), *self._ending)

    def free_unused(self, now: float) -> None:
        """Free the worlds made at run time that nobody has used for the limit's time; `now` is in real seconds."""
        for sandbox, use in list(self._uses.items()):
            if use.idle_for(sandbox, now) >= self._limits.idle:
                self._forget(sandbox)
                sandbox.end()
                task = asyncio.get_running_loop().create_task(sandbox.close())
                self._ending.add(task)
                task.add_done_callback(self._ending.discard)

    def _watch(self) -> None:
        """Look for unused worlds, as long as there are any that could be."""
        if self._alarm is None and self._uses and not self._closed:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(self._limits.idle / SWEEPS, self._sweep)

    def _sweep(self) -> None:
        self._alarm = None
        self.free_unused(real_seconds())
        self._watch()

    def _current(self, sandbox: Sandbox) -> Sandbox:
        """The world that stands where this one stood."""
        if sandbox.owner is None:
            return self.first
        found = self._keys.find(sandbox.first_account.api_key)
        if found is None:
            raise ClockClosed("this sandbox was deleted")
        return found[0]

    def _forget(self, sandbox: Sandbox) -> None:
        self._uses.pop(sandbox, None)
        self._numbered.pop(sandbox.number, None)
        self._keys.drop(sandbox, sandbox.accounts)

    def _open(
        self,
        scenario: Scenario,
        services: SharedServices,
        owner: str | None = None,
        transform: Transform = identity,
        number: int | None = None,
    ) -> Sandbox:
        sandbox = Sandbox(scenario, services, owner, transform)
        sandbox.number = next(self._numbers) if number is None else number
        self._numbered[sandbox.number] = sandbox
        for account in sandbox.accounts.values():
            self._keys.add(sandbox, account)
        return sandbox
