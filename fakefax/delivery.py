"""Posts receipts and received faxes to callback URLs, and says of each attempt what came of it.

A CallbackClient serves a whole server. A Dispatcher serves one sandbox: it owns the tasks that post, holds the
sandbox's clock while they do, and drops them when the sandbox is closed.
"""

import asyncio
import logging
import os
import string
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlsplit
from weakref import WeakValueDictionary

import aiohttp
from yarl import URL

from fakefax import authorities
from fakefax.container import is_this_machine, localhost_hint
from fakefax.core.clock import Clock
from fakefax.core.forms import Body
from fakefax.core.holds import Hold
from fakefax.core.kept_errors import without_frames
from fakefax.core.masking import masked_urls
from fakefax.core.notices import Answer
from fakefax.core.real_time import real_seconds
from fakefax.garbage import LOST_BODIES
from fakefax.kept_connections import Connections

log = logging.getLogger(__name__)

ANSWER_LIMIT = 64 * 1024
"""Bytes of an answer that are read; what a callback URL says beyond its status is of no consequence."""

LARGE_BODY = 512 * 1024
"""Bytes above which a body is written in pieces, so that a large fax does not hold up the event loop."""

PARALLEL_PER_ENDPOINT = 64
"""Attempts of one sandbox in flight at one host and port, so that many faxes do not overrun a small endpoint."""


class CallbackClient:
    """One HTTP client for all attempts. `timeout` is the real time of one attempt, in seconds.

    `host_map` says where a host of a URL really is; the endpoint still hears the URL's own host. In a container
    (`contained`) an endpoint on localhost that cannot be reached gets a hint.
    """

    def __init__(
        self, timeout: float = 10.0, *, host_map: Mapping[str, str] | None = None, contained: bool = False
    ) -> None:
        self.timeout = timeout
        self._host_map = host_map or {}
        self._contained = contained
        self._connections = Connections()

    async def post(self, url: str, body: Body) -> Answer:
        """One attempt; whatever goes wrong is an Answer with its reason, never an exception."""
        started = real_seconds()
        status_code, failure, hint = None, None, None
        try:
            async with asyncio.timeout(self.timeout):
                status_code = await self._exchange(_as_url(url), body)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            failure = f"no answer within {self.timeout:g}s" if isinstance(error, TimeoutError) else _reason(error)
            if self._contained and isinstance(error, aiohttp.ClientConnectorError) and is_this_machine(error.host):
                hint = localhost_hint(error.host)
            without_frames(error)
            LOST_BODIES.weigh(len(body.content))
        except Exception as error:  # whatever it was, the receipt must live on
            log.exception("an attempt at %s failed in fakefax itself", masked_urls(url))
            failure = f"fakefax itself failed, please report it: {error!r}"
        return Answer(status_code, failure, real_seconds() - started, hint=hint)

    async def _exchange(self, target: URL, body: Body) -> int:
        """Post and read the answer to its end, since half an answer is none."""
        if target.scheme == "https":
            authorities.read()
        content = body.content if len(body.content) <= LARGE_BODY else BytesIO(body.content)
        place, options = self._place(target)
        session, asking = self._connections.session(place)
        options["headers"] |= {"Content-Type": body.content_type, **asking}
        try:
            async with session.post(place, data=content, allow_redirects=False, **options) as answer:
                self._connections.answered(place, answer)
                length = 0
                async for chunk in answer.content.iter_any():
                    length += len(chunk)
                    if length > ANSWER_LIMIT:
                        answer.close()
                        break
                return answer.status
        except Exception:
            self._connections.failed(place)
            raise

    def _place(self, target: URL) -> tuple[URL, dict[str, Any]]:
        """Where to connect, and what keeps the Host header and the certificate's name those of the URL."""
        host = self._host_map.get((target.host or "").lower())
        if host is None:
            return target, {"headers": {}}
        headers = {"Host": target.host_port_subcomponent}
        return target.with_host(host), {"headers": headers, "server_hostname": target.raw_host}

    async def close(self) -> None:
        """End all connections."""
        await self._connections.close()


def _as_url(url: str) -> URL:
    """The URL byte for byte; only characters that HTTP cannot carry are encoded."""
    if url.isascii():
        return URL(url, encoded=True)
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return URL(str(URL(origin)).rstrip("/") + quote(url[len(origin) :], safe=string.printable), encoded=True)


def _reason(error: Exception) -> str:
    """Why an attempt failed, in words that name the cause."""
    for kind, words in _REASONS:
        if isinstance(error, kind):
            return words(error)
    return f"{type(error).__name__}: {error}"


_REASONS: tuple[tuple[type[Exception], Callable[[Any], str]], ...] = (
    (aiohttp.ClientConnectorDNSError, lambda e: f"the host name {e.host} is not known"),
    (aiohttp.ClientSSLError, lambda e: f"TLS failed: {e}"),
    (aiohttp.ClientConnectorError, lambda e: f"cannot connect to {e.host}:{e.port}: {_strerror(e.os_error)}"),
    (aiohttp.ServerDisconnectedError, lambda _: "the connection was closed without an answer"),
    (aiohttp.ClientPayloadError, lambda _: "the connection was closed in the middle of the answer"),
    (aiohttp.ClientResponseError, lambda e: f"the answer is not HTTP: {_one_line(e.message)}"),
    (OSError, lambda e: f"the connection was lost: {_strerror(e)}"),
    (ValueError, lambda e: f"the URL cannot be used: {e}"),
)
"""The first that fits counts, so the narrower errors come first."""


def _strerror(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)


def _one_line(text: str) -> str:
    """A parser's complaint without the mark that it puts below the place."""
    return " ".join(text.split()).removesuffix(" ^")


class Dispatcher:
    """Runs the attempts of one sandbox in the background."""

    def __init__(self, client: CallbackClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._gates: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._closed = False

    def post(self, name: str, url: str, body: Body, done: Callable[[Answer], None]) -> None:
        """Start an attempt and call `done` with what came of it; time is held until then."""
        if self._closed:
            return
        hold = self._clock.hold(name)
        task = asyncio.get_running_loop().create_task(self._carry_out(url, body, done, hold), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """Start nothing more, and drop what is in flight: nothing of it is reported any more."""
        if not self._closed:
            self._closed = True
            for task in self._tasks:
                task.cancel()

    async def close(self) -> None:
        """Stop, and return when what was in flight is gone."""
        self.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry_out(self, url: str, body: Body, done: Callable[[Answer], None], hold: Hold) -> None:
        with hold:
            gate = self._gates.setdefault(urlsplit(url).netloc, asyncio.Semaphore(PARALLEL_PER_ENDPOINT))
            async with gate:
                answer = await self._client.post(url, body)
            if self._closed:
                return
            try:
                done(answer)
            except Exception:
                log.exception("%s: its answer could not be recorded", hold.name)
