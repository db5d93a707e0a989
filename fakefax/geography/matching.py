"""Which DID groups a list of them is narrowed down to."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from fakefax.core.receiving.incoming import DidGroup
from fakefax.values.patterns import wildcard


class GroupFilter(NamedTuple):
    """What is asked of a DID group; None asks nothing. `city_name_pattern` is as `city_pattern` reads it."""

    did_group_ids: frozenset[int] | None = None
    state_id: int | None = None
    area_code: str | None = None
    city_name_pattern: str | None = None

    def choose(self, groups: Iterable[DidGroup]) -> list[DidGroup]:
        """The groups that have all that is asked, in their order."""
        city = None if self.city_name_pattern is None else city_pattern(self.city_name_pattern)
        return [
            group
            for group in groups
            if (self.did_group_ids is None or group.did_group_id in self.did_group_ids)
            and (self.state_id is None or group.state_id == self.state_id)
            and (self.area_code is None or group.area_code == self.area_code)
            and (city is None or city(group.city_name))
        ]


def city_pattern(pattern: str) -> Callable[[str], bool]:
    """A test of city names: `New York%` is every city that begins so, `w York%` is none of them (documented).

    `%` stands for any text, also in the middle. Letter case does not matter: the documentation asks for
    `New York%` and answers in capitals.
    """
    fits = wildcard(pattern.casefold(), "%")
    return lambda name: fits(name.casefold())
