"""Keeps the sandboxes of a server in its state file, and puts them back when it starts again."""

import asyncio
import gc
import logging
from collections.abc import Iterator

from fakefax.core.journal import Kind
from fakefax.core.real_time import wall_clock
from fakefax.sandbox.keeping import NotKept, StateOptions
from fakefax.sandbox.registry import Sandboxes
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices
from fakefax.scenario.schema import Scenario
from fakefax.state.capture import server_record
from fakefax.state.database import StateRefused, schema
from fakefax.state.database.changes import SandboxChanges, removal_of
from fakefax.state.database.commits import Commits
from fakefax.state.database.file import StateFile, Statement
from fakefax.state.database.loading import LoadedSandbox, Loader
from fakefax.state.rebuild import restore_server, resume
from fakefax.values.durations import to_the_second
from fakefax.values.money import parse_amount

log = logging.getLogger(__name__)

COLLECT_AFTER = 3_000
"""New objects after which Python looks for garbage among them, at least; by itself it does after 700. The answers
that wait for a commit have more, so that it looked at them in vain each time, for a tenth of the time of a send.
"""

STOOD_STILL = "time stood still while fakefax was down"


class Keeper:
    """The `Keeping` of a server with --state: `load` at its start, `go_on` once it listens, `stop` and `close`.

    `notes` are for whoever starts the server.
    """

    def __init__(self, options: StateOptions) -> None:
        self.notes: list[str] = []
        self._options = options
        self._file = StateFile(options.file, options.sync)
        self._commits = Commits(self._file, self, self._failed, self._recovered)
        self._changes: dict[int, SandboxChanges] = {}
        self._removed: list[int] = []
        self._server: list[tuple[object, ...]] = []
        self._sandboxes: Sandboxes | None = None
        self._services: SharedServices | None = None
        self._behind = False
        self._ending: set[asyncio.Task[None]] = set()
        self._collected_after = gc.get_threshold()

    # What the server calls.

    def load(self, sandboxes: Sandboxes, services: SharedServices) -> None:
        """Put back what the file has, or begin it with the first sandbox. Raises StateRefused."""
        self._file.open(wall_clock())
        try:
            loader = Loader(self._file, services, sandboxes.given, sandboxes.first.transform)
            kept = loader.sandboxes()
            record = loader.server()
            if record is not None:
                restore_server(services, record)
            self._file.begin()
            self._sandboxes, self._services = sandboxes, services
            if kept:
                self._put_back(kept)
                self._obey_flags()
            else:
                self.begin(sandboxes.first)
            self._file.write(self.statements())
            self._file.commit()
            self.written()
        except NotKept as error:
            self._file.close()
            raise StateRefused(str(error)) from None
        except BaseException:
            self._file.close()
            raise
        self._tell(loader, bool(kept))
        first, *others = self._collected_after
        gc.set_threshold(max(first, COLLECT_AFTER), *others)

    def go_on(self) -> None:
        """Let time go on in what was put back, and post again what was not answered."""
        for changes in self._changes.values():
            if changes.rate_to_come is not None:
                changes.sandbox.record(Kind.CLOCK_CHANGED, {"change": STOOD_STILL, "rate": changes.rate_to_come})
        self._resume()

    async def stop(self) -> None:
        """Write what is left before the sandboxes are closed; nothing is written after that."""
        try:
            await self._commits.stop()
        except NotKept as problem:
            log.error("the last changes could not be kept: %s", problem)
        for changes in self._changes.values():
            changes.detach()

    def close(self) -> None:
        """Let others have the file."""
        gc.set_threshold(*self._collected_after)
        self._file.close()

    # What the sandboxes and the answers of the server ask: see fakefax/sandbox/keeping.py.

    @property
    def problem(self) -> str | None:
        return self._commits.problem

    def refusal(self) -> str | None:
        return self._commits.is_refused()

    async def saved(self) -> None:
        await self._commits.saved()

    def begin(self, sandbox: Sandbox) -> None:
        if self._sandboxes is None:
            return  # it is the first one, before the file is looked at
        self._attach(sandbox, is_new=True)
        self._commits.changed()

    def end(self, sandbox: Sandbox) -> None:
        changes = self._changes.pop(sandbox.number, None)
        if changes is not None:
            changes.detach()
            self._removed.append(sandbox.number)
            self._commits.changed()

    # What is written: all changes of all kept sandboxes.

    @property
    def flows(self) -> bool:
        return any(changes.sandbox.clock.rate for changes in self._changes.values())

    def statements(self) -> Iterator[Statement]:
        for number in self._removed:
            yield from removal_of(number)
        for changes in self._changes.values():
            yield from changes.statements()
        rows = self._server_rows()
        if rows != self._server:
            yield Statement(schema.SERVER.upsert, rows)

    def written(self) -> None:
        self._removed.clear()
        self._server = self._server_rows()
        for changes in self._changes.values():
            changes.written()

    def _server_rows(self) -> list[tuple[object, ...]]:
        assert self._services is not None
        record = server_record(self._services)
        return schema.SERVER.rows(0, [schema.ServerRow(ids=record.ids, api_keys=record.api_keys)])

    # What goes wrong: memory is brought back to what the file has, and time stands still until it can be written.

    def _failed(self, reason: str) -> None:
        log.error("%s; nothing is accepted until that is mended", reason)
        self._take_back()
        for changes in self._changes.values():
            changes.sandbox.record(Kind.STATE_FAILED, {"reason": reason})

    def _take_back(self) -> None:
        assert self._sandboxes is not None
        assert self._services is not None
        try:
            loader = Loader(self._file, self._services, self._sandboxes.given, self._sandboxes.first.transform)
            self._put_back(loader.sandboxes(again=True))
            self._behind = False
        except (StateRefused, NotKept) as error:
            self._behind = True
            log.error("%s", error)

    def _recovered(self) -> None:
        for changes in self._changes.values():
            changes.sandbox.record(Kind.STATE_RECOVERED, {"file": str(self._options.file)})
        self._resume()

    def _resume(self) -> None:
        for changes in self._changes.values():
            rate, changes.rate_to_come = changes.rate_to_come, None
            if rate is not None:
                resume(changes.sandbox)
                changes.sandbox.clock.rate = rate

    def _put_back(self, kept: list[LoadedSandbox]) -> None:
        """Have these sandboxes in place of those that are kept at present. Their time stands still."""
        sandboxes = self._sandboxes
        assert sandboxes is not None
        for changes in self._changes.values():
            changes.detach()
        gone = set(self._changes) - {each.number for each in kept}
        self._changes.clear()
        self._removed.clear()
        for number in gone:
            self._end(sandboxes.discard(number))
        for each in kept:
            self._end(sandboxes.put_back(each.sandbox, each.number))
            self._attach(each.sandbox, is_new=False).rate_to_come = each.rate

    def _attach(self, sandbox: Sandbox, *, is_new: bool) -> SandboxChanges:
        earlier = self._changes.get(sandbox.number)
        if earlier is not None:
            earlier.detach()
        changes = SandboxChanges(sandbox, self._commits.changed, is_new=is_new, given=self._given)
        self._changes[sandbox.number] = changes
        return changes

    def _given(self) -> Scenario | None:
        """The scenario that the server was started with, or that a watched file has now."""
        return None if self._sandboxes is None else self._sandboxes.given

    def _end(self, sandbox: Sandbox | None) -> None:
        if sandbox is not None:
            task = asyncio.get_running_loop().create_task(sandbox.close())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    # What is found at the start.

    def _obey_flags(self) -> None:
        """Flags win over the file, which wins over the scenario. Raises StateRefused."""
        assert self._sandboxes is not None
        flags, sandbox = dict(self._options.flags), self._sandboxes.first
        account = sandbox.first_account
        api_key = flags.get("api_key")
        if api_key is not None and api_key != account.api_key:
            raise StateRefused(
                f"--api-key is not the key of the first account in {self._options.file}; leave it out, or name "
                f"another file"
            )
        balance = flags.get("balance")
        urls = {name: str(flags[name]) for name in ("callback_url", "received_fax_url") if flags.get(name)}
        changed = {name: url for name, url in urls.items() if url != getattr(account, name)}
        sandbox.change_account(
            account, balance=None if balance is None else parse_amount(str(balance)), urls=changed
        )
        if flags.get("rate") is not None:
            self._changes[sandbox.number].rate_to_come = float(str(flags["rate"]))
        if flags.get("start") is not None:
            self.notes.append("--start is not used: time goes on where the file has it")

    def _tell(self, loader: Loader, was_there: bool) -> None:
        assert self._sandboxes is not None
        file, sandbox = self._options.file, self._sandboxes.first
        if was_there:
            faxes = f"{len(sandbox.store):,} fax{'' if len(sandbox.store) == 1 else 'es'}"
            found = f"{faxes}, clock at {to_the_second(sandbox.clock.now)}, kept in {file}"
            self.notes[:0] = [found, *loader.differences]
        else:
            self.notes.insert(0, f"begins anew, kept in {file}")
        if self._file.copied_to is not None:
            self.notes.append(f"the file was of an earlier version; as it was it is {self._file.copied_to}")
        if not self._file.has_log:
            self.notes.append("this folder cannot have a write-ahead log, so each answer waits for the disk")
