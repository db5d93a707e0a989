"""The first step of a coroutine, taken before there is a task for it; mostly it is also the last.

Python 3.12 has eager tasks for this. Here a task is needed only for a coroutine that really waits.
"""

from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


class FirstStep(Generic[T]):
    """A coroutine that has begun. Await this once, in a task, for what it comes to, be it an error.

    `result` is that already if the coroutine has returned. In its first step it must not ask for the current task,
    as timeouts do.
    """

    __slots__ = ("_coroutine", "_error", "_waits_for", "result")

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self.result: T | None = None
        self._coroutine = coroutine
        self._waits_for: Any = None
        self._error: Exception | None = None
        try:
            self._waits_for = coroutine.send(None)
        except StopIteration as end:
            self.result = end.value
        except Exception as error:
            self._error = error

    def __await__(self) -> Generator[Any, Any, T]:
        if self._error is not None:
            raise self._error
        return (yield from self._rest()) if self.result is None else self.result

    def _rest(self) -> Generator[Any, Any, T]:
        """Hand on what the coroutine waits for, and to the coroutine what came of that."""
        while True:
            try:
                came = yield self._waits_for
            except BaseException as error:
                go_on = partial(self._coroutine.throw, error)
            else:
                go_on = partial(self._coroutine.send, came)
            try:
                self._waits_for = go_on()
            except StopIteration as end:
                return cast("T", end.value)
