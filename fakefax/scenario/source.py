"""The text of a scenario file: its data, and the line and column of each value.

YAML 1.1 has traps for this kind of file: `+15005550002` reads as a number without its plus, `12:30` as 750 and
`no` as false. The loader here takes only true, false, null, plain integers and decimals as anything but text.
"""

import re
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

import yaml

Path = Sequence[str | int]


class Place(NamedTuple):
    """Line and column, counted from 1."""

    line: int
    column: int


class NotYaml(Exception):
    """Text that is no YAML document at all."""

    def __init__(self, place: Place, problem: str) -> None:
        super().__init__(problem)
        self.place = place
        self.problem = problem


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _tag, _pattern, _first in (
    ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^-?(0|[1-9]\d{0,17})$", list("-0123456789")),
    ("float", r"^-?(0|[1-9]\d*)\.\d+([eE][-+]?\d+)?$", list("-0123456789")),
    ("merge", r"^<<$", ["<"]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern, re.ASCII), _first)


class Source:
    """A parsed file. `data` is plain Python; raises NotYaml when the text cannot be parsed."""

    def __init__(self, text: str) -> None:
        loader = None
        try:
            loader = _Loader(text)
            self._root = loader.get_single_node()
            self.data: Any = {} if self._root is None else loader.construct_document(self._root)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise NotYaml(_place(mark), f"this is not YAML: {error.problem or error.context}") from None
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise NotYaml(
                Place(line, 1), f"this is not YAML: the character {error.character!r} is not allowed"
            ) from None
        except (ValueError, RecursionError) as error:
            raise NotYaml(Place(1, 1), f"this is not YAML: {error}") from None
        finally:
            if loader is not None:
                loader.dispose()

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Where the value at `path` stands (with `key`, its key); the nearest thing around it if it is nowhere."""
        node, place = self._root, _place(self._root.start_mark if self._root else None)
        for step in path:
            found = _child(node, step)
            if found is None:
                return place
            key_node, node = found
            place = _place((key_node if key and step == path[-1] else node).start_mark)
        return place

    def duplicate_keys(self) -> Iterator[tuple[list[str | int], Place, Place]]:
        """Each key that a mapping has twice: its path, where it stands, and where it stood first."""
        if self._root is not None:
            yield from _duplicates(self._root, [], set())


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark is not None else Place(1, 1)


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _duplicates(
    node: yaml.Node, path: list[str | int], above: set[int]
) -> Iterator[tuple[list[str | int], Place, Place]]:
    if id(node) in above:  # an alias to something that it is inside of
        return
    above = above | {id(node)}
    if isinstance(node, yaml.MappingNode):
        first: dict[Hashable, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in first and key.tag != "tag:yaml.org,2002:merge":
                yield [*path, name], _place(key.start_mark), _place(first[name].start_mark)
            first.setdefault(name, key)
            yield from _duplicates(value, [*path, name], above)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _duplicates(value, [*path, index], above)
