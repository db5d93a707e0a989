"""What a scenario file never needs, and what would hang or end the program that reads it."""

from dataclasses import dataclass
from typing import Any

import yaml

MAX_DEPTH = 50
MAX_FROM_ALIASES = 100_000
TEXT_TAG = "tag:yaml.org,2002:str"


class NotForScenarios(yaml.MarkedYAMLError):
    """YAML that is right and still refused."""


def check_limits(loader: Any) -> None:
    """Go through the events of a loader before anything is built from them.

    Raises NotForScenarios for nesting too deep, an alias to what it stands inside of, aliases of aliases that
    multiply without measure, and tags, whose types a scenario does not have.
    """
    walk = _Walk()
    while loader.check_event():
        walk.see(loader.get_event())


@dataclass
class _Extent:
    """How many values something holds, and how many levels deep they go."""

    anchor: str | None = None
    values: int = 1
    depth: int = 1

    def take(self, inner: "_Extent") -> None:
        self.values += inner.values
        self.depth = max(self.depth, inner.depth + 1)


class _Walk:
    """Measures each value while its events go by."""

    def __init__(self) -> None:
        self._open: list[_Extent] = [_Extent()]
        self._anchored: dict[str, _Extent] = {}
        self._from_aliases = 0

    def see(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.NodeEvent):
            self._node(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._closed(self._open.pop())

    def _alias(self, event: Any) -> None:
        if any(extent.anchor == event.anchor for extent in self._open):
            _refuse(event, f"*{event.anchor} stands inside of what it repeats, so it would never end")
        repeated = self._anchored.get(event.anchor, _Extent())
        self._from_aliases += repeated.values
        if self._from_aliases > MAX_FROM_ALIASES:
            _refuse(event, f"aliases repeat more than {MAX_FROM_ALIASES:,} values up to here; write fewer")
        self._check_depth(event, repeated.depth)
        self._open[-1].take(repeated)

    def _node(self, event: Any) -> None:
        if event.tag not in {None, TEXT_TAG}:
            _refuse(event, f"the tag {event.tag!r} means nothing here; leave it out")
        self._check_depth(event, 1)
        extent = _Extent(event.anchor)
        if isinstance(event, yaml.CollectionStartEvent):
            self._open.append(extent)
        else:
            self._closed(extent)

    def _closed(self, extent: _Extent) -> None:
        if extent.anchor is not None:
            self._anchored[extent.anchor] = extent
        self._open[-1].take(extent)

    def _check_depth(self, event: Any, depth: int) -> None:
        if len(self._open) - 1 + depth > MAX_DEPTH:
            _refuse(event, f"this is nested more than {MAX_DEPTH} levels deep; a scenario needs fewer than ten")


def _refuse(event: Any, problem: str) -> None:
    raise NotForScenarios(problem=problem, problem_mark=event.start_mark)
