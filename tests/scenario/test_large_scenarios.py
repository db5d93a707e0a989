"""Large and wrong scenarios: time, memory and what is reported of them are bounded."""

import pytest

from fakefax.core.models import Document, FaxOrder, Plan
from fakefax.core.real_time import real_seconds
from fakefax.scenario.loader import ScenarioError, check_rule, check_scenario, parse_scenario
from fakefax.scenario.rule_schema import FaxRule
from fakefax.scenario.rules.fax_rules import FaxRules
from fakefax.scenario.rules.rule import Rule
from fakefax.scenario.validation.problems import MAX_PROBLEMS

DEADLINE = 20.0
"""Real seconds, many times what it takes here; before there were bounds it took minutes."""


def problems(text: str) -> list[str]:
    began = real_seconds()
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, "f")
    assert real_seconds() - began < DEADLINE
    assert sum(map(len, caught.value.lines)) < 100_000
    return caught.value.lines


def test_many_unknown_keys():
    """The first problems are reported, the others counted."""
    lines = problems("".join(f"unknown_key_{number}: 1\n" for number in range(8_000)))
    assert len(lines) == MAX_PROBLEMS + 1
    assert lines[0].startswith("f:1:1: unknown_key_0: unknown key")
    assert lines[-1] == "f: and 7,950 more"


def test_many_wrong_values():
    """Wrong values are counted as wrong keys are."""
    lines = problems("faxes:\n" + "  - when: {pages: 1}\n    then: {msg_code: bussy}\n" * 4_000)
    assert "did you mean 'busy'?" in lines[0]
    assert lines[-1] == "f: and 3,950 more"


def test_a_long_text_that_aliases_repeat():
    """A value is quoted by its beginning, however long it is and however often it is repeated."""
    long = "x" * 200_000
    rules = "  - then: {msg_code: *long}\n" * 400
    lines = problems(f"description: &long {long}\nseed: [*long, *long]\nfaxes:\n{rules}")
    assert all(len(line) < 1_000 for line in lines)


def test_long_names_are_compared_with_nothing():
    """A key that is long, or one among very many, gets no "did you mean"."""
    assert "did you mean" not in problems(f"{'seed' * 1_000}: 1\n")[0]


@pytest.mark.parametrize(
    ("every", "after", "attempts"),
    [("1ms", "48h", "172,800,001"), ("1s", "6h", "21,601"), ("1s", "48h", "172,801")],
)
def test_a_schedule_without_end(every: str, after: str, attempts: str):
    """A schedule of too many attempts is refused with what it would come to, and the least that goes."""
    (line,) = problems(f"receipts: {{retry_every: {every}, expires_after: {after}}}\n")
    assert f"{every} for {after} comes to {attempts} attempts at each receipt" in line
    least = line.partition("write ")[2].split()[0]
    parse_scenario(f"receipts: {{retry_every: {least}, expires_after: {after}}}\n", "f")


def test_many_rules_are_found_by_their_number():
    """Among 5,000 rules a fax is decided by looking at those that its number may fit; few misses are reported."""
    written = [
        check_rule("faxes", {"when": {"fax_number": number}, "then": {"msg_code": "busy"}})
        for number in ("+491", "+492*", "+49*3", "*7", "+4930123456", "+1*2*3")
    ]
    many = [written[number % len(written)] for number in range(5_000)]
    rules = FaxRules(many, 0)
    document = Document(10, "invoice.pdf", 1)
    began = real_seconds()
    for number in range(50):
        decision = rules.decide(FaxOrder("k", f"+33{number}", document))
        assert len(decision.misses()) <= 51
    assert real_seconds() - began < DEADLINE
    assert rules.decide(FaxOrder("k", "+4930123456", document)).rule == "faxes[4]"


def test_a_rule_is_made_when_it_is_first_needed():
    """Of many rules for numbers only those that a fax may fit are made, and reporting the misses makes few more."""
    numbers = [f"+49{number}" for number in range(1000, 1500)]
    rules = FaxRules([check_rule("faxes", {"when": {"fax_number": number}, "then": {}}) for number in numbers], 0)
    made: list[str] = []
    make = rules.of_scenario.make

    def noted(written: FaxRule, rule_id: str, label: str) -> Rule[FaxOrder, Plan]:
        made.append(rule_id)
        return make(written, rule_id, label)

    rules.of_scenario.make = noted
    decision = rules.decide(FaxOrder("k", "+491200", Document(10, "invoice.pdf", 1)))
    assert made == ["faxes[200]"]
    assert len(decision.misses()) == 51
    assert len(made) == 52


def test_data_of_a_client_is_bounded_too():
    """A scenario that came as JSON is treated as one of a file."""
    with pytest.raises(ScenarioError) as caught:
        check_scenario({f"key{number}": number for number in range(10_000)}, "scenario")
    assert caught.value.lines[-1] == "scenario: and 9,950 more"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("seed: 010\n", "f:1:7: seed: '010' is not a whole number; write 10, without a zero in front"),
        (
            "accounts: [{api_key: k, callback_url: 'http://${HOST}:8000/'}]\n",
            "f:1:39: accounts[0].callback_url: 'http://${HOST}:8000/' has a placeholder where its host should be; "
            "give an http or https URL such as http://localhost:8000/faxto",
        ),
    ],
)
def test_the_cure_is_one(text: str, line: str):
    """The cure that a message gives works, rather than leading to the next error."""
    assert problems(text) == [line]
