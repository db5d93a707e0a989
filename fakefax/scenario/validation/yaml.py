"""YAML that a scenario file may not have, and why a text cannot be read, in words that help its writer."""

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


@dataclass(slots=True)
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
        if type(event) is yaml.ScalarEvent and event.anchor is None and event.tag is None:  # nearly all of them
            around = self._open[-1]
            around.values += 1
            if around.depth == 1:
                self._check_depth(event, 1)
                around.depth = 2
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.NodeEvent):
            self._node(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._closed(self._open.pop())

    def _alias(self, event: Any) -> None:
        if any(extent.anchor == event.anchor for extent in self._open):
            _refuse(event, f"*{event.anchor} is inside of the value it repeats, so it never ends")
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


NOT_YAML = "this is not YAML: "

_TAB = "a tab stands here; indent with blanks"
_BETTER = {
    "found a tab character": NOT_YAML + _TAB,
    "expected '-' indicator": NOT_YAML + "check the indentation; keys of a list item begin below its first key",
    "expected key": NOT_YAML + "check the indentation; keys of a mapping begin below its first key",
    "found another document": "a second document begins here; a scenario file has one",
    "found undefined alias": NOT_YAML + "no anchor has this name; a text that begins with * must be in quotes",
    "second occurrence": NOT_YAML + "this anchor's name is taken; give each its own",
    "mapping values are not allowed": (
        NOT_YAML + "no key can stand here; check the indentation, or write a text that has a colon in quotes"
    ),
    "found unhashable key": "a key must be plain text",
}


def explain(error: yaml.MarkedYAMLError, text: str) -> tuple[Any, str]:
    """The mark of what is wrong, and what it is."""
    problem, mark = error.problem or error.context or "it cannot be read", error.problem_mark or error.context_mark
    if isinstance(error, NotForScenarios):
        return mark, problem
    if "cannot start any token" in problem and mark is not None:
        return mark, NOT_YAML + _wrong_start(text[mark.index : mark.index + 1])
    if problem.startswith("found unexpected end of stream") and "quoted scalar" in str(error.context):
        return error.context_mark, NOT_YAML + "the quote that opens here is never closed"
    if "expected comment or line break" in problem and "block scalar" in str(error.context):
        return error.context_mark, NOT_YAML + "a value that begins with > or | must be in quotes"
    for words, better in _BETTER.items():
        if words in problem:
            return mark, better
    if error.context and error.context_mark:
        place = f"line {error.context_mark.line + 1}, column {error.context_mark.column + 1}"
        problem = f"{problem} {error.context} that begins at {place}"
    return mark, NOT_YAML + problem


def _wrong_start(character: str) -> str:
    if character == "\t":
        return _TAB
    return f"a value cannot begin with {character!r}; write it in quotes"
