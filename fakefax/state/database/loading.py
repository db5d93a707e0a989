"""From the file to sandboxes that go on where they stood."""

from collections import defaultdict
from typing import Any, NamedTuple

import msgspec

from fakefax.core.errors import StorageFull
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices, Transform, identity
from fakefax.scenario.collector import collector_held
from fakefax.scenario.schema import Scenario
from fakefax.state import records as r
from fakefax.state.database import StateRefused, schema
from fakefax.state.database.file import ANOTHER, StateFile
from fakefax.state.rebuild import rebuild

FROM_FILE = ("accounts", "clock")
"""Sections of the scenario that the file wins over."""


class LoadedSandbox(NamedTuple):
    """A sandbox of the file, whose time stands still; `rate` is the one at which it is to go on."""

    number: int
    sandbox: Sandbox
    rate: float


class Loader:
    """Makes the sandboxes of a file. The first one has the scenario that the server was started with.

    `differences` say what of that scenario is another one than in the file, once `sandboxes` was called.
    """

    def __init__(self, file: StateFile, services: SharedServices, scenario: Scenario, transform: Transform) -> None:
        self.differences: list[str] = []
        self._file = file
        self._found: dict[str, dict[int | None, list[Any]]] = {}
        self._services = services
        self._scenario = scenario
        self._transform = transform

    def server(self) -> r.ServerRecord | None:
        """The next ids, or None in a new file. Raises StateRefused."""
        found = self._records(schema.SERVER)[None]
        return found[0] if found else None

    def sandboxes(self, *, again: bool = False) -> list[LoadedSandbox]:
        """All sandboxes. `again` is for a server that has begun already. Raises StateRefused."""
        found = self._records(schema.SANDBOXES)[None]
        if not found:
            return []
        with collector_held(when=True):
            rows = self._file.read("SELECT digest, content FROM files")
            files = {str(digest): bytes(content) for digest, content in rows}
            self._found = {table.name: self._records(table) for table in schema.TABLES if table.of_sandbox}
            return [self._sandbox(record, files, again=again) for record in found]

    def _sandbox(self, record: schema.SandboxRecord, files: dict[str, bytes], *, again: bool) -> LoadedSandbox:
        number = record.number
        lists = {name: self._found[table.name].pop(number, []) for name, table in schema.OF_SANDBOX.items()}
        clock = self._one(schema.CLOCKS, number)
        exchanges = {each.exchange for each in lists["exchanges"]}
        for attempt in lists["attempts"]:
            if attempt.exchange is not None and attempt.exchange not in exchanges:
                attempt.exchange = r.DROPPED
        rate, clock.rate = clock.rate, 0.0
        scenario, transform = self._story(record, lists, again=again)
        snapshot = r.Snapshot(
            fakefax_snapshot=1,
            scenario=record.scenario,
            clock=clock,
            ids=r.IdsRecord(fax_job_id=1, document_id=1, number_id=1, did_id=1, incoming_fax_id=1),
            counters=self._one(schema.COUNTERS, number),
            files=files,
            **lists,
        )
        try:
            sandbox = rebuild(snapshot, scenario, self._services, record.owner, transform)
        except StorageFull as error:
            raise StateRefused(
                f"{self._file.path} has more files than --storage-limit allows: {error.reason}"
            ) from None
        except Exception as error:
            raise self._damaged(f"the records of sandbox {number} do not fit together: {error!r}") from error
        return LoadedSandbox(number, sandbox, rate)

    def _story(
        self, record: schema.SandboxRecord, lists: dict[str, list[Any]], *, again: bool
    ) -> tuple[Scenario, Transform]:
        """The scenario of a sandbox. Counters of rules that are not in it any more are left out.

        The first one has the scenario that is in the file, which may have been put in force, as long as the server
        is started with the same one as then, whatever its flags are. Otherwise it has what that is started with.
        """
        in_file = self._scenario_of(record.scenario, record)
        if record.owner is not None:
            return in_file, identity
        if again:
            return in_file, self._transform
        now, then = _plain(self._scenario), record.given or record.scenario
        given = _plain(self._transformed(self._scenario_of(then, record)))
        if given == now:
            return self._transformed(in_file), self._transform
        lists["rules"] = [rule for rule in lists["rules"] if _is_the_same(rule, record.scenario, now)]
        if record.scenario.get("seed") != now.get("seed"):
            for rule in lists["rules"]:
                rule.drawn = 0
        self._tell_differences(given, now)
        return self._scenario, self._transform

    def _transformed(self, scenario: Scenario) -> Scenario:
        """With the flags of this start. One that cannot have them is left as it is."""
        try:
            return self._transform(scenario)
        except ValueError:
            return scenario

    def _tell_differences(self, then: dict[str, Any], now: dict[str, Any]) -> None:
        differing = [name for name in {**now, **then} if now.get(name) != then.get(name)]
        taken = [name for name in differing if name not in FROM_FILE]
        left = [name for name in differing if name in FROM_FILE]
        if taken:
            self.differences.append(f"the scenario has changed; {', '.join(taken)}: as it says now")
        if left:
            self.differences.append(f"the scenario has changed; {', '.join(left)}: as the file has them")

    def _scenario_of(self, plain: dict[str, Any], record: schema.SandboxRecord) -> Scenario:
        try:
            return msgspec.convert(plain, Scenario)
        except msgspec.ValidationError as error:
            raise self._damaged(f"the scenario of sandbox {record.number} is wrong: {error}") from None

    def _one(self, table: schema.Table, number: int) -> Any:
        found = self._found[table.name][number]
        if len(found) != 1:
            raise self._damaged(f"sandbox {number} has {len(found)} rows in {table.name}")
        return found[0]

    def _records(self, table: schema.Table) -> dict[int | None, list[Any]]:
        """All records of a table, by their sandbox; None for a table without one."""
        records: defaultdict[int | None, list[Any]] = defaultdict(list)
        one, page = msgspec.json.Decoder(table.record).decode, msgspec.json.Decoder(list[table.record]).decode  # type: ignore[name-defined]
        try:
            for sandbox, text in self._file.read(table.select):
                if table.paged:
                    records[sandbox].extend(page(text))
                else:
                    records[sandbox].append(one(text))
        except (msgspec.DecodeError, UnicodeDecodeError, TypeError, RecursionError) as error:
            raise self._damaged(f"a row of {table.name} cannot be read: {error}") from None
        return records

    def _damaged(self, what: str) -> StateRefused:
        return StateRefused(f"{self._file.path} is damaged ({what}); restore a copy of it, or {ANOTHER}")


def _plain(scenario: Scenario) -> dict[str, Any]:
    """A scenario as the file has it."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(scenario))
    return plain


def _is_the_same(rule: r.RuleRecord, then: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether a rule that has counted something is still there: one of the scenario stands at its place."""
    if rule.written is not None:
        return True
    index = int(rule.rule_id.partition("[")[2].rstrip("]"))
    old, new = then.get(rule.section, ()), now.get(rule.section, ())
    return index < len(new) and index < len(old) and old[index] == new[index]
