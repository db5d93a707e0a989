"""The interface of a store that keeps sandboxes: see fakefax/state/database/."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from fakefax.sandbox.sandbox import Sandbox


class NotKept(Exception):
    """Changes could not be written, so they were taken back. The message says why."""


class Sync(StrEnum):
    """The accidents that an answer survives: the end of the process, or also a loss of power."""

    NORMAL = "normal"
    FULL = "full"


class StateOptions(Struct, frozen=True):
    """Where sandboxes are kept. `flags` are the values of the first account and clock that take precedence."""

    file: Path
    sync: Sync = Sync.NORMAL
    flags: Mapping[str, object] = {}


class Keeping(Protocol):
    """Writes what has changed in kept sandboxes before any answer leaves."""

    @property
    def problem(self) -> str | None:
        """Why nothing can be kept at present; None when all is well."""

    def refusal(self) -> str | None:
        """The same for a request that may change something; writing may be tried again first."""

    async def saved(self) -> None:
        """Return when everything that has changed so far is written. Raises NotKept."""

    def begin(self, sandbox: "Sandbox") -> None:
        """Keep a sandbox from now on, in place of the one with its number."""

    def end(self, sandbox: "Sandbox") -> None:
        """Keep a sandbox no longer, because it was deleted."""
