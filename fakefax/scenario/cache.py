"""The default scenario as it was read once: reading YAML would be a tenth of the time in which a server starts.

What is kept stands for one text, which its digest names. Whoever changes the file gets what the file says, at the
old speed until `python -m fakefax.scenario.kept` has made default.json anew.
"""

import hashlib
from pathlib import Path

import msgspec

from fakefax.scenario.schema import Scenario

FILE = Path(__file__).with_name("default.json")


class Kept(msgspec.Struct):
    """What the file has: a scenario, and the digest of the text that it was read from."""

    digest: str
    scenario: msgspec.Raw


def cached_scenario(text: str) -> Scenario | None:
    """The scenario that a text was found to be, or None when it is not the text that was read."""
    kept = msgspec.json.decode(FILE.read_bytes(), type=Kept)
    return msgspec.json.decode(kept.scenario, type=Scenario) if kept.digest == _digest(text) else None


def keep(text: str, scenario: Scenario) -> bytes:
    """What the file must have, so that this text need not be read again."""
    raw = msgspec.Raw(msgspec.json.encode(scenario))
    return msgspec.json.format(msgspec.json.encode(Kept(_digest(text), raw)), indent=1) + b"\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    from fakefax.scenario.loader import find_scenario, parse_scenario

    read = find_scenario("default").read_text(encoding="utf-8")
    FILE.write_bytes(keep(read, parse_scenario(read, "default.yaml")))
