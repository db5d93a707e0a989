"""Looks for garbage when much of it may have piled up, by its bytes; Python's collector counts objects only.

Sixty small objects that hold each other may hold a body of megabytes too, where a client or an endpoint was lost in
the middle of it.
"""

import gc

EVERY = 32 * 1024 * 1024
"""Bytes of lost bodies; below that they are worth no tenth of a second."""


class Lost:
    """The bytes of bodies that were lost on their way since the last look."""

    def __init__(self) -> None:
        self._bytes = 0

    def weigh(self, size: int) -> None:
        """Count a body that did not arrive whole."""
        self._bytes += size
        if self._bytes >= EVERY:
            self._bytes = 0
            gc.collect()


LOST_BODIES = Lost()
"""Those of the whole process, as garbage is."""
