"""What is wrong with a scenario: the place, the value and the cure."""

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from fakefax.values.money import parse_amount

Path = Sequence[str | int]


class Place(NamedTuple):
    """Line and column, counted from 1."""

    line: int
    column: int


NOWHERE = Place(0, 0)
"""Where a value stands that was in no text."""

MAX_SHOWN = 60

_PLAIN_KEY = re.compile(r"[\w+*@~<-]+")


class Problem(NamedTuple):
    """What is wrong at one place of a file."""

    place: Place
    path: str
    message: str

    def line(self, file: str) -> str:
        """The problem as compilers print theirs: file:line:column: path: message."""
        where = f"{self.path}: " if self.path else ""
        if self.place == NOWHERE:
            return f"{file}: {where}{self.message}"
        return f"{file}:{self.place.line}:{self.place.column}: {where}{self.message}"


def dotted(path: Path) -> str:
    """faxes[2].then.msg_code; a key of other than plain characters is shown in brackets and quotes."""
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
    text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def suggestion(wrong: str, choices: Iterable[object]) -> str:
    """ "; did you mean 'busy'? (ok, busy, …)", or "; choose from ok, busy, …" when nothing is close."""
    known = [str(choice) for choice in choices]
    close = [] if wrong.isdigit() else difflib.get_close_matches(wrong.lower(), known, n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{close[0]}'? ({', '.join(known)})"
    return f"; choose from {', '.join(known)}"


class Finding(NamedTuple):
    """What is wrong with the value at a path. `of_form` when the schema may have said so in other words."""

    path: Path
    message: str
    of_form: bool = False


def as_dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def text_finding(path: Path, value: object, parse: Callable[[str], object]) -> Iterator[Finding]:
    """What `parse` says of a text."""
    if isinstance(value, str):
        yield from _form(path, value, parse)


def amount_finding(path: Path, value: object) -> Iterator[Finding]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _form(path, value, parse_amount)


def _form(path: Path, value: Any, parse: Callable[[Any], object]) -> Iterator[Finding]:
    try:
        parse(value)
    except ValueError as error:
        yield Finding(path, str(error), of_form=True)
