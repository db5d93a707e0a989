"""`serve --watch`: reads the scenario file again when it changes.

It looks at the file each half second instead of asking the system for notifications: that works on every system
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
"""The state of a file: its inode, its time, its size. None if it does not exist."""


class ScenarioWatch:
    """Keeps the first sandbox in step with a file. `notify` gets one line for each thing that happens."""

    def __init__(self, file: Path, sandboxes: Sandboxes, notify: Callable[[str], None]) -> None:
        self._file = file
        self._sandboxes = sandboxes
        self._notify = notify
        self._seen: Look = None
        self._read: Look = None
        self._wrong = False

    async def run(self) -> None:
        """Look at the file until cancelled."""
        while True:
            await real_sleep(LOOK_EVERY)
            try:
                await self.check()
            except Exception:  # a read that fails once may succeed at the next change
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
        """Read the file and restart the sandbox if it has changed; a wrong file changes nothing."""
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
                self._notify(f"{self._file} has changed and was read again; its sandbox starts again")
            elif self._wrong:
                self._notify(f"{self._file} is as it was again")
            self._wrong = False

    def _complain(self, lines: list[str]) -> None:
        self._wrong = True
        for line in lines:
            self._notify(line)
        self._notify("the scenario that was read last stays")

    def _look(self) -> Look:
        try:
            stat = self._file.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size
