"""Settings that are no single value: switches and lists, as flags and as environment variables."""

import click
import pytest
from click.testing import CliRunner

from fakefax.cli.options import option
from fakefax.cli.settings import Setting, each, on_or_off

TLS = Setting("try_it", "off", "A switch.", on_or_off, switch=True)
NAMES = Setting("name", "none", "A list.", each(str.upper), many=True)


def values(arguments: list[str], **environment: str) -> list[object]:
    seen: list[object] = []
    command = click.Command(
        "x",
        callback=lambda **given: seen.extend([given["try_it"], given["name"]]),
        params=[option(TLS), option(NAMES)],
    )
    result = CliRunner().invoke(command, arguments, env=environment)
    return seen if result.exit_code == 0 else [result.stderr.splitlines()[-1]]


@pytest.mark.parametrize("text", ["on", "TRUE", "yes", "1"])
def test_a_switch_is_turned_on_in_the_environment(text: str):
    """The words that people write for yes are all understood."""
    assert values([], FAKEFAX_TRY_IT=text) == [True, ()]


@pytest.mark.parametrize("text", ["off", "False", "no", "0", ""])
def test_a_switch_is_off_for_every_word_of_no(text: str):
    """The words for no, and an empty variable, leave it off."""
    assert values([], FAKEFAX_TRY_IT=text) == [False, ()]


def test_a_switch_is_a_flag_without_a_value_that_beats_the_environment():
    """--x turns it on, --no-x turns off what the environment turned on."""
    assert values(["--try-it"]) == [True, ()]
    assert values(["--no-try-it"], FAKEFAX_TRY_IT="on") == [False, ()]


def test_another_word_is_refused_by_name():
    """A word that is neither yes nor no is named, with its variable."""
    (line,) = values([], FAKEFAX_TRY_IT="maybe")
    assert line == "Error: Invalid value for 'FAKEFAX_TRY_IT': 'maybe' is neither on nor off"


def test_a_list_has_commas_and_may_be_repeated():
    """Both ways to give several values, and both together, as a flag; commas in the environment."""
    assert values(["--name", "a, b", "--name", "c"]) == [False, ("A", "B", "C")]
    assert values([], FAKEFAX_NAME="a,b c") == [False, ("A", "B C")]
    assert values(["--name", "d"], FAKEFAX_NAME="a") == [False, ("D",)]
    assert values(["--name", "none"], FAKEFAX_NAME="a") == [False, ()]
