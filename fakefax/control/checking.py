"""Checks bodies: a large scenario or rule in a thread, and what is wrong with a value, in words."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any, TypeVar, cast

import msgspec
from msgspec import inspect

T = TypeVar("T")

SMALL = 8 * 1024
"""Bytes that are checked at once: a thread would cost more than that."""

BYTES_A_PART = 40
"""About what a rule, an account, a document or a number takes in a scenario."""

MAX_WAITING = 32
"""Bodies that wait for their turn; each takes up to a megabyte."""


class TooManyChecks(Exception):
    """Too many large bodies wait to be checked; the message says what to do."""


class Checking:
    """Checks bodies, a large one at a time. Use it on one event loop.

    Its threads are daemons: a server that stops does not wait for them.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def run(self, size: int, work: Callable[[], T]) -> T:
        """Return or raise what `work` does, in a thread for a body of more than `SMALL` bytes.

        Raises TooManyChecks.
        """
        if size <= SMALL:
            return work()
        if self._waiting >= MAX_WAITING:
            raise TooManyChecks(
                f"{MAX_WAITING} scenarios or rules wait to be checked; try again when others are done"
            )
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        try:
            Thread(target=self._work, args=(asyncio.get_running_loop(), future, work), daemon=True).start()
        except BaseException:
            self._turn.release()
            raise
        return await future

    def _work(self, loop: asyncio.AbstractEventLoop, future: "asyncio.Future[T]", work: Callable[[], T]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed, so nothing waits for the result
            loop.call_soon_threadsafe(self._settle, future, *_outcome(work))

    def _settle(self, future: "asyncio.Future[T]", result: T | None, error: BaseException | None) -> None:
        self._turn.release()
        if future.done():
            return
        if error is None:
            future.set_result(cast("T", result))
        else:
            future.set_exception(error)


def _outcome(work: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    try:
        return work(), None
    except BaseException as error:  # every error becomes the answer of the request
        return None, error


_AT_A_FIELD = r" - at `\$\.([a-z_]+)`$"


def about_a_value(error: msgspec.ValidationError, body: bytes, shape: type[Any]) -> str | None:
    """The sentence about the value that a field of `shape` cannot have; None when it is about something else."""
    at = re.search(_AT_A_FIELD, str(error))
    if at is None:
        return None
    name = at[1]
    try:
        value = msgspec.json.decode(body)[name]
    except (
        msgspec.DecodeError,
        UnicodeDecodeError,
        RecursionError,
    ):  # what follows the value is not JSON either
        return None
    of = next(field.type for field in _fields(shape) if field.encode_name == name)
    from fakefax.scenario.validation.problems import shown  # noqa: PLC0415 (only for a wrong body)

    return f"{name}: {shown(value)} is not {' or '.join(_expected(of))}"


def _fields(shape: type[Any]) -> tuple[inspect.Field, ...]:
    of = inspect.type_info(shape)
    return of.fields if isinstance(of, inspect.StructType) else ()


def _expected(of: inspect.Type) -> Iterator[str]:
    """The values that are allowed, in words, a piece for each type."""
    from fakefax.scenario.validation.problems import shown  # noqa: PLC0415 (only for a wrong body)

    match of:
        case inspect.UnionType():
            for branch in of.types:
                yield from _expected(branch)
        case inspect.Metadata():
            yield from _expected(of.type)
        case inspect.IntType() | inspect.FloatType():
            yield f"a {'whole ' if isinstance(of, inspect.IntType) else ''}number{_range(of.ge, of.le)}"
        case inspect.StrType():
            yield f"text{_length(of.min_length, of.max_length)}"
        case inspect.LiteralType():
            yield from (shown(value) for value in of.values)
        case inspect.EnumType():
            yield from (shown(value.value) for value in of.cls)
        case inspect.DictType():
            yield f"a mapping{' with a field at least' if of.min_length else ''}"
        case _:
            word = _WORDS.get(type(of))
            if word is not None:
                yield word


_WORDS: dict[type[inspect.Type], str] = {
    inspect.BoolType: "true or false",
    inspect.BytesType: "a file in base64",
    inspect.DateTimeType: "a time such as 2026-01-05T09:00:00Z",
    inspect.ListType: "a list",
    inspect.NoneType: "null",
}


def _range(least: float | None, most: float | None) -> str:
    if least is None:
        return ""
    return f" of at least {least:,.0f}" if most is None else f" from {least:,.0f} to {most:,.0f}"


def _length(least: int | None, most: int | None) -> str:
    if least is None:
        return ""
    return " of at least one character" if most is None else f" of {least} to {most} characters"
