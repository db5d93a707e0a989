"""@pytest.mark.fakefax(...): what it takes, and what is wrong with it."""

from collections.abc import Iterable
from typing import Any

import pytest

NAME = "fakefax"
LINE = (
    "fakefax(scenario=..., balance=..., rate=..., start=..., seed=..., callback_url=..., received_fax_url=..., "
    "rules=[...], verdict=..., outcomes=...): settings of the test's sandbox"
)
SANDBOX_SETTINGS = (
    "scenario",
    "balance",
    "rate",
    "start",
    "seed",
    "callback_url",
    "received_fax_url",
    "rules",
    "verdict",
)
ARGUMENTS = (*SANDBOX_SETTINGS, "outcomes")


class WrongMarker(ValueError):
    """A marker, or a settings fixture, that says what cannot be."""


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
            from difflib import get_close_matches  # noqa: PLC0415 (only for a wrong name)

            close = get_close_matches(name, known, 1)
            meant = f"; did you mean {close[0]!r}?" if close else ""
            raise WrongMarker(f"{where}: unknown argument {name!r}{meant} ({', '.join(known)})")
