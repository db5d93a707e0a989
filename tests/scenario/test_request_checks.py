"""Rules of `requests` that ask for an answer which HTTP cannot carry are reported when the file is read."""

import pytest

from fakefax.scenario.loader import ScenarioError, parse_scenario


@pytest.mark.parametrize(
    ("then", "problem"),
    [
        (
            "{status: 204, body: hello}",
            "then.body: an answer with 204 has no body",
        ),
        (
            "{status: 304, body: {}}",
            "then.body: an answer with 304 has no body",
        ),
        (
            "{status: 304, truncate: true}",
            "then.truncate: an answer with 304 has no body that could be cut",
        ),
        (
            "[{}, {mix: {200: 1, 304: 1}, truncate: true}]",
            "then[1].truncate: an answer with 304 has no body that could be cut",
        ),
    ],
)
def test_a_body_that_no_answer_can_have_is_a_problem(then: str, problem: str):
    """204 and 304 end with their head, so a body or a cut beside them is reported with its place and the cure."""
    with pytest.raises(ScenarioError) as refused:
        parse_scenario(f"requests: [{{then: {then}}}]", "x.yaml")
    (reported,) = str(refused.value).splitlines()
    assert reported.endswith(f": requests[0].{problem}; take this out, or choose another status")


@pytest.mark.parametrize("then", ["{status: 204}", "{status: 204, body: ''}", "{status: 304}", "{mix: {304: 5}}"])
def test_a_status_that_has_no_body_needs_none(then: str):
    """204 is not an error, and still goes without a body."""
    parse_scenario(f"requests: [{{then: {then}}}]", "x.yaml")


def test_a_rate_limit_stands_alone():
    """A list has no place for one; a list of nothing else is as good as none."""
    limit = "{rate_limit: {count: 1}}"
    parse_scenario(f"requests: [{{then: [{limit}]}}]", "x.yaml")
    with pytest.raises(ScenarioError, match=r"then\[1\]\.rate_limit: a rate limit in a list; give it a rule"):
        parse_scenario(f"requests: [{{then: [{{status: 500}}, {limit}]}}]", "x.yaml")
