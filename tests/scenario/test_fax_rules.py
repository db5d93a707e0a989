"""Decisions of the rules of `faxes`: the first that matches, its sequence, its counters."""

from datetime import timedelta

import pytest

from fakefax.core.models import FaxOrder
from fakefax.core.msg_codes import MsgCode
from fakefax.scenario.rules.fax_rules import FaxRules
from tests.scenario.texts import order, plan, rules


def codes(of: FaxRules, *orders: FaxOrder) -> list[str]:
    return [plan(of, one).msg_code.value for one in orders]


def test_without_a_rule_a_fax_is_answered_after_30_seconds():
    """A fax that no rule takes ends ok after 30s, and the plan says that no rule matched."""
    of = rules("faxes: [{when: {fax_number: +44*}, then: {msg_code: busy}}]")
    plain = plan(of, order("+1500"))
    assert (plain.msg_code, plain.after) == (MsgCode.OK, timedelta(seconds=30))
    assert plain.rule == "no rule matched: ok after 30s"


def test_the_first_match_wins():
    """Of two rules that fit, the one that stands first decides."""
    of = rules("""
faxes:
  - {when: {fax_number: +4420*}, then: {msg_code: busy}}
  - {when: {fax_number: +44*}, then: {msg_code: hangup}}
  - {then: {msg_code: unknown}}
""")
    assert codes(of, order("+44201"), order("+44301"), order("+1")) == ["busy", "hangup", "unknown"]


def test_the_plan_names_the_rule_and_the_outcome():
    """Each plan says which rule decided, by its place and its name, and what it decided."""
    of = rules("""
faxes:
  - {when: {pages: 2}, then: {msg_code: busy, after: 1h30m}}
  - {name: the long ones, when: {pages: ">2"}, then: {}}
""")
    assert plan(of, order(pages=2)).rule == "faxes[0]: busy after 1h30m"
    assert plan(of, order(pages=3)).rule == "faxes[1] 'the long ones': ok after 30s"


@pytest.mark.parametrize(
    ("pattern", "fitting", "other"),
    [
        ("+15005550002", ["+15005550002"], ["+150055500021", "+1500555000", "+15005550003"]),
        ("+44*", ["+44", "+441", "+4420"], ["+4", "+43", "+1445"]),
        ("*99", ["+99", "+199"], ["+991", "+9"]),
        ("+1500555*2", ["+15005552", "+150055500002"], ["+1500555", "+15005550003", "+215005552"]),
        ("+1*55*9", ["+1559", "+1005500009"], ["+159", "+15590", "+2559"]),
        ("*", ["+1", "+4420"], []),
        ("+1*1", ["+11", "+1231"], ["+1"]),
    ],
)
def test_number_patterns(pattern: str, fitting: list[str], other: list[str]):
    """`*` stands for any digits, none included; the rest of a number must be the same."""
    of = rules(f'faxes: [{{when: {{fax_number: "{pattern}"}}, then: {{msg_code: busy}}}}]')
    assert codes(of, *map(order, fitting + other)) == ["busy"] * len(fitting) + ["ok"] * len(other)


@pytest.mark.parametrize(
    ("condition", "fitting", "other"),
    [
        ("5", [5], [4, 6, 50]),
        ('"5"', [5], [4, 6]),
        ("9" * 100, [], [1, 9]),
        ('">20"', [21, 200], [1, 19, 20]),
        ('">=20"', [20, 21], [19]),
        ("<=3", [1, 3], [4]),
        ("<3", [1, 2], [3, 4]),
        ("2..5", [2, 3, 5], [1, 6]),
        ("4..4", [4], [3, 5]),
    ],
)
def test_conditions_on_pages(condition: str, fitting: list[int], other: list[int]):
    """A number, a comparison or a range of pages, both ends included."""
    of = rules(f"faxes: [{{when: {{pages: {condition}}}, then: {{msg_code: busy}}}}]")
    orders = [order(pages=pages) for pages in fitting + other]
    assert codes(of, *orders) == ["busy"] * len(fitting) + ["ok"] * len(other)


def test_all_fields_of_when_must_fit():
    """A rule takes a fax only when number, document, pages and key all fit."""
    of = rules("faxes: [{when: {fax_number: +44*, document_id: 10, pages: 2, api_key: k}, then: {msg_code: busy}}]")
    fits = order("+441", document_id=10, pages=2, api_key="k")
    others = [
        order("+11", document_id=10, pages=2, api_key="k"),
        order("+441", document_id=11, pages=2, api_key="k"),
        order("+441", document_id=10, pages=1, api_key="k"),
        order("+441", document_id=10, pages=2, api_key="K"),
    ]
    assert codes(of, fits, *others) == ["busy", "ok", "ok", "ok", "ok"]


@pytest.mark.parametrize(
    ("nth", "expected"),
    [("2", "o b o o o"), ('">2"', "o o b b b"), ("1..2", "b b o o o"), ("<=1", "b o o o o")],
)
def test_nth_counts_what_fits_the_other_fields(nth: str, expected: str):
    """`nth` counts from 1 the faxes that fit the rule's other fields, and no others."""
    of = rules(f"faxes: [{{when: {{fax_number: +44*, nth: {nth}}}, then: {{msg_code: busy}}}}]")
    letters = []
    for _ in range(5):
        letters.append(codes(of, order("+441"))[0][0])
        assert codes(of, order("+1")) == ["ok"]
    assert " ".join(letters) == expected


def test_nth_counts_faxes_that_another_rule_took():
    """Rules for the 1st, 2nd and 3rd fax do what they say, in whatever order they stand."""
    of = rules("""
faxes:
  - {when: {nth: 1}, then: {msg_code: busy}}
  - {when: {nth: 3}, then: {msg_code: hangup}}
  - {when: {nth: 2}, then: {msg_code: no_answer}}
""")
    assert codes(of, *[order()] * 4) == ["busy", "no_answer", "hangup", "ok"]


def test_times_uses_a_rule_up():
    """After `times` faxes a rule takes no more, and the next one decides."""
    of = rules("faxes: [{when: {pages: 2}, times: 2, then: {msg_code: busy}}, {then: {msg_code: hangup}}]")
    two = order(pages=2)
    assert codes(of, two, order(), two, two) == ["busy", "hangup", "busy", "hangup"]


def test_the_last_outcome_of_a_sequence_stays():
    """A list is for successive faxes of the rule, and its last outcome for all that follow."""
    of = rules("""
faxes:
  - when: {fax_number: +44*}
    then: [{msg_code: busy, after: 1s}, {msg_code: hangup, after: 2s}, {msg_code: ok, after: 3s}]
""")
    plans = []
    for _ in range(5):
        plans.append(plan(of, order("+441")))
        plan(of, order("+1"))
    assert [made.rule for made in plans] == [
        "faxes[0]: busy after 1s",
        "faxes[0]: hangup after 2s",
        *["faxes[0]: ok after 3s"] * 3,
    ]


def test_a_sequence_can_be_used_up():
    """`times` ends a sequence wherever it stands."""
    of = rules("faxes: [{times: 3, then: [{msg_code: busy}, {msg_code: hangup}]}, {then: {msg_code: unknown}}]")
    assert codes(of, *[order()] * 4) == ["busy", "hangup", "hangup", "unknown"]


def test_each_set_of_rules_counts_for_itself():
    """Two sandboxes of one scenario share no counters: a reset starts them again."""
    text = "faxes: [{then: [{msg_code: busy}, {msg_code: ok}]}]"
    assert codes(rules(text), order()) == codes(rules(text), order()) == ["busy"]
