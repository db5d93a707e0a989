"""@pytest.mark.fakefax(...): what it takes, and what is wrong with it."""

from collections.abc import Iterable
from typing import Any

import pytest

from fakefax.values.suggestions import did_you_mean

NAME = "fakefax"
LINE = (
    "fakefax(scenario=..., snapshot=..., balance=..., rate=..., start=..., seed=..., callback_url=..., "
    "received_fax_url=..., rules=[...], verdict=..., outcomes=..., explore=...): settings of the test's sandbox"
)
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
