"""A problem of a scenario file: one line with its place, its value and its cure."""

import difflib
import json
import re
from collections.abc import Iterable
from typing import NamedTuple

from fakefax.scenario.place import NOWHERE, Path, Place

LONGEST_VALUE = 60

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
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def suggestion(wrong: str, choices: Iterable[object]) -> str:
    """ "; did you mean 'busy'? (ok, busy, …)", or "; choose from ok, busy, …" when nothing is close."""
    known = [str(choice) for choice in choices]
    close = [] if wrong.isdigit() else difflib.get_close_matches(wrong.lower(), known, n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{close[0]}'? ({', '.join(known)})"
    return f"; choose from {', '.join(known)}"
