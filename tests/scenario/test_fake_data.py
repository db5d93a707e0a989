"""What a scenario leaves open is made up from the seed, and only then is the maker loaded."""

import subprocess
import sys

from fakefax.documents import examine, write_pdf
from fakefax.scenario.build import accounts_of
from fakefax.scenario.fake_data import letter
from fakefax.scenario.loader import parse_scenario


def names(seed: int) -> list[str]:
    text = (
        f"seed: {seed}\naccounts: [{{api_key: a, documents: [{{id: 1}}, {{id: 2}}, {{id: 3, filename: own.pdf}}]}}]"
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
