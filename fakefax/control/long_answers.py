"""Answers with a long list: made and sent in pieces, so that nobody else waits for one, and while it is read."""

import asyncio
import logging
from collections.abc import AsyncIterator, Generator, Iterable
from typing import Generic, TypeVar

from aiohttp import HttpVersion11, web

from fakefax.api.reply import JSON_TYPE, encode_json
from fakefax.api.sending import begin
from fakefax.core.real_time import breathe, real_seconds

log = logging.getLogger(__name__)

SLICE = 0.004
"""Real seconds of work between two breaths of the event loop."""

PIECE = 64 * 1024
"""Bytes after which a piece is sent."""

JOINED = 256 * 1024
"""Bytes up to which an answer goes out whole, with its length; a longer one is streamed."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class LongAnswer(Generic[T_co]):
    """An answer of this shape. `frame` is all of it but the named lists, whose items are made one by one.

    The lists come in the order of the frame. An item that is None is left out: it is a moment to pause at.
    """

    def __init__(self, frame: T_co, **lists: Iterable[object]) -> None:
        self._parts: list[tuple[bytes, Iterable[object]]] = []
        rest = encode_json(frame)
        for name, items in lists.items():
            empty = f'"{name}":[]'.encode()
            before, found, rest = rest.partition(empty)
            if not found:
                raise ValueError(f"the frame has no empty list {name!r} after the lists before it")
            self._parts.append((before + empty[:-1], items))
            rest = b"]" + rest
        self._tail = rest + b"\n"

    async def pieces(self, turn: asyncio.Lock) -> AsyncIterator[bytes]:
        """The JSON of it. All the long answers of a server take turns, one slice each time the loop comes round."""
        for before, items in self._parts:
            yield before
            async for piece in _joined(items, turn):
                yield piece
        yield self._tail

    async def send(self, request: web.BaseRequest, status: int, turn: asyncio.Lock) -> web.StreamResponse:
        """Answer with it; when the reader has gone, the rest is not made."""
        begun: list[bytes] = []
        stream: web.StreamResponse | None = None
        try:
            async for piece in self.pieces(turn):
                if request.transport is None or request.transport.is_closing():
                    return stream or web.Response(status=status)
                if stream is not None:
                    await stream.write(piece)
                    continue
                begun.append(piece)
                if sum(map(len, begun)) > JOINED:
                    stream = await _begin(request, status)
                    await stream.write(b"".join(begun))
        except ConnectionError:
            return stream or web.Response(status=status)
        except Exception:
            if stream is None:
                raise
            log.exception("%s failed in the middle of its answer", request.path)
            if request.transport is not None:
                request.transport.abort()
        return stream or web.Response(status=status, body=b"".join(begun), content_type=JSON_TYPE)


async def _joined(items: Iterable[object], turn: asyncio.Lock) -> AsyncIterator[bytes]:
    """The items as JSON with commas between them."""
    rest, comma, more = iter(items), b"", True
    while more:
        async with turn:
            piece, begun = bytearray(), real_seconds()
            more = False
            for item in rest:
                if item is not None:
                    piece += comma
                    piece += encode_json(item)
                    comma = b","
                if len(piece) >= PIECE or real_seconds() - begun >= SLICE:
                    more = True
                    break
            if more:
                await breathe()
        yield bytes(piece)


async def in_slices(steps: Generator[None, None, T], turn: asyncio.Lock) -> T:
    """Do work in steps and return its result. It takes turns with the long answers, one slice at a time."""
    while True:
        async with turn:
            begun = real_seconds()
            try:
                next(steps)
                while real_seconds() - begun < SLICE:
                    next(steps)
            except StopIteration as end:
                result: T = end.value
                return result
            await breathe()


async def _begin(request: web.BaseRequest, status: int) -> web.StreamResponse:
    stream = web.StreamResponse(status=status)
    stream.content_type = JSON_TYPE
    if request.version >= HttpVersion11:  # before, the end of the connection is the end of the answer
        stream.enable_chunked_encoding()
    await begin(request, stream)
    return stream
