"""Which connections to callback URLs are used again: those that the endpoint has promised to keep.

HTTP/1.1 lets a client use a connection again unless the endpoint says otherwise. But many an endpoint closes one
without a word, perhaps just as the next receipt is written to it: the attempt would fail though the endpoint never
saw it, on one run and not on the next. To try again at once is no way out: an endpoint that read the receipt and
then broke down would get it twice. So an endpoint has to say `Connection: keep-alive` in its answers, as nginx,
Apache, Node.js and gunicorn do. For any other each attempt has a connection of its own. Apache answers so only to a
request that asks for it, so each does until the endpoint has not promised it.
"""

from collections.abc import Mapping

import aiohttp
from yarl import URL

from fakefax import __version__
from fakefax.lookup import Resolver

IDLE = 0.2
"""Real seconds for which a connection waits for the next attempt; no server's own limit is as short."""

MOST_ENDPOINTS = 1000
"""Endpoints of which it is remembered what they promise; when there are more, all are asked anew."""

Origin = tuple[str, str]

_ASKED: Mapping[str, str] = {"Connection": "keep-alive"}
_NOT_ASKED: Mapping[str, str] = {}


class Connections:
    """The HTTP sessions of a server's attempts: one that keeps connections, one that has a new one for each."""

    def __init__(self) -> None:
        self._kept: aiohttp.ClientSession | None = None
        self._single: aiohttp.ClientSession | None = None
        self._keeps: dict[Origin, bool] = {}

    def session(self, place: URL) -> tuple[aiohttp.ClientSession, Mapping[str, str]]:
        """What to post to a place with, and the headers that ask an endpoint whether it keeps connections."""
        keeps = self._keeps.get(_origin(place))
        if keeps:
            if self._kept is None:
                self._kept = _session(aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE, resolver=Resolver()))
            return self._kept, _ASKED
        if self._single is None:
            self._single = _session(aiohttp.TCPConnector(limit=0, force_close=True, resolver=Resolver()))
        return self._single, _ASKED if keeps is None else _NOT_ASKED

    def answered(self, place: URL, answer: aiohttp.ClientResponse) -> None:
        """Learn from an answer. Who once says nothing is not asked again; `close` is an honest word too."""
        said = ",".join(answer.headers.getall("Connection", ())).lower()
        if "close" in said:
            return
        keeps = "keep-alive" in said and answer.version == aiohttp.HttpVersion11
        origin = _origin(place)
        if self._keeps.get(origin) is not keeps:
            self._learn(origin, keeps=keeps and origin not in self._keeps)

    def failed(self, place: URL) -> None:
        """Learn from an attempt without an answer: an endpoint that kept connections is not trusted again."""
        origin = _origin(place)
        if self._keeps.get(origin):
            self._learn(origin, keeps=False)

    def _learn(self, origin: Origin, *, keeps: bool) -> None:
        if len(self._keeps) >= MOST_ENDPOINTS:
            self._keeps.clear()
        self._keeps[origin] = keeps

    async def close(self) -> None:
        """End them all."""
        sessions, self._kept, self._single = (self._kept, self._single), None, None
        self._keeps.clear()
        for session in sessions:
            if session is not None:
                await session.close()


def _origin(place: URL) -> Origin:
    return place.scheme, place.raw_authority


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
        headers={"User-Agent": f"fakefax/{__version__}"},
    )
