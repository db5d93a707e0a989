"""What a test is told at its end, as a set of parts of the verdict in which there is nothing else."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from fakefax.client.errors import WrongValue, choice
from fakefax.core.verdict import Part

PARTS = frozenset(part.value for part in Part)
DEFAULT_PARTS = PARTS - {Part.DOUBLE_CHARGE.value}
"""What every test is told. Whether the same fax twice is wrong, only the test knows."""


def parts_of(names: Iterable[object]) -> set[str]:
    """Parts by their names; one may stand by itself. Raises WrongValue for one that is none."""
    chosen = [names] if isinstance(names, str) or not isinstance(names, Iterable) else list(names)
    return {_part(name) for name in chosen}


def _part(name: object) -> str:
    if name in PARTS:
        return str(name)
    raise WrongValue(f"{name!r} is no part of the verdict; {choice(name, sorted(PARTS))}")


class VerdictParts(set[str]):
    """A set that refuses what is no part: to take away one that there is not would do nothing, unsaid."""

    def add(self, part: str) -> None:
        super().add(_part(part))

    def discard(self, part: object) -> None:
        super().discard(_part(part))

    def remove(self, part: str) -> None:
        super().remove(_part(part))

    def update(self, *parts: Iterable[str]) -> None:
        super().update(*map(parts_of, parts))

    def difference_update(self, *parts: Iterable[object]) -> None:
        super().difference_update(*map(parts_of, parts))

    def intersection_update(self, *parts: Iterable[object]) -> None:
        super().intersection_update(*map(parts_of, parts))

    def symmetric_difference_update(self, parts: Iterable[str]) -> None:
        super().symmetric_difference_update(parts_of(parts))

    def __ior__(self, parts: AbstractSet[str]) -> "VerdictParts":  # type: ignore[override,misc]
        self.update(parts)
        return self

    def __isub__(self, parts: AbstractSet[object]) -> "VerdictParts":
        self.difference_update(parts)
        return self

    def __iand__(self, parts: AbstractSet[object]) -> "VerdictParts":
        self.intersection_update(parts)
        return self

    def __ixor__(self, parts: AbstractSet[str]) -> "VerdictParts":  # type: ignore[override,misc]
        self.symmetric_difference_update(parts)
        return self
