"""Fake data for what a scenario leaves out: made from the seed, and loaded only when it is needed."""

import json
import subprocess
import sys

import pytest

from fakefax.documents import examine, write_pdf
from fakefax.scenario import fake_words
from fakefax.scenario.build import accounts_of
from fakefax.scenario.fake_data import document_name, fax_sender, letter
from fakefax.scenario.loader import ScenarioError, parse_scenario
from fakefax.values.unpatched import read_package_file


def names(seed: int, fake_data: str = "{}") -> list[str]:
    text = (
        f"fake_data: {fake_data}\nseed: {seed}\n"
        f"accounts: [{{api_key: a, documents: [{{id: 1}}, {{id: 2}}, {{id: 3, filename: own.pdf}}]}}]"
    )
    (account,) = accounts_of(parse_scenario(text, "open.yaml"))
    return [document.filename for document in account.documents.values()]


def test_a_document_without_a_name_gets_a_plausible_one():
    """A document that the file does not name has the name of a PDF; one that it names keeps its own."""
    first, second, own = names(seed=7)
    assert first.endswith(".pdf")
    assert second.endswith(".pdf")
    assert own == "own.pdf"


def test_the_seed_decides_what_is_made_up():
    """The same seed makes up the same names on every run, another seed others."""
    assert names(seed=7) == names(seed=7)
    assert names(seed=7) != names(seed=8)


def test_nothing_heavy_is_loaded_for_a_scenario_that_leaves_nothing_open():
    """The default scenario starts without Faker and without the validator that only a wrong file needs."""
    code = (
        "import sys; from fakefax.scenario.loader import load_scenario;"
        "from fakefax.scenario.build import accounts_of;"
        "list(accounts_of(load_scenario('default')));"
        "print([name for name in ('faker', 'jsonschema') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout == "[]\n"


def test_a_letter_is_made_up_for_as_many_pages_as_are_wanted():
    """A made-up letter is the same for the same seed and purpose, and fills its pages."""
    assert letter(7, "fax 1", 3) == letter(7, "fax 1", 3)
    assert letter(7, "fax 1") != letter(7, "fax 2")
    pages = examine(write_pdf(letter(7, "fax 1", 3)), "letter.pdf").pages
    assert pages in (2, 3)


def test_a_locale_is_used_for_what_is_made_up():
    """With a locale, Faker makes the names, the same ones for the same seed."""
    german = names(7, "{locale: de_DE}")
    assert german == names(7, "{locale: de_DE}")
    assert german[:2] != names(7)[:2]
    assert letter(7, "fax 1", locale="de_DE") != letter(7, "fax 1")


def test_a_locale_that_faker_does_not_have_is_a_problem():
    """The locale's place, its value and the nearest one are named."""
    with pytest.raises(ScenarioError, match=r"Faker has no locale 'de_XX'; one that it has is de_"):
        names(7, "{locale: de_XX}")
    with pytest.raises(ScenarioError, match=r"fake_data.locale: 'German' is not a locale such as de_DE"):
        names(7, "{locale: German}")


def test_a_locale_without_faker_is_one_line(monkeypatch):
    """Where Faker is not installed, the problem says what it is needed for and how to get it."""
    monkeypatch.setattr(fake_words, "find_spec", lambda name: None)
    with pytest.raises(ScenarioError) as raised:
        names(7, "{locale: de_DE}")
    assert raised.value.lines == [f"open.yaml:1:21: fake_data.locale: {fake_words.FAKER_NEEDED}"]
    assert names(7)


def test_the_words_were_not_changed_by_hand():
    """The table of words has the checksum that its script wrote, and says from what it was made."""
    written = json.loads(read_package_file(fake_words.TABLE))
    assert written["about"]["sha256"] == fake_words.checksum(written["words"])
    assert "MIT" in written["about"]["source"]


def test_fake_data_stays_the_same():
    """These names hold for every later version, whatever version of Faker is installed."""
    assert document_name(0, 1) == "tourist-2023-11.pdf"
    assert fax_sender(0, "x") == ("12125550157", "Harris LLC")
