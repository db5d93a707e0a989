"""Random choices; every one is drawn from a seed, so that a run can be repeated."""

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import TypeVar

T = TypeVar("T")

WORD = 32
"""Bits of one step of the generator; whatever is drawn takes a whole number of them."""

SKIPPED_AT_ONCE = 100_000
"""Steps that are skipped in one go: each takes four bytes meanwhile."""

_MICROSECOND = timedelta(microseconds=1)


class CountedRandom(random.Random):
    """Draws what `random.Random` draws from a seed, and counts the generator's steps, to go on from there later."""

    position = 0

    def random(self) -> float:
        self.position += 2
        return super().random()

    def getrandbits(self, k: int, /) -> int:
        self.position += -(-k // WORD)
        return super().getrandbits(k)

    def skip_to(self, position: int) -> None:
        """Go on from a later position of the same series."""
        while self.position < position:
            self.getrandbits(WORD * min(position - self.position, SKIPPED_AT_ONCE))


class Seeded:
    """A series of random values from a seed and a purpose. `position` is how far it has come."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._seed = f"{seed}/{purpose}"

    @cached_property
    def _random(self) -> CountedRandom:
        """Made when something is drawn: it is two and a half kilobytes, and most rules draw nothing."""
        return CountedRandom(self._seed)

    @property
    def position(self) -> int:
        return self._random.position if "_random" in self.__dict__ else 0

    def skip_to(self, position: int) -> None:
        """Go on from a later position of the same series."""
        if position > self.position:
            self._random.skip_to(position)


class PasswordSalts(Seeded):
    """Salts for passwords, each one new; a seed always gives the same series."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, "salts")

    def take(self) -> bytes:
        return self._random.randbytes(16)


class RandomChoices(Seeded):
    """Seeded choices for one purpose; what one purpose draws never shifts what another draws."""

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
