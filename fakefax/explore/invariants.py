"""Conditions that must hold after every run: functions of the tests marked with @fakefax_invariant."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Invariant(NamedTuple):
    """A function, the fixtures that it names as its parameters, and the file that it stands in."""

    function: Callable[..., Any]
    fixtures: tuple[str, ...]
    path: Path

    @property
    def name(self) -> str:
        """The name of the function."""
        return str(getattr(self.function, "__name__", "invariant"))


_REGISTERED: dict[tuple[Path, str], Invariant] = {}
"""By file and name, so that a module that is loaded again replaces its own."""


def fakefax_invariant(function: F) -> F:
    """Mark a function that says what must hold after every run of an exploration.

        @fakefax_invariant
        def all_invoices_settled(app):
            assert not app.open_invoices()

    Its parameters are fixtures of the test; it is asked in every test that has them all: those of its own file, or,
    from a conftest.py, those beside and below it. It is broken when it raises, or returns False.
    """
    code = inspect.unwrap(function).__code__
    invariant = Invariant(function, tuple(inspect.signature(function).parameters), Path(code.co_filename))
    _REGISTERED[invariant.path, invariant.name] = invariant
    return function


def invariants_of(
    test: Path, fixtures: Mapping[str, object], test_files: Sequence[str] = ("test_*.py", "*_test.py")
) -> Iterator[Invariant]:
    """The invariants of a test, whose fixtures are given by name. `test_files` are the patterns of tests' files."""
    for invariant in _REGISTERED.values():
        path = invariant.path
        if path.name == "conftest.py":
            concerns = path.parent in test.parents
        else:
            concerns = path == test or not any(fnmatch(path.name, pattern) for pattern in test_files)
        if concerns and all(name in fixtures for name in invariant.fixtures):
            yield invariant
