"""What is known of the vendor's behaviour, marked at the test that holds fakefax to it.

    @documented("An unknown api_key is answered with 401.")
    @seen("The key may be a request header named api_key.")
    @assumed("A failed fax is not refunded.", switch="billing.refund_failed")

The README's fidelity table is made from these marks: `python -m tests.fidelity` writes it, and
tests/test_fidelity.py fails when it is not what the marks say.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T", bound=Callable[..., Any])

TESTS = Path(__file__).parent
MARKS = ("documented", "seen", "assumed")


def documented(behaviour: str) -> Callable[[T], T]:
    """The vendor's documentation says so."""
    return _as_it_is


def seen(behaviour: str) -> Callable[[T], T]:
    """A real client was recorded relying on it."""
    return _as_it_is


def assumed(behaviour: str, switch: str = "none") -> Callable[[T], T]:
    """Nothing says; `switch` is the scenario key or the option that changes it."""
    return _as_it_is


def _as_it_is(test: T) -> T:
    return test


class Behaviour(NamedTuple):
    """One row of the table, and where it is tested."""

    mark: str
    text: str
    switch: str
    test: str


def behaviours() -> list[Behaviour]:
    """Every mark, grouped by how the behaviour is known, in the order of the test files."""
    found = [behaviour for path in sorted(TESTS.rglob("test_*.py")) for behaviour in _of_file(path)]
    return sorted(found, key=lambda behaviour: MARKS.index(behaviour.mark))


def _of_file(path: Path) -> Iterator[Behaviour]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            if (
                isinstance(decorator, ast.Call)
                and isinstance(decorator.func, ast.Name)
                and decorator.func.id in MARKS
            ):
                text, *more = [ast.literal_eval(value) for value in decorator.args]
                named = {word.arg: ast.literal_eval(word.value) for word in decorator.keywords}
                switch = named.get("switch", more[0] if more else "none")
                yield Behaviour(decorator.func.id, text, switch, f"{path.relative_to(TESTS)}::{node.name}")


def rows() -> list[str]:
    """The lines of the README's table."""
    lines = ["| behaviour | known how | switch |", "| --- | --- | --- |"]
    for behaviour in behaviours():
        switches = behaviour.switch if behaviour.switch == "none" else f"`{behaviour.switch}`"
        lines.append(f"| {behaviour.text} | {behaviour.mark} | {switches if behaviour.mark == 'assumed' else ''} |")
    return lines


def main() -> None:
    """Write the table into the README."""
    readme = TESTS.parent / "README.md"
    head, _, rest = readme.read_text(encoding="utf-8").partition("<!-- fidelity -->\n")
    _, _, tail = rest.partition("<!-- /fidelity -->")
    text = "\n".join([head + "<!-- fidelity -->", *rows(), "<!-- /fidelity -->" + tail])
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
