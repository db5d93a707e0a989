"""`serve --watch`: reads the scenario file again when it changes.

It looks at the file each half second, rather than asking the system to be told: that works alike on every system
and every mounted folder of a container, where notifications often do not arrive, and needs no further package.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from fakefax.core.real_time import real_sleep
from fakefax.sandbox.keys import KeyTaken
from fakefax.sandbox.registry import Sandboxes
from fakefax.scenario.loader import ScenarioError, load_scenario

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Real seconds between two looks."""

Look = tuple[int, int, int] | None
"""What tells one state of a file from another: its inode, its time, its size. None when it is not there."""


class ScenarioWatch:
    """Keeps the first sandbox to what a file says. `tell` gets one line for each thing that happens."""

    def __init__(self, file: Path, sandboxes: Sandboxes, tell: Callable[[str], None]) -> None:
        self._file = file
        self._sandboxes = sandboxes
        self._tell = tell
        self._seen: Look = None
        self._read: Look = None
        self._wrong = False

    async def run(self) -> None:
        """Look at the file until cancelled."""
        while True:
            await real_sleep(LOOK_EVERY)
            try:
                await self.check()
            except Exception:  # what fails once may succeed at the next change
                log.exception("the scenario file could not be read again; it is still watched")

    async def check(self) -> None:
        """Look once. A change counts when two looks agree: a file that is just being written is not read."""
        look = self._look()
        settled, self._seen = look == self._seen, look
        if settled and look != self._read:
            self._read = look
            if look is None:
                self._complain([f"{self._file} is gone"])
            else:
                await self._reload()

    async def _reload(self) -> None:
        """Read the file and begin anew if it says something else; what is wrong with it changes nothing."""
        try:
            scenario = load_scenario(str(self._file))
            first = self._sandboxes.first
            new = first.transform(scenario) != self._sandboxes.given
            if new:
                fresh, _ = await self._sandboxes.put_scenario(first, scenario)
                self._sandboxes.given = fresh.scenario
        except ScenarioError as error:
            self._complain(error.lines)
        except (KeyTaken, ValueError) as error:
            self._complain([f"{self._file}: {error}"])
        else:
            if new:
                self._tell(f"{self._file} has changed and was read again; its sandbox begins anew")
            elif self._wrong:
                self._tell(f"{self._file} is as it was again")
            self._wrong = False

    def _complain(self, lines: list[str]) -> None:
        self._wrong = True
        for line in lines:
            self._tell(line)
        self._tell("the scenario that was read last stays")

    def _look(self) -> Look:
        try:
            stat = self._file.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size
