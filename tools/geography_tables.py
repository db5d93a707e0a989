"""Write the tables in fakefax/geography/tables/ from pycountry and phonenumbers.

python -m tools.geography_tables            write them again
python -m tools.geography_tables --check    exit 1 if a table is not what these versions give
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import phonenumbers
import pycountry
from phonenumbers.phonemetadata import PhoneMetadata, PhoneNumberDesc

import fakefax
from fakefax.geography.countries import Country, State
from fakefax.geography.tables import Head, read, with_head
from tools.cities import cities_of
from tools.prefixes import places_of

ISO_CODES = "pycountry {pycountry}, LGPL-2.1-only: ISO 3166 names and codes"
DIALLING = "phonenumbers {phonenumbers}, Apache-2.0: dialling codes, area codes, cities; chosen and rearranged"
TYPES = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail"),
)
"""The kinds of numbers, as phonenumbers calls them."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a table differs")
    check = parser.parse_args().check
    differing = [name for name, (source, rows) in tables().items() if not same(name, source, "".join(rows), check)]
    if check and differing:
        sys.exit(f"stale: {', '.join(differing)}; run python -m tools.geography_tables")


def same(name: str, source: str, body: str, check: bool) -> bool:
    """Whether a table has this body already. Write it unless this is only a check."""
    path = Path(fakefax.__file__).parent / "geography" / "tables" / f"{name}.tsv"
    if path.exists() and read(name)[1] == body:
        return True
    if not check:
        head = Head(f"{datetime.now(UTC):%Y-%m-%d}", source.format(**versions()))
        path.write_text(with_head(head, body), encoding="utf-8", newline="\n")
        print(f"wrote {path}")
    return False


def versions() -> dict[str, str]:
    return {name: version(name) for name in ("pycountry", "phonenumbers")}


def tables() -> dict[str, tuple[str, Iterable[str]]]:
    """Each table by its name: where it is from, and its lines."""
    found = sorted(countries(), key=lambda country: country.name)
    cities = {country.code: cities_of(country, states(country), places_of(country.dial_code)) for country in found}
    both = f"{ISO_CODES}. {DIALLING}"
    return {
        "countries": (both, (line(*country) for country in found)),
        "states": (ISO_CODES, sections(found, states)),
        "area_codes": (both, sections(found, lambda country: cities[country.code].area_codes.items())),
        "cities": (DIALLING, sections(found, lambda country: cities[country.code].found)),
        "shared_codes": (DIALLING, shared_codes(found)),
    }


def sections(found: list[Country], rows: Callable[[Country], Iterable[Iterable[object]]]) -> Iterator[str]:
    """The rows of each country that has some, below its code in brackets."""
    for country in found:
        lines = [line(*row) for row in rows(country)]
        if lines:
            yield f"[{country.code}]\n"
            yield from lines


def line(*cells: object) -> str:
    text = [str(cell) for cell in cells]
    assert not any({"\t", "\n"} & set(cell) for cell in text), text
    return "\t".join(text) + "\n"


def countries() -> Iterator[Country]:
    """Every country that can be dialled: nobody has a fax number in Antarctica."""
    for entry in pycountry.countries:
        dial_code = phonenumbers.country_code_for_region(entry.alpha_2)
        if dial_code:
            name = getattr(entry, "common_name", entry.name)
            [plain] = plain_names([name])
            yield Country(entry.alpha_3, entry.alpha_2, int(entry.numeric), plain.upper(), dial_code)


def states(country: Country) -> list[State]:
    """The states of a country by name. Outlying areas are left out: this list has them as countries."""
    found = pycountry.subdivisions.get(country_code=country.region) or []  # type: ignore[no-untyped-call]
    top = [entry for entry in found if entry.parent_code is None and entry.type != "Outlying area"]
    top.sort(key=lambda entry: (entry.name, entry.code))
    prefix = len(country.region) + 1
    names = plain_names([entry.name for entry in top])
    codes = [entry.code[prefix:] for entry in top]
    return [State(number, *row) for number, row in enumerate(zip(names, codes, strict=True), 1)]


def plain_names(names: list[str]) -> list[str]:
    """Names without what they have in brackets; of two that would be the same only the brackets go."""
    plain = [re.sub(r"\s*[\[(].*?[\])]", "", name).strip() for name in names]
    bare = [re.sub(r"[\[\]()]", "", name) for name in names]
    return [one if one and plain.count(one) == 1 else other for one, other in zip(plain, bare, strict=True)]


def shared_codes(found: list[Country]) -> Iterator[str]:
    """For a dialling code of several countries: which numbers are of which, as regular expressions, in order."""
    known = {country.region: country.code for country in found}
    for dial_code, regions in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        if len(regions) > 1:
            yield f"[{dial_code}]\n"
            yield from (line(known.get(region, "-"), pattern(region)) for region in regions)


def pattern(region: str) -> str:
    """A regular expression for the national numbers of a region."""
    metadata = PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    if metadata.leading_digits is not None:
        return f"(?:{metadata.leading_digits}).*"
    descriptions: list[PhoneNumberDesc | None] = [getattr(metadata, kind) for kind in TYPES]
    patterns = dict.fromkeys(
        found.national_number_pattern for found in descriptions if found and found.national_number_pattern
    )
    return "|".join(f"(?:{''.join(one.split())})" for one in patterns)


if __name__ == "__main__":
    main()
