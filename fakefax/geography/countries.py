"""Countries and states, from pycountry; dialling codes from phonenumbers."""

from collections.abc import Iterator
from functools import cache

from fakefax.geography.places import Country, State


@cache
def countries() -> dict[str, Country]:
    """Every country that can be dialled, by its alpha-3 code, in the order of their names."""
    return {country.code: country for country in sorted(_countries(), key=lambda country: country.name)}


def _countries() -> Iterator[Country]:
    import pycountry  # noqa: PLC0415 (loads the ISO tables)
    from phonenumbers import country_code_for_region  # noqa: PLC0415 (loads its metadata)

    for entry in pycountry.countries:
        dial_code = country_code_for_region(entry.alpha_2)
        if dial_code:  # nobody has a fax number in Antarctica
            name = getattr(entry, "common_name", entry.name)
            yield Country(entry.alpha_3, entry.alpha_2, int(entry.numeric), name.upper(), dial_code)


def states(country: Country) -> tuple[State, ...]:
    """The states of a country by name: of the USA Alabama is 1 and Alaska 2 (documented).

    Outlying areas are left out, because they are countries of their own in this list.
    """
    import pycountry  # noqa: PLC0415 (loads the ISO tables)

    found = pycountry.subdivisions.get(country_code=country.region) or []  # type: ignore[no-untyped-call]
    top = [entry for entry in found if entry.parent_code is None and entry.type != "Outlying area"]
    top.sort(key=lambda entry: (entry.name, entry.code))
    prefix = len(country.region) + 1
    return tuple(State(number, entry.name, entry.code[prefix:]) for number, entry in enumerate(top, 1))
