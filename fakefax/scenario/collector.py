"""The collector of cyclic garbage, held back while very many objects are made that are not garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_held(*, when: bool) -> Iterator[None]:
    """Hold it back in this block.

    To search a growing tree for garbage took most of the start of a large scenario.
    """
    if not when or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
