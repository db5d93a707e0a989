"""The routes of both APIs and of the page: from a method and a path to the function that answers.

The server needs nothing else of what aiohttp's `web.Application` does, and every request would pay for it.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote

from aiohttp import web
from msgspec import Struct

from fakefax.api.reply import Answer

NO_VALUES: Mapping[str, str] = MappingProxyType({})

Respond = Callable[[web.BaseRequest, Mapping[str, str]], Awaitable[Answer]]
"""Answers a request, given the values that its path has in the place of placeholders.

It is an `Endpoint` of Fax.to's API (api/operations.py), a `ControlEndpoint` or a function of the page.
"""

_PLACEHOLDER = re.compile(r"{(\w+)(?::([^{}]+(?:{[^{}]*}[^{}]*)*))?}")
_SEGMENT = "[^/]+"


class HttpRoute(Struct, frozen=True):
    """A path, what it takes, and what answers. A placeholder is `{name}`, or `{name:regular expression}`."""

    methods: tuple[str, ...]
    path: str
    respond: Respond


class _Pattern(NamedTuple):
    """A path with placeholders: what stands before the first one, and a regular expression for the whole."""

    beginning: str
    whole: str
    methods: dict[str, Respond]


class Router:
    """Finds the route of a request. A path without placeholders comes first, then the others in their order.

    `later` makes further routes, when a path is asked for the first time that the others do not have.
    """

    def __init__(self, routes: Iterable[HttpRoute], later: Callable[[], Iterable[HttpRoute]] | None = None) -> None:
        self._fixed: dict[str, dict[str, Respond]] = {}
        self._patterns: list[_Pattern] = []
        self._later = later
        self._add(routes)

    def _add(self, routes: Iterable[HttpRoute]) -> None:
        patterns: dict[str, dict[str, Respond]] = {}
        for route in routes:
            paths = patterns if "{" in route.path else self._fixed
            paths.setdefault(route.path, {}).update(dict.fromkeys(route.methods, route.respond))
        self._patterns += [
            _Pattern(path.partition("{")[0], _pattern(path), methods) for path, methods in patterns.items()
        ]

    def find(self, method: str, raw_path: str) -> tuple[Respond, Mapping[str, str]]:
        """The function that answers, and the values in the path, which is as the client wrote it.

        Raises HTTPNotFound, or HTTPMethodNotAllowed with the methods that the path has.
        """
        methods = self._fixed.get(raw_path)
        if methods is not None and method in methods:
            return methods[method], NO_VALUES
        allowed = set(methods or ())
        for beginning, whole, others in self._patterns:
            found = re.fullmatch(whole, raw_path) if raw_path.startswith(beginning) else None
            if found is None:
                continue
            if method in others:
                return others[method], {name: unquote(value) for name, value in found.groupdict().items()}
            allowed.update(others)
        if allowed:
            raise web.HTTPMethodNotAllowed(method, allowed)
        if self._later is not None:
            self._add(self._later())
            self._later = None
            return self.find(method, raw_path)
        raise web.HTTPNotFound


def _pattern(path: str) -> str:
    """A path with placeholders as a regular expression, which `re` compiles when it is first needed."""
    parts, end = [], 0
    for placeholder in _PLACEHOLDER.finditer(path):
        parts += [re.escape(path[end : placeholder.start()]), f"(?P<{placeholder[1]}>{placeholder[2] or _SEGMENT})"]
        end = placeholder.end()
    return "".join([*parts, re.escape(path[end:])])
