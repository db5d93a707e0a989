"""A file with any content is either a scenario that can be played or a list of problems."""

import re
import string

from hypothesis import example, given, settings
from hypothesis import strategies as st

from fakefax.scenario.loader import ScenarioError, parse_scenario, shipped_scenarios
from fakefax.scenario.rules.fax_rules import FaxRules
from tests.scenario.texts import order, plan, rig
from tests.thorough import examples

LINE = re.compile(r"s\.yaml:[1-9]\d*:[1-9]\d*: \S.*")
MSGSPEC_WORDS = re.compile(r" - at `|^Expected `")
"""How the library that reads a right file would put it; a person gets our own words."""

WORDS = re.findall(
    r"\S+",
    """
    faxes accounts clock pricing prefixes billing receipts when then mix msg_code after times nth pages name seed
    start rate balance api_key documents id filename callback_url per_page charge accept retry_every ok busy bussy
    true null 0 -1 1.5 20s..2m 2m..20s 45s +44* +44 >20 1..5 2026-02-31 http://x 10000000000 1.0e999 !!int !x <<
    """,
)
SIGNS = [
    ": ",
    ":",
    "- ",
    "\n",
    "\n  ",
    "\n    ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "'",
    '"',
    "&a ",
    "*a",
    "|",
    "#",
    "\t",
    "---\n",
]
DEFAULT = shipped_scenarios()["default"].read_text(encoding="utf-8")
VALUES = st.sampled_from(WORDS) | st.text(string.printable + "é\x85\u2028\x00", max_size=8)


def check(text: str) -> None:
    """Read a text; a right one must also make a sandbox and take a fax."""
    try:
        scenario = parse_scenario(text, "s.yaml")
    except ScenarioError as error:
        lines = error.lines
    else:
        assert rig(scenario).accounts
        assert plan(FaxRules(scenario.faxes, scenario.seed), order()).rule
        return
    assert lines
    assert len(set(lines)) == len(lines)
    assert [line for line in lines if not LINE.fullmatch(line) or MSGSPEC_WORDS.search(line)] == []


@settings(deadline=None, max_examples=examples(50))
@given(st.lists(st.sampled_from(WORDS + SIGNS) | VALUES, max_size=30).map("".join))
@example("faxes: [{then: {}}]\n" * 2)
def test_any_words_and_signs(text: str):
    """A text of scenario words and YAML signs in any order never ends the program."""
    check(text)


@settings(deadline=None, max_examples=examples(50))
@given(st.text(max_size=60))
@example("\ud800")
def test_any_text(text: str):
    """Any text at all never ends the program."""
    check(text)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The default scenario after some slips of the hand."""
    lines = DEFAULT.splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        words = re.split(r"([\w+@.]+)", lines[at])
        match draw(st.sampled_from(["drop", "double", "swap", "indent", "word", "word", "word"])):
            case "drop":
                lines[at] = ""
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                other = draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case "indent":
                lines[at] = draw(st.sampled_from([" ", "  ", "\t"])) + lines[at]
            case _:
                words[draw(st.integers(0, len(words) - 1))] = draw(VALUES)
                lines[at] = "".join(words)
    return "\n".join(lines) + "\n"


@settings(deadline=None, max_examples=examples(50))
@given(mutated())
def test_slips_in_the_default_scenario(text: str):
    """A shipped scenario with lines or values dropped, doubled or replaced never ends the program."""
    check(text)
