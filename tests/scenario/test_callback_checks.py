"""Rules of `callbacks` that could never do anything are reported when the file is read."""

import pytest

from fakefax.scenario.loader import ScenarioError, parse_scenario

NEVER = "is never asked: `before_reply` and `poll` are about the send of a fax"


def problems(rules: str) -> list[str]:
    with pytest.raises(ScenarioError) as refused:
        parse_scenario(f"callbacks: [{rules}]", "x.yaml")
    return [line.split(": ", 1)[1] for line in str(refused.value).splitlines()]


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        (
            "{when: {kind: received_fax}, then: {before_reply: true}}",
            f"callbacks[0].when.kind: a rule for received faxes {NEVER}",
        ),
        (
            "{when: {attempt: '>1'}, then: {poll: behind}}",
            f"callbacks[0].when.attempt: a rule for later attempts {NEVER}, which is at attempt 1",
        ),
        (
            "{then: {poll_by: 5m}}",
            "callbacks[0].then.poll_by: poll_by without poll; write one beside it, or take this out",
        ),
        (
            "{then: {before_reply: true, delay: 5m}}",
            "callbacks[0].then.before_reply: before_reply beside delay, which has it posted later; keep one",
        ),
        (
            "{then: {before_reply: true, reorder: true}}",
            "callbacks[0].then.before_reply: before_reply beside reorder, which has it posted later; keep one",
        ),
        (
            "{then: [{before_reply: true}, {drop: true}]}",
            "callbacks[0].then[1].drop: drop is about an attempt, and a list with `before_reply` or `poll` goes on "
            "with each fax that is sent, not with each attempt; give it a rule of its own",
        ),
        (
            "{then: [{delay: 5m}, {}, {poll: ahead}]}",
            "callbacks[0].then[0].delay: delay is about an attempt, and a",
        ),
        ("{then: {poll: ahead, poll_by: soon}}", "callbacks[0].then.poll_by: 'soon' is not a duration"),
        (
            "{then: {poll: ahead}}, {then: {drop: true}}, {then: {before_reply: true}}",
            "callbacks[0]: without `when` it takes every callback, so the rule after it never matches; put it last",
        ),
        (
            "{then: {drop: true}}, {then: {poll: ahead}}, {then: [{}, {delay: 5m}]}",
            "callbacks[0]: without `when` it takes every callback, so the rule after it never matches; put it last",
        ),
    ],
)
def test_a_rule_that_could_never_do_anything_is_a_problem(rules: str, problem: str):
    """Reported: a fault of the send for a later attempt or a received fax, and a rule behind one that takes all."""
    (reported,) = problems(rules)
    assert reported.startswith(problem)


def test_rules_of_the_send_and_of_attempts_do_not_hide_each_other():
    """A rule about every send and one about every attempt are asked at different moments, and both decide."""
    parse_scenario("callbacks: [{then: {poll: ahead}}, {then: {drop: true}}]", "x.yaml")
    parse_scenario("callbacks: [{when: {attempt: '<3'}, then: {before_reply: true, drop: false}}]", "x.yaml")
    parse_scenario("callbacks: [{then: [{poll: ahead, drop: true}, {}, {poll: behind}]}]", "x.yaml")
