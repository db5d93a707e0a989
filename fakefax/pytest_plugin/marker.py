"""@pytest.mark.fakefax(...): its arguments, their problems, and the folders where its files are looked for."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from fakefax.values.suggestions import did_you_mean

NAME = "fakefax"
SANDBOX_SETTINGS = (
    "scenario",
    "snapshot",
    "balance",
    "rate",
    "start",
    "seed",
    "callback_url",
    "received_fax_url",
    "rules",
    "verdict",
)
ARGUMENTS = (*SANDBOX_SETTINGS, "outcomes", "explore")


class WrongMarker(ValueError):
    """A marker or a settings fixture with wrong arguments or values."""


def marker_settings(node: pytest.Item) -> dict[str, Any]:
    """The arguments of all markers of a test; the closest one counts. Raises WrongMarker."""
    settings: dict[str, Any] = {}
    for marker in node.iter_markers(NAME):
        if marker.args:
            raise WrongMarker(f"@pytest.mark.fakefax: {marker.args[0]!r} needs a name ({', '.join(ARGUMENTS)})")
        check_names(marker.kwargs, ARGUMENTS, "@pytest.mark.fakefax")
        settings = {**marker.kwargs, **settings}
    return settings


def check_names(given: Iterable[str], known: tuple[str, ...], where: str) -> None:
    """Raise WrongMarker for a name that is not known, with the one that was meant."""
    for name in given:
        if name not in known:
            raise WrongMarker(f"{where}: unknown argument {name!r}{did_you_mean(name, known)} ({', '.join(known)})")


class NoSuchFile(ValueError):
    """A scenario file that is in none of the folders."""


def beside_the_test(item: pytest.Item, scenario: object) -> object:
    """A name as it is; a file beside the test's file, else in the rootdir, else here. Raises NoSuchFile."""
    return _found(scenario, item.path.parent, item.config.rootpath, Path.cwd())


def snapshot_beside_the_test(item: pytest.Item, snapshot: object) -> object:
    """The file of a snapshot, beside the test's file, else in the rootdir, else here. Raises NoSuchFile."""
    if not isinstance(snapshot, str | Path):
        return snapshot
    return _file("snapshot", snapshot, item.path.parent, item.config.rootpath, Path.cwd())


def beside_the_ini(config: pytest.Config) -> object:
    """The ini file's scenario: a name as it is; a file beside the ini file. Raises NoSuchFile."""
    return _found(config.getini("fakefax_scenario"), config.inipath.parent if config.inipath else config.rootpath)


def _found(scenario: object, *folders: Path) -> object:
    from fakefax.client.sandboxes import names_a_file  # noqa: PLC0415 (only when a test uses fakefax)

    if not names_a_file(scenario):
        return scenario
    return _file("scenario", scenario, *folders)


def _file(what: str, name: object, *folders: Path) -> Path:
    tried = list(dict.fromkeys(folder / str(name) for folder in folders))
    for path in tried:
        if path.is_file():
            return _as_seen_from_here(path)
    raise NoSuchFile(f"{what} {str(name)!r} is not a file; looked for: {', '.join(map(str, tried))}")


def _as_seen_from_here(path: Path) -> Path:
    """Relative where that is shorter, as pytest shows the paths of tests."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
