"""Every change of a sandbox is in the file: one that goes unnoticed would be lost at a restart."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fakefax.core.journal import Kind
from fakefax.core.models import BEGINNING
from fakefax.sandbox.services import identity
from fakefax.state.capture import snapshot_of
from fakefax.state.database import schema
from fakefax.state.database.changes import SandboxChanges
from fakefax.state.database.file import StateFile
from fakefax.state.database.loading import Loader
from fakefax.state.records import Snapshot
from tests.state.story import SCENARIO, Step, Story, begun, run, services
from tests.state.test_goes_on import EVICTED, HELD_BACK, POSTED_TWICE, SETTLED_LATE, UNANSWERED, sent, steps
from tests.thorough import examples


class Told(Story):
    """A story in which the journal has an entry for everything, as a server's has."""

    def tell(self, number: int) -> None:
        super().tell(number)
        account = self.account(number)
        self.sandbox.record(Kind.REQUEST, {"method": "GET", "operation": "balance", "status": 200}, account)

    def rule(self, value: tuple[str, dict[str, Any]]) -> None:
        super().rule(value)
        self.sandbox.record(Kind.RULES_CHANGED, {"change": "one was put in front"})

    def no_rules(self, section: str) -> None:
        super().no_rules(section)
        self.sandbox.record(Kind.RULES_CHANGED, {"change": "one was taken away"})

    def delete(self, number: int) -> None:
        account = self.account(number)
        if account.documents:
            self.sandbox.documents.delete(account, next(reversed(account.documents)))


@contextmanager
def file_in(folder: str) -> Iterator[StateFile]:
    file = StateFile(Path(folder) / "state.db")
    file.open(BEGINNING)
    file.begin()
    try:
        yield file
    finally:
        file.close()


def put_into(file: StateFile, changes: SandboxChanges) -> None:
    file.write(changes.statements())
    file.commit()
    changes.written()


def comparable(snapshot: Snapshot) -> dict[str, Any]:
    """Its values; lists without a meaningful order are sorted."""
    data: dict[str, Any] = msgspec.to_builtins(snapshot)
    for name in ("exchanges", "deliveries"):
        data[name] = sorted(data.get(name, []), key=msgspec.json.encode)
    del data["ids"]
    return data


@pytest.fixture(scope="module", autouse=True)
def often() -> Iterator[None]:
    """Drop from the file what memory does not have any more long before it is much."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fakefax.state.database.changes.TRIM_AT", 5)
        patch.setattr("fakefax.state.database.changes.DROP_EXCHANGES_AT", 2)
        patch.setattr("fakefax.state.database.schema.PAGE", 5)
        yield


some_steps = st.lists(
    st.one_of(steps(1).map(lambda one: one[0]), st.tuples(st.just("delete"), st.integers(0, 3))), max_size=40
)


@settings(max_examples=examples(30), deadline=None)
@example([*EVICTED, *EVICTED] * 4, "on_accept", 3)
@example([*SETTLED_LATE, *EVICTED, ("resend", 1), *EVICTED], "on_success", 1)
@example([*HELD_BACK, *UNANSWERED, *POSTED_TWICE], "on_accept", 2)
@example([("upload", b"a"), ("upload", b"a"), ("delete", 1), sent("+49123456"), ("delete", 1)], "on_accept", 1)
@example([("register", number) for number in range(5)], "on_accept", 7)
@given(some_steps, st.sampled_from(["on_accept", "on_success"]), st.integers(1, 4))
def test_the_file_has_what_memory_has(story_steps: list[Step], charge: str, commit_every: int):
    """For anything that happens, with commits in between: what is loaded from the file is what is in memory."""

    async def reported() -> None:
        story = Told(begun(charge).sandbox)
        story.sandbox.number = 1
        with tempfile.TemporaryDirectory() as folder, file_in(folder) as file:
            changes = SandboxChanges(story.sandbox, lambda: None, is_new=True)
            put_into(file, changes)
            for number, step in enumerate(story_steps):
                await story.carry_out(step)
                if number % commit_every == 0:
                    put_into(file, changes)
            put_into(file, changes)
            (kept,) = Loader(file, services(), story.sandbox.scenario, identity).sandboxes()
            assert comparable(snapshot_of(kept.sandbox)) == comparable(snapshot_of(story.sandbox))
            digests = {digest for (digest,) in file.read("SELECT digest FROM files")}
            assert digests == set(snapshot_of(story.sandbox).files)
            assert len(file.read("SELECT seq FROM journal")) < story.sandbox.journal.capacity + 10
            assert file.read("SELECT number FROM sandboxes") == [(1,)]

    run(reported())


def test_every_list_of_a_snapshot_has_a_table():
    """All state of a sandbox is in the file: nothing is added to snapshots and forgotten there."""
    elsewhere = {"fakefax_snapshot", "scenario", "clock", "counters", "ids", "files"}
    assert set(schema.OF_SANDBOX) | elsewhere == {field.name for field in msgspec.structs.fields(Snapshot)}
    assert SCENARIO
