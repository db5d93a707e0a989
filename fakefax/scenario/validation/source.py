"""The text of a scenario file: its data, and the line and column of each value.

YAML 1.1 has traps for this kind of file: `+15005550002` reads as a number without its plus, `12:30` as 750 and
`no` as false. The loader here takes only true, false, null, plain integers and decimals as anything but text.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, NamedTuple

import yaml

from fakefax.scenario.validation.problems import NOWHERE, FilePosition, Path
from fakefax.scenario.validation.yaml import NOT_YAML, TEXT_TAG, NotForScenarios, check_limits, explain


class Duplicate(NamedTuple):
    """A key that a mapping has twice: its path, where it stands, and where it stood first."""

    path: list[str | int]
    place: FilePosition
    first: FilePosition


class NotYaml(Exception):
    """Text that cannot be read as one plain YAML document."""

    def __init__(self, place: FilePosition, problem: str) -> None:
        super().__init__(problem)
        self.place = place
        self.problem = problem


MERGE_TAG = "tag:yaml.org,2002:merge"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Called for every mapping before it is built: its keys are text, 44 and true as well."""
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != MERGE_TAG:
                key.tag = TEXT_TAG
        super().flatten_mapping(node)


for _tag, _pattern, _first in (
    ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^-?(0|[1-9]\d{0,99})$", list("-0123456789")),
    ("float", r"^-?(0|[1-9]\d*)\.\d+([eE][-+]?\d+)?$", list("-0123456789")),
    ("merge", r"^<<$", ["<"]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern, re.ASCII), _first)


@contextmanager
def _loader(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        yield loader
    finally:
        loader.dispose()


def _check_limits(text: str) -> None:
    """Raise NotForScenarios if a limit is exceeded, also where the parser gives up in words of its own.

    PyYAML 6.0.4 refuses deep nesting before it yields the first event, so the text before its error is checked too.
    """
    try:
        with _loader(text) as loader:
            check_limits(loader)
    except NotForScenarios:
        raise
    except yaml.MarkedYAMLError as error:
        if error.problem_mark is not None:
            _check_limits_before(text[: error.problem_mark.index])
        raise


def _check_limits_before(text: str) -> None:
    """Check the limits in an incomplete text, which is not an error here."""
    try:
        with _loader(text) as loader:
            check_limits(loader)
    except NotForScenarios:
        raise
    except yaml.YAMLError:
        pass


class Source:
    """A parsed file. `data` is plain Python; raises NotYaml when the text cannot be parsed."""

    def __init__(self, text: str) -> None:
        text = text.removeprefix("\ufeff")
        self._root: yaml.Node | None = None
        self._duplicates: list[Duplicate] = []
        self.data: Any = {}
        try:
            self._read(text)
        except yaml.MarkedYAMLError as error:
            mark, problem = explain(error, text)
            raise NotYaml(_place(mark), problem) from None
        except yaml.reader.ReaderError as error:
            raise _not_allowed(chr(error.character), text) from None
        except ValueError as error:
            raise NotYaml(FilePosition(1, 1), f"{NOT_YAML}{error}") from None

    @classmethod
    def of_data(cls, data: object) -> "Source":
        """Data that came as JSON, whose values have a path and no line."""
        source = cls("")
        source.data = data
        return source

    def _read(self, text: str) -> None:
        _check_limits(text)
        with _loader(text) as loader:
            self._root = loader.get_single_node()
            if self._root is None:
                return
            # Before the data is built: that writes merged keys into the nodes.
            self._duplicates = list(_duplicates(self._root, []))
            try:
                data = _plain_data(self._root)
            except _NotPlain:
                data = loader.construct_document(self._root)
            self.data = {} if data is None else data

    def place(self, path: Path, *, key: bool = False) -> FilePosition:
        """Where the value at `path` stands (with `key`, its key); the nearest thing around it if it is nowhere."""
        if self._root is None:
            return NOWHERE if self.data else FilePosition(1, 1)
        node, place = self._root, _place(self._root.start_mark)
        for step in path:
            found = _child(node, step)
            if found is None:
                return place
            key_node, node = found
            place = _place((key_node if key and step == path[-1] else node).start_mark)
        return place

    def duplicate_keys(self) -> list[Duplicate]:
        """Each key that a mapping has twice."""
        return self._duplicates


class _NotPlain(Exception):
    """Something that only the library's constructor knows what to do with, such as a merged mapping."""


_SCALARS: dict[str, Callable[[str], object]] = {
    TEXT_TAG: str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
    "tag:yaml.org,2002:null": lambda text: None,
}


def _plain_data(node: yaml.Node) -> Any:
    """The data of a tree of nodes, as the library's constructor makes it, in a third of its time.

    Raises _NotPlain; then nothing has changed.
    """
    if isinstance(node, yaml.ScalarNode):
        if node.tag == TEXT_TAG:
            return node.value
        make = _SCALARS.get(node.tag)
        if make is None:
            raise _NotPlain
        return make(node.value)
    if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        return [_plain_data(item) for item in node.value]
    if not isinstance(node, yaml.MappingNode) or node.tag != "tag:yaml.org,2002:map":
        raise _NotPlain
    data = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag == MERGE_TAG:
            raise _NotPlain
        data[key.value] = _plain_data(value)
    return data


def _place(mark: Any) -> FilePosition:
    return FilePosition(mark.line + 1, mark.column + 1) if mark is not None else FilePosition(1, 1)


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in reversed(node.value):  # the last one counts, and merged ones stand before it
            if key.value == str(step):
                return key, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _duplicates(node: yaml.Node, path: list[str | int]) -> Iterator[Duplicate]:
    if isinstance(node, yaml.MappingNode):
        first: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in first and key.tag != MERGE_TAG:
                yield Duplicate([*path, name], _place(key.start_mark), _place(first[name].start_mark))
            first.setdefault(name, key)
            yield from _duplicates(value, [*path, name])
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _duplicates(value, [*path, index])


def _not_allowed(character: str, text: str) -> NotYaml:
    before = text[: max(text.find(character), 0)]
    place = FilePosition(before.count("\n") + 1, len(before) - before.rfind("\n"))
    return NotYaml(place, f"{NOT_YAML}the character U+{ord(character):04X} is not allowed; take it out")
