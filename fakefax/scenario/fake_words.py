"""Seeded words, names and addresses: from a table in the package, or by Faker where a scenario names a locale."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

import msgspec

from fakefax.core.randomness import RandomChoices
from fakefax.values.suggestions import closest
from fakefax.values.unpatched import read_package_file

if TYPE_CHECKING:
    from faker import Faker

TABLE = "scenario/fake_data.json"
"""Written by `python -m tools.fake_data_tables`."""

SENTENCES = 6
"""Sentences of a paragraph."""

FIRST_YEAR, LAST_YEAR = 2023, 2025
"""The years in made-up file names."""

FAKER_NEEDED = "a locale needs Faker, which is not installed (it is fakefax's extra [faker]): pip install Faker"


class FakeWords(Protocol):
    """The words of plausible data. The same seed and purpose always give the same."""

    def one_of(self, choices: Sequence[str]) -> str: ...
    def digits(self, count: int) -> str: ...
    def month(self) -> str: ...
    def noun(self) -> str: ...
    def company(self) -> str: ...
    def address(self) -> list[str]: ...
    def person(self) -> str: ...
    def paragraph(self) -> str: ...


def fake_words(seed: int, purpose: str, locale: str | None = None) -> FakeWords:
    """The words for one purpose. A locale must pass `check_locale`."""
    return TableWords(seed, purpose) if locale is None else FakerWords(seed, purpose, locale)


def check_locale(locale: str) -> None:
    """Raises ValueError if words of this locale cannot be had."""
    if find_spec("faker") is None:
        raise ValueError(FAKER_NEEDED)
    from faker.config import AVAILABLE_LOCALES  # noqa: PLC0415 (Faker is slow to load)

    if locale not in AVAILABLE_LOCALES:
        same_language = [known for known in sorted(AVAILABLE_LOCALES) if known.startswith(locale[:2])]
        near = closest(locale, same_language) or next(iter(same_language), "de_DE")
        raise ValueError(f"Faker has no locale {locale!r}; one that it has is {near}")


@cache
def table() -> dict[str, list[str]]:
    """The words of the table by kind."""
    words: dict[str, list[str]] = msgspec.json.decode(read_package_file(TABLE))["words"]
    return words


def checksum(words: dict[str, list[str]]) -> str:
    """The file's own `sha256`, which shows a change made by hand."""
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


class TableWords:
    """English words from the table, which depend on no other package's version."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._random = RandomChoices(seed, purpose)

    def one_of(self, choices: Sequence[str]) -> str:
        return self._random.one_of(choices)

    def digits(self, count: int) -> str:
        return "".join(self._random.one_of("0123456789") for _ in range(count))

    def month(self) -> str:
        year = self._random.one_of(range(FIRST_YEAR, LAST_YEAR + 1))
        return f"{year}-{self._random.one_of(range(1, 13)):02}"

    def noun(self) -> str:
        return self.one_of(table()["nouns"])

    def company(self) -> str:
        return self.one_of(table()["companies"])

    def address(self) -> list[str]:
        return [self.one_of(table()["streets"]), self.one_of(table()["places"])]

    def person(self) -> str:
        return self.one_of(table()["people"])

    def paragraph(self) -> str:
        return " ".join(self.one_of(table()["sentences"]) for _ in range(SENTENCES))


class FakerWords:
    """Words of a locale, made by the version of Faker that is installed."""

    def __init__(self, seed: int, purpose: str, locale: str) -> None:
        self._faker = _faker(locale)
        self._faker.seed_instance(f"{seed}/{purpose}")

    def one_of(self, choices: Sequence[str]) -> str:
        chosen: str = self._faker.random_element(choices)
        return chosen

    def digits(self, count: int) -> str:
        return self._faker.numerify("#" * count)

    def month(self) -> str:
        day = self._faker.date_between(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
        return day.isoformat()[:7]

    def noun(self) -> str:
        return self._faker.word()

    def company(self) -> str:
        return self._faker.company()

    def address(self) -> list[str]:
        return self._faker.address().splitlines()

    def person(self) -> str:
        return self._faker.name()

    def paragraph(self) -> str:
        return self._faker.paragraph(nb_sentences=SENTENCES)


def _faker(locale: str) -> "Faker":
    from faker import Faker  # noqa: PLC0415 (an extra, and slow to load)

    return Faker(locale)
