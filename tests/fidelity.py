"""Known facts of the vendor's behaviour, marked at the test that holds fakefax to it.

    @documented("An unknown api_key is answered with 401.")
    @seen("The key may be a request header named api_key.")
    @assumed("A failed fax is not refunded.", switch="billing.refund_failed")

docs/reference/fidelity.md is made from these marks: `python -m tools.docs` writes it.
"""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from fakefax.verify.exchange import as_json
from fakefax.verify.plan import replay

T = TypeVar("T", bound=Callable[..., Any])

TESTS = Path(__file__).parent
MARKS = ("documented", "seen", "assumed")


def documented(behaviour: str, switch: str = "") -> Callable[[T], T]:
    """The vendor's documentation says so."""
    return _as_it_is


def seen(behaviour: str, switch: str = "") -> Callable[[T], T]:
    """A real client was recorded relying on it."""
    return _as_it_is


def assumed(behaviour: str, switch: str = "none") -> Callable[[T], T]:
    """Nothing says; `switch` is the scenario key or the option that changes it, or several with commas."""
    return _as_it_is


def _as_it_is(test: T) -> T:
    return test


class Behaviour(NamedTuple):
    """One row of the table, and where it is tested."""

    mark: str
    text: str
    switch: str
    test: str


@cache
def behaviours() -> tuple[Behaviour, ...]:
    """Every mark, grouped by how the behaviour is known, in the order of the test files."""
    found = [behaviour for path in sorted(TESTS.rglob("test_*.py")) for behaviour in _of_file(path)]
    return tuple(sorted(found, key=lambda behaviour: MARKS.index(behaviour.mark)))


def _of_file(path: Path) -> Iterator[Behaviour]:
    text = path.read_text(encoding="utf-8")
    if not any(f"@{mark}(" in text for mark in MARKS):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id in MARKS:
                    yield _behaviour(mark.func.id, mark, f"{path.relative_to(TESTS)}::{node.name}")


def _behaviour(name: str, mark: ast.Call, test: str) -> Behaviour:
    text, *more = [ast.literal_eval(value) for value in mark.args]
    named = {word.arg: ast.literal_eval(word.value) for word in mark.keywords}
    return Behaviour(
        name, text, named.get("switch", more[0] if more else "none" if name == "assumed" else ""), test
    )


def rows() -> list[str]:
    """The lines of the documented table."""
    dates = verified_on()
    return [
        "| behaviour | known how | switch | verified on |",
        "| --- | --- | --- | --- |",
        *(
            f"| {known.text} | {known.mark} | {_switches(known)} | {dates.get(known.text, '')} |"
            for known in behaviours()
        ),
    ]


def verified_on(recordings: Path = TESTS / "recordings") -> dict[str, str]:
    """The latest day on which `fakefax verify --live` found each row as the table has it, at the vendor's hosts."""
    dates: dict[str, str] = {}
    for path in sorted(recordings.glob("*.json")):
        recording = as_json(path.read_bytes())
        if not f".{recording['host']}".endswith(".fax.to"):
            continue
        for outcome in replay(recording):
            if outcome.result == "same":
                dates[outcome.row] = max(recording["date"], dates.get(outcome.row, ""))
    return dates


def _switches(behaviour: Behaviour) -> str:
    return behaviour.switch if behaviour.switch in ("none", "") else f"`{behaviour.switch.replace(', ', '`, `')}`"
