"""Random choices; every one is drawn from a seed, so that a run can be repeated."""

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import TypeVar

T = TypeVar("T")

_MICROSECOND = timedelta(microseconds=1)


class PasswordSalts:
    """Salts for passwords, each one new; a seed always gives the same series."""

    def __init__(self, seed: int) -> None:
        self._seed = f"{seed}/salts"

    @cached_property
    def _random(self) -> random.Random:
        """Made for the first user, because most sandboxes have none."""
        return random.Random(self._seed)

    def take(self) -> bytes:
        return self._random.randbytes(16)


class RandomChoices:
    """Seeded choices for one purpose; what one purpose draws never shifts what another draws."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._seed = f"{seed}/{purpose}"

    @cached_property
    def _random(self) -> random.Random:
        """Made when something is drawn: it is two and a half kilobytes, and most rules draw nothing."""
        return random.Random(self._seed)

    def pick(self, weights: Mapping[T, float]) -> T:
        """One of the keys, with the odds of its weight."""
        return self._random.choices(list(weights), list(weights.values()))[0]

    def one_of(self, choices: Sequence[T]) -> T:
        """One of the choices, each with the same odds."""
        return self._random.choice(choices)

    def span(self, shortest: timedelta, longest: timedelta) -> timedelta:
        """A span between the two ends, both included, in whole microseconds."""
        if shortest == longest:
            return shortest
        return shortest + self._random.randint(0, (longest - shortest) // _MICROSECOND) * _MICROSECOND
