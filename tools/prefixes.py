"""Where number prefixes belong, from phonenumbers: `49201` is Essen, `1204284` is Winnipeg, MB."""

import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path

import phonenumbers

Chunk = Mapping[str, Mapping[str, str]]


def places_of(dial_code: int) -> dict[str, str]:
    """The prefixes of a dialling code and the English names of what they belong to, by prefix."""
    start = str(dial_code)
    return {
        prefix: names["en"]
        for chunk in _chunks(start)
        for prefix, names in sorted(chunk.items())
        if prefix.startswith(start) and "en" in names
    }


def _chunks(start: str) -> Iterator[Chunk]:
    """The parts of phonenumbers' table that have prefixes of this start, one after the other.

    Importing the whole table takes seconds and 150 MB, so that only the parts needed are executed and, having been
    read, forgotten. Another release may cut its table otherwise: then the whole of it is imported.
    """
    paths = sorted(_directory().glob("data[0-9]*.py"), key=lambda path: int(path.stem.removeprefix("data")))
    if not paths:
        from phonenumbers.geodata import GEOCODE_DATA  # noqa: PLC0415 (takes seconds to load)

        yield GEOCODE_DATA
        return
    for path in paths:
        if f"\n '{start}" in path.read_text(encoding="utf-8"):
            yield _execute(path)


def _directory() -> Path:
    return Path(phonenumbers.__file__).parent / "geodata"


def _execute(path: Path) -> Chunk:
    spec = importlib.util.spec_from_file_location(f"phonenumbers.geodata.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    data: Chunk = module.data
    return data
