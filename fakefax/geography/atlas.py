"""Geography for handlers: loads what is asked for in a thread, so that other requests do not wait.

The modules with the places are loaded then, too: most servers are asked for none.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from fakefax.core.receiving.incoming import DidGroup
from fakefax.values.threads import in_thread

if TYPE_CHECKING:
    from fakefax.geography.countries import Country, Coverage

T = TypeVar("T")

EXAMPLE_GROUP = 67
"""The DID group of the vendor's examples, in Winnipeg: it is taken where none is named."""

_one_at_a_time = threading.Lock()
"""So that two requests for one country load it once."""


async def every_country() -> "list[Country]":
    """All countries, by name."""
    return await _in_thread(_every_country)


async def coverage(country_code: str) -> "Coverage | None":
    """The states, area codes and DID groups of a country by its alpha-3 code, or None."""
    return await _in_thread(partial(_coverage, country_code))


async def did_group(did_group_id: int) -> DidGroup | None:
    """The DID group of this id, or None."""
    return await _in_thread(partial(_did_group, did_group_id))


async def group_of_number(did_number: str) -> DidGroup | None:
    """The DID group of a number, or None when no country has such numbers."""
    return await _in_thread(partial(_group_of_number, did_number))


def _every_country() -> "list[Country]":
    from fakefax.geography.countries import countries  # noqa: PLC0415

    return list(countries().values())


def _coverage(country_code: str) -> "Coverage | None":
    from fakefax.geography.did_groups import coverage_of  # noqa: PLC0415

    return coverage_of(country_code)


def _group_of_number(did_number: str) -> DidGroup | None:
    from fakefax.geography.did_groups import group_of_number  # noqa: PLC0415

    return group_of_number(did_number)


def _did_group(did_group_id: int) -> DidGroup | None:
    from fakefax.geography.did_groups import country_of_group  # noqa: PLC0415

    country_code = country_of_group(did_group_id)
    found = None if country_code is None else _coverage(country_code)
    if found is None:
        return None
    return next((group for group in found.did_groups if group.did_group_id == did_group_id), None)


async def _in_thread(look_up: Callable[[], T]) -> T:
    def alone() -> T:
        with _one_at_a_time:
            return look_up()

    return await in_thread(alone)
