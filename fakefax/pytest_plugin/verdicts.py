"""The verdict when a test ends, and the fakefax section in the report of one that failed."""

from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from fakefax.client import FakeFax


class Faults(Protocol):
    """The changes of an exploration to the sandbox of one of its runs: more settings, and rules once it exists."""

    settings: dict[str, object]

    def begin(self, fakefax: "FakeFax") -> None: ...


HANDLE: "pytest.StashKey[FakeFax]" = pytest.StashKey()
"""The FakeFax of a test, while its sandbox exists."""

UNDER_FAULTS: "pytest.StashKey[Faults]" = pytest.StashKey()
"""Of a run of an exploration, which judges by itself."""


WHOLE_JOURNAL = 2
"""The verbosity from which on nothing of a journal is left out: -vv."""


def pronounce(item: pytest.Item) -> None:
    """Fail a test that has passed so far when its program did what Fax.to would mind."""
    fakefax = item.stash.get(HANDLE, None)
    if fakefax is None or not fakefax.verdict or UNDER_FAULTS in item.stash:
        return
    from fakefax.client import WrongValue  # noqa: PLC0415 (loaded already: there is a FakeFax)

    try:
        found = fakefax.findings()
    except WrongValue as error:
        pytest.fail(str(error), pytrace=False)
    if found:
        parts = sorted({finding.part.value for finding in found})
        lines = [f"  {finding.part}: {finding.message}" for finding in found]
        cure = " and ".join(f'fakefax.verdict.discard("{part}")' for part in parts)
        pytest.fail(
            "the test has passed, but Fax.to would mind what the program did:\n"
            + "\n".join(lines)
            + f"\nWhere the test intends it: {cure}, or fakefax_verdict in the ini file.",
            pytrace=False,
        )


def story_of(item: pytest.Item) -> str | None:
    """The history of a test's sandbox, if it had one that can still be asked; all of its journal with -vv."""
    fakefax = item.stash.get(HANDLE, None)
    if fakefax is None:
        return None
    from fakefax.client import FakeFaxError  # noqa: PLC0415 (loaded already: there is a FakeFax)

    try:
        whole = item.config.option.verbose >= WHOLE_JOURNAL
        story = fakefax.story(whole=whole)
    except FakeFaxError as error:
        return f"its history cannot be shown: {error}"
    return story if whole or "\n  … " not in story else f"{story}\n(pytest -vv shows the whole journal)"
