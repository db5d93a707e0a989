"""The counters of rules against the plainest model of them, for faxes of several kinds that come in any order."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fakefax.scenario.rules.conditions import number_test
from tests.scenario.texts import order, rules
from tests.thorough import examples

NUMBERS = ("+441", "+442", "+15", "+16")
PATTERNS = ("+441", "+44*", "+1*", "*", "+15")
CODES = ("busy", "hangup", "no_answer", "unknown")

written_rules = st.lists(
    st.fixed_dictionaries(
        {"fax_number": st.sampled_from(PATTERNS), "then": st.lists(st.sampled_from(CODES), min_size=1, max_size=3)},
        optional={
            "nth": st.sampled_from(["1", "2", '">1"', "2..3"]),
            "times": st.integers(1, 3),
            "pages": st.sampled_from(["1", '">1"']),
        },
    ),
    max_size=6,
)
faxes = st.lists(st.tuples(st.sampled_from(NUMBERS), st.integers(1, 2)), max_size=25)


def yaml_of(rule: dict[str, Any]) -> str:
    counted = "".join(f", {name}: {rule[name]}" for name in ("nth", "pages") if name in rule)
    times = f", times: {rule['times']}" if "times" in rule else ""
    then = ", ".join(f"{{msg_code: {code}}}" for code in rule["then"])
    return f'  - {{when: {{fax_number: "{rule["fax_number"]}"{counted}}}, then: [{then}]{times}, name: "*"}}'


class Model:
    """One list of rules gone through from the top, without an index."""

    def __init__(self, written: list[dict[str, Any]]) -> None:
        self.rules = [{**rule, "fitted": 0, "used": 0} for rule in written]

    def decide(self, fax_number: str, pages: int) -> str:
        fitting = [rule for rule in self.rules if self.fits(rule, fax_number, pages)]
        for rule in fitting:
            rule["fitted"] += 1
        for rule in fitting:
            in_turn = "nth" not in rule or number_test(rule["nth"].strip('"'))(rule["fitted"])
            if in_turn and rule["used"] < rule.get("times", 999):
                rule["used"] += 1
                return str(rule["then"][min(rule["used"], len(rule["then"])) - 1])
        return "ok"

    @staticmethod
    def fits(rule: dict[str, Any], fax_number: str, pages: int) -> bool:
        start = rule["fax_number"].rstrip("*")
        of_number = fax_number.startswith(start) if rule["fax_number"].endswith("*") else fax_number == start
        return of_number and ("pages" not in rule or number_test(rule["pages"].strip('"'))(pages))


@settings(deadline=None, max_examples=examples(50))
@given(written_rules, faxes)
def test_counters_do_what_the_plain_model_does(written: list[dict[str, Any]], sent: list[tuple[str, int]]):
    """First match, nth, times and sequences agree with a model without an index, fax by fax, counter by counter."""
    unreachable_is_fine = [*written, {"fax_number": "+9", "then": ["ok"]}]
    of = rules("faxes:\n" + "\n".join(map(yaml_of, unreachable_is_fine)))
    model = Model(unreachable_is_fine)
    for fax_number, pages in sent:
        decision = of.decide(order(fax_number, pages=pages))
        assert decision.action.msg_code.value == model.decide(fax_number, pages)
        place = int(decision.rule[6]) if decision.rule.startswith("faxes[") else len(unreachable_is_fine)
        assert len(decision.misses()) == place
    assert [(rule.fitted, rule.used) for rule in of.listed] == [
        (rule["fitted"], rule["used"]) for rule in model.rules
    ]
