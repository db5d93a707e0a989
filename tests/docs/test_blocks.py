"""Every named block of the documentation runs, and says what it says."""

import json
import os
import re
import subprocess
import sys
from typing import Any
from urllib.request import urlopen

import pytest

from fakefax import FakeFax
from fakefax.scenario.loader import ScenarioError, parse_scenario
from fakefax.scenario.rule_schema import FaxOutcome
from tests.documentation import ROOT, blocks, page_of
from tests.examples.conftest import NEEDS
from tests.inner_pytest import InnerPytest

FOLDER = ROOT / "tests" / "examples"

EXAMPLES = {
    f"example-{path.stem.removeprefix('test_').replace('_', '-')}": path for path in FOLDER.glob("test_*.py")
}


def test_the_first_test_passes(inner_pytest: InnerPytest):
    """The test that a reader would copy is a test that passes, by pytest, as it stands."""
    (example,), (given,) = blocks("test"), blocks("given")
    (inner_pytest.path / "test_example.py").write_text(example + given, encoding="utf-8")
    inner_pytest("test_example.py").assert_outcomes(passed=2)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_examples_are_tests_that_run(name: str):
    """The example of a framework is a file of tests/examples, which the suite runs."""
    (example,) = blocks(name)
    assert example == EXAMPLES[name].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_requirements_of_an_example_stand_above_it(name: str):
    """The line above an example installs what the example's test asks for before it runs."""
    above = page_of(name).partition(f"```python {name}\n")[0].rpartition("\n## ")[2]
    (line,) = re.findall("`pip install ([^`]+)`", above)
    assert line.split() == NEEDS[name.removeprefix("example-")]


LANGUAGES = {
    "language-node": "node/fax.test.mjs",
    "language-php": "php/fax_test.php",
    "language-ruby": "ruby/fax_test.rb",
    "language-go": "go/fax_test.go",
    "language-java": "java/FaxTest.java",
}


@pytest.mark.parametrize("name", LANGUAGES)
def test_the_examples_of_other_languages_are_files_that_run(name: str):
    """Each language's example is a file that tests/cli/commands/test_run.py runs."""
    (example,) = blocks(name)
    file = ROOT / "tests" / "cli" / "commands" / "languages" / LANGUAGES[name]
    assert example == file.read_text(encoding="utf-8")


def test_it_works_without_pytest():
    """The lines for a script are a script that ends well."""
    (script,) = blocks("without-pytest")
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.endswith("/api/v2 f@x2r0ckkz\n")


def test_the_naive_client_pays_twice_and_the_careful_one_does_not(inner_pytest: InnerPytest):
    """Of the story's four tests exactly one fails: the naive client whose reply is lost, for a double charge."""
    (example,) = blocks("paid-twice")
    (inner_pytest.path / "test_paid_twice.py").write_text(example, encoding="utf-8")
    run = inner_pytest("test_paid_twice.py", "-rA")
    name = "test_paid_twice.py::test_a_fax_is_paid_once"
    results = [line for line in run.outlines if line.startswith(("PASSED", "FAILED"))]
    assert [line.partition(" - ")[0] for line in results] == [
        f"PASSED {name}[send_naively-request-lost]",
        f"PASSED {name}[send_carefully-request-lost]",
        f"PASSED {name}[send_carefully-reply-lost]",
        f"FAILED {name}[send_naively-reply-lost]",
    ]
    run.stdout.fnmatch_lines(["*AssertionError: paid twice*"])


@pytest.mark.parametrize("rate", [60.0, 0.0])
def test_the_commands_against_a_server_do_what_the_text_says(rate: float):
    """The documented answer first; then, however long the reader pauses, 193 attempts and an expired receipt."""
    first, second = blocks("against-server")
    (answer,) = blocks("answer")
    with FakeFax(rate=rate) as fax:
        assert run_block(first, fax.url) == [json.loads(answer)]
        fax.advance("1m")  # the reader's pause
        _, _, advance, faxes, journal, audit = run_block(second, fax.url)
        assert [len(job.attempts) for job in fax.faxes] == [0, 193]
    assert advance["settled"] is True
    assert [job["receipt"] for job in faxes["faxes"]] == ["not_sent", "expired"]
    assert [entry["kind"] for entry in journal["entries"]] == 2 * ["receipt.attempt"] + ["receipt.expired"]
    assert audit["ok"] is True
    assert [double["fax_job_ids"] for double in audit["double_charges"]] == [[200, 201]]


def test_the_commands_of_sandboxes_do_what_the_text_says():
    """A sandbox is made with what was asked, and is listed after the server's own."""
    (commands,) = blocks("sandboxes")
    with FakeFax() as fax:
        made, listed = run_block(commands, fax.url)
        assert made["base_url"] == fax.base_url
        assert [world["api_key"] for world in listed["sandboxes"]] == [fax.api_key, made["api_key"]]
    assert (made["rate"], made["accounts"][0]["balance"]) == (0, 5)


def test_the_commands_of_received_faxes_do_what_the_text_says():
    """A fax of two pages is there at once, the other one only when ten minutes of simulated time have gone by."""
    (commands,) = blocks("received")
    with FakeFax() as fax:
        now, later, listed = run_block(commands, fax.url)
    assert (now["pages"], now["arrived"], later["sender"], later["arrived"]) == (2, True, "12125550123", False)
    assert [row["total_pages"] for row in listed["inbox"]] == [2]


def test_the_commands_of_files_do_what_the_text_says():
    """curl uploads a letter of two pages, which is priced and has a preview."""
    (commands,) = blocks("files")
    with FakeFax() as fax:
        uploaded, costs, preview = run_block(commands, fax.url)
        with urlopen(preview["url"], timeout=10) as picture:
            assert picture.read(3) == b"\xff\xd8\xff"
    assert (uploaded["document_id"], uploaded["total_pages"]) == (100, 2)
    assert uploaded["document"]["filename_uploaded"] == "letter.txt"
    assert costs == {"status": "success", "cost": 0.3}


def run_block(commands: str, url: str) -> list[dict[str, Any]]:
    """The JSON answers of a block's curl commands, at `url` in place of the default address."""
    commands = commands.replace("http://127.0.0.1:8080", url).replace("curl ", "curl --silent --show-error ")
    script = "".join(f"{line}; echo\n" for line in commands.splitlines())
    run = subprocess.run(["bash", "-e", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return [json.loads(line) for line in run.stdout.splitlines() if line]


def test_the_scenario_of_the_guide_is_right():
    """The YAML that a reader starts from is checked without a problem."""
    (text,) = blocks("scenario")
    assert len(parse_scenario(text, "scenario.yaml").faxes) == 3


def test_the_scenario_with_aliases_is_right():
    """The value of a key with x- is put where its alias stands."""
    (text,) = blocks("repeated")
    slow, busy = (rule.then for rule in parse_scenario(text, "scenario.yaml").faxes)
    assert isinstance(slow, FaxOutcome)
    assert isinstance(busy, FaxOutcome)
    assert busy.msg_code == "busy"
    assert slow.after == busy.after == "10m"


def test_the_problems_of_the_guide_are_what_check_prints():
    """The wrong file has exactly the problems that are shown below it."""
    (wrong,), (problems,) = blocks("rush-hour"), blocks("problems")
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(wrong, "rush-hour.yaml")
    assert caught.value.lines == problems.splitlines()


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_the_set_up_commands_are_what_ci_runs(name: str):
    """CI runs both set-up commands as they stand in the README, in a clean checkout."""
    printed = subprocess.run(
        [sys.executable, ROOT / ".ci" / "readme_command.py", name], capture_output=True, text=True, check=True
    )
    (command,) = blocks(name)
    assert printed.stdout == command
    assert f"readme_command.py {name}" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_image_is_built_from_files_that_exist():
    """`docker build` needs an engine; here each file that the Dockerfile copies is at least in the checkout."""
    copies = [
        line.split()[1:-1]
        for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
        if line.startswith("COPY") and "--from" not in line
    ]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for name in (name for names in copies for name in names):
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
