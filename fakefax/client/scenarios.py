"""A scenario as a test gives it: a shipped name, a file here, YAML text, or as data what a file has."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from fakefax.client.control_client import encoded
from fakefax.client.errors import WrongValue

if TYPE_CHECKING:
    from fakefax.scenario.schema import Scenario

GIVEN = "scenario"
"""What the problems of a scenario that is no file call it."""


def names_a_file(scenario: object) -> bool:
    """Whether it is a path, and no name and no scenario itself."""
    if isinstance(scenario, Path):
        return True
    return (
        isinstance(scenario, str)
        and "\n" not in scenario
        and ("/" in scenario or scenario.endswith((".yaml", ".yml")))
    )


def file_text(path: str | Path) -> str:
    """What a file has. Raises WrongValue when it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise WrongValue(f"the scenario {path} cannot be read: {reason}") from None


def load(scenario: object) -> "Scenario":
    """Read and check it here. Raises WrongValue with every problem of it, in the words of `fakefax check`."""
    from fakefax.scenario import loader  # noqa: PLC0415 (slow to import, and a running server reads by itself)

    try:
        if isinstance(scenario, Mapping):
            return loader.check_scenario(msgspec.json.decode(encoded(scenario)), GIVEN)
        if isinstance(scenario, str) and "\n" in scenario:
            return loader.parse_scenario(scenario, GIVEN)
        if isinstance(scenario, str | Path):
            return loader.load_scenario(str(scenario))
    except loader.ScenarioError as error:
        raise WrongValue(str(error)) from None
    raise WrongValue(f"scenario {scenario!r} is no shipped name, path, YAML text or mapping of what a file has")
