"""Geography for handlers: loads what is asked for in a thread, so that other requests do not wait."""

import threading
from collections.abc import Callable
from typing import TypeVar

from fakefax.core.receiving.incoming import DidGroup
from fakefax.geography import countries, did_groups
from fakefax.geography.countries import Country, Coverage
from fakefax.values.threads import in_thread

T = TypeVar("T")

_one_at_a_time = threading.Lock()
"""So that two requests for one country load it once."""


async def every_country() -> list[Country]:
    """All countries, by name."""
    return await _in_thread(lambda: list(countries.countries().values()))


async def coverage(country_code: str) -> Coverage | None:
    """The states, area codes and DID groups of a country by its alpha-3 code, or None."""
    return await _in_thread(lambda: did_groups.coverage_of(country_code))


async def did_group(did_group_id: int) -> DidGroup | None:
    """The DID group of this id, or None."""
    return await _in_thread(lambda: _did_group(did_group_id))


async def group_of_number(did_number: str) -> DidGroup | None:
    """The DID group of a number, or None when no country has such numbers."""
    return await _in_thread(lambda: did_groups.group_of_number(did_number))


def _did_group(did_group_id: int) -> DidGroup | None:
    country_code = did_groups.country_of_group(did_group_id)
    found = None if country_code is None else did_groups.coverage_of(country_code)
    if found is None:
        return None
    return next((group for group in found.did_groups if group.did_group_id == did_group_id), None)


async def _in_thread(look_up: Callable[[], T]) -> T:
    def alone() -> T:
        with _one_at_a_time:
            return look_up()

    return await in_thread(alone)
