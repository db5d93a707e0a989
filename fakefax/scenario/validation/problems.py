"""Problems of a scenario: the place, the value and the cure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from json import JSONEncoder
from typing import Any, NamedTuple

from fakefax.values.money import parse_amount
from fakefax.values.suggestions import MAX_NAMES, did_you_mean

Path = Sequence[str | int]


class FilePosition(NamedTuple):
    """Line and column, counted from 1."""

    line: int
    column: int


NOWHERE = FilePosition(0, 0)
"""The place of a value that was not in a text."""

MAX_SHOWN = 60
"""Characters of a value that a problem shows, and of a word that is compared with what it may have meant."""

MAX_DEPTH = 5
"""Lists and mappings in each other that a problem shows."""

MAX_PROBLEMS = 50
"""Problems of one scenario that are listed; the others are counted."""

_PLAIN_KEY = re.compile(r"[\w+*@~<-]{1,100}")


class Problem(NamedTuple):
    """A problem at one place of a file."""

    place: FilePosition
    path: str
    message: str

    def line(self, file: str) -> str:
        """The problem as compilers print theirs: file:line:column: path: message."""
        where = f"{self.path}: " if self.path else ""
        if self.place == NOWHERE:
            return f"{file}: {where}{self.message}"
        return f"{file}:{self.place.line}:{self.place.column}: {where}{self.message}"


def dotted(path: Path) -> str:
    """faxes[2].then.msg_code; a key that is long or of other characters is shown in brackets and quotes."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{shown(step)}]"
    return text


def shown(value: object) -> str:
    """A value as the file's author would recognise it."""
    if isinstance(value, str):
        text = repr(value if len(value) <= MAX_SHOWN else value[:MAX_SHOWN])
    else:
        text = ""
        for part in JSONEncoder(ensure_ascii=False).iterencode(_shallow(value)):
            text += part[:MAX_SHOWN]
            if len(text) > MAX_SHOWN:
                break
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def _shallow(value: object, depth: int = 0) -> object:
    """The value with its long texts, long lists and depths cut: of more than the beginning nothing is shown."""
    if isinstance(value, str):
        return value[: MAX_SHOWN + 1]
    if depth == MAX_DEPTH and isinstance(value, list | dict):
        return "…"
    if isinstance(value, list):
        return [_shallow(item, depth + 1) for item in value[:MAX_SHOWN]]
    if isinstance(value, dict):
        return {str(name)[: MAX_SHOWN + 1]: _shallow(value[name], depth + 1) for name in islice(value, MAX_SHOWN)}
    return value


def suggestion(wrong: str, choices: Iterable[object]) -> str:
    """ "; did you mean 'busy'? (ok, busy, …)", or "; choose from ok, busy, …" when nothing is close."""
    known = [str(choice) for choice in choices]
    meant = "" if wrong.isdigit() else did_you_mean(wrong, known)
    listed = ", ".join(known[:MAX_NAMES]) + (", …" if len(known) > MAX_NAMES else "")
    return f"{meant} ({listed})" if meant else f"; choose from {listed}"


class Problems:
    """The problems of one scenario: the first are listed, all are counted."""

    def __init__(self) -> None:
        self._listed: set[Problem] = set()
        self._paths: set[str] = set()
        self._more = 0

    def add(self, path: Path, make: Callable[[], Problem]) -> None:
        """Count a problem with the value at `path`; `make` is called if it will be listed."""
        self._paths.add(dotted(path))
        if len(self._listed) < MAX_PROBLEMS:
            self._listed.add(make())
        else:
            self._more += 1

    def concern(self, path: Path) -> bool:
        """Whether there is a problem with the value at this path already."""
        return dotted(path) in self._paths

    def __bool__(self) -> bool:
        return bool(self._listed)

    def lines(self, file: str) -> list[str]:
        """A line for each listed problem, in the order of the file, and one with the number of others."""
        lines = [problem.line(file) for problem in sorted(self._listed)]
        return [*lines, f"{file}: and {self._more:,} more"] if self._more else lines


class ValueProblem(NamedTuple):
    """The problem of the value at a path. `of_form` when the schema may have said so in other words."""

    path: Path
    message: str
    of_form: bool = False


def as_dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def text_finding(path: Path, value: object, parse: Callable[[str], object]) -> Iterator[ValueProblem]:
    """The problem that `parse` finds in a text."""
    if isinstance(value, str):
        yield from _form(path, value, parse)


def amount_finding(path: Path, value: object) -> Iterator[ValueProblem]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _form(path, value, parse_amount)


def _form(path: Path, value: Any, parse: Callable[[Any], object]) -> Iterator[ValueProblem]:
    try:
        parse(value)
    except ValueError as error:
        yield ValueProblem(path, str(error), of_form=True)
