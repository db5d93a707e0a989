"""Each command against a real server: what it prints as text, what as JSON, and its exit status."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from fakefax import FakeFax
from fakefax.cli.main import cli


class Said(NamedTuple):
    """The output of a command, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Terminal:
    """Runs commands for one sandbox."""

    def __init__(self, fakefax: FakeFax) -> None:
        self.fakefax = fakefax
        self.url = fakefax.base_url.removesuffix("/api/v2")

    def __call__(self, *words: object, **variables: str) -> Said:
        environment = {"FAKEFAX_URL": self.url, "FAKEFAX_API_KEY": self.fakefax.api_key, **variables}
        result = CliRunner().invoke(cli, [str(word) for word in words], env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    def faults(self) -> list[dict[str, Any]]:
        """The table of faults, as the server has it."""
        with urllib.request.urlopen(f"{self.url}/_fakefax/faults") as answer:
            faults: list[dict[str, Any]] = json.load(answer)["faults"]
        return faults


@pytest.fixture(scope="module")
def server() -> Iterator[FakeFax]:
    with FakeFax() as running:
        yield running


@pytest.fixture
def terminal(server: FakeFax) -> Iterator[Terminal]:
    """The commands, in a sandbox of their own on a paused clock."""
    with FakeFax.connect(server.base_url.removesuffix("/api/v2")) as fakefax:
        yield Terminal(fakefax)
