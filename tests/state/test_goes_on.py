"""A sandbox that was saved and loaded goes on exactly as the one that never was."""

from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fakefax.state.capture import snapshot_of
from fakefax.state.rebuild import pass_by, rebuild, resume
from fakefax.state.records import Snapshot
from tests.core.mailbox import FAILS, OK, URL
from tests.state.story import Step, Story, begun, run, services
from tests.thorough import examples

NUMBERS = ["+123456789", "+44123456", "+49123456", "+33123456", "+34123456", "+39123456", "+31123456", "+32123456"]
RULES: list[tuple[str, dict[str, Any]]] = [
    ("faxes", {"when": {"fax_number": "+1*", "nth": "2"}, "then": {"msg_code": "hangup", "after": "1m..3m"}}),
    ("callbacks", {"when": {"attempt": 1}, "then": [{"delay": "5m..9m"}, {"lose_ack": True}], "times": 2}),
    ("requests", {"when": {"api_key": "first-key"}, "then": {"status": 500}, "times": 1}),
]

some_sends = st.tuples(
    st.just("send"), st.tuples(st.sampled_from(NUMBERS), st.integers(0, 3), st.sampled_from([False, False, True]))
)
an_advance = st.tuples(st.just("advance"), st.sampled_from([10, 45, 60, 900, 3000, 7200]))


def steps(at_most: int) -> st.SearchStrategy[list[Step]]:
    return st.lists(
        st.one_of(
            some_sends,
            an_advance,
            some_sends,
            an_advance,
            st.tuples(st.just("set_endpoint"), st.sampled_from([OK, FAILS, None])),
            st.tuples(st.just("answer"), st.sampled_from([OK, FAILS])),
            st.tuples(st.just("url"), st.sampled_from([URL, None])),
            st.tuples(st.just("balance"), st.integers(0, 60)),
            st.tuples(st.just("tell"), st.integers(0, 3)),
            st.tuples(st.just("provision"), st.integers(0, 3)),
            st.tuples(st.just("resend"), st.integers(0, 20)),
            st.tuples(st.just("upload"), st.binary(max_size=3)),
            st.tuples(st.just("receive"), st.sampled_from([0, 30, 1000])),
            st.tuples(st.just("rule"), st.sampled_from(RULES)),
            st.tuples(st.just("no_rules"), st.sampled_from(["faxes", "callbacks"])),
            st.tuples(st.just("request"), st.sampled_from(["send_fax", "balance"])),
            st.tuples(st.just("register"), st.integers(0, 4)),
        ),
        min_size=1,
        max_size=at_most,
    )


def loaded(story: Story) -> Story:
    """Another sandbox, in other services, that goes on from what this one has saved."""
    text = msgspec.json.encode(snapshot_of(story.sandbox))
    snapshot = msgspec.json.decode(text, type=Snapshot)
    others = services()
    pass_by(others, snapshot.ids)
    others.keys.series.skip_to(story.sandbox.services.keys.series.position)
    fresh = Story(rebuild(snapshot, story.sandbox.scenario, others), story.endpoint)
    for account in fresh.sandbox.accounts.values():
        others.keys.add(fresh.sandbox, account)
    endpoint, fresh.endpoint = fresh.endpoint, None
    resume(fresh.sandbox)
    fresh.endpoint = endpoint
    assert snapshot_of(fresh.sandbox) == snapshot_of(story.sandbox)
    return fresh


def all_but_posted_again(story: Story) -> Snapshot:
    """Everything but when attempts were posted: one without an answer is posted again as it is loaded."""
    snapshot = snapshot_of(story.sandbox)
    for attempt in snapshot.attempts:
        attempt.at = attempt.due
    return snapshot


def sent(number: str) -> Step:
    return "send", (number, 0, False)


EVICTED: list[Step] = [sent("+123456789")] * 9 + [("advance", 900)]
HELD_BACK: list[Step] = [sent("+34123456"), ("advance", 60)]
STATUS_BEHIND: list[Step] = [sent("+39123456"), ("advance", 60)]
POSTED_TWICE: list[Step] = [("set_endpoint", None), sent("+32123456"), ("advance", 60)]
UNANSWERED: list[Step] = [("set_endpoint", None), sent("+123456789"), ("advance", 60), ("resend", 0)]
SETTLED_LATE: list[Step] = [("set_endpoint", FAILS), *EVICTED[:4], ("set_endpoint", OK), *EVICTED]


@settings(max_examples=examples(30), deadline=None)
@example(EVICTED, EVICTED, "on_accept")
@example(SETTLED_LATE, [*EVICTED, ("resend", 1), *EVICTED], "on_success")
@example(HELD_BACK, [sent("+34123456"), ("advance", 900)], "on_accept")
@example([*STATUS_BEHIND, sent("+39123456")], [("advance", 50), ("advance", 900)], "on_accept")
@example(POSTED_TWICE, [("answer", FAILS), ("answer", OK), ("advance", 900)], "on_accept")
@example(UNANSWERED, [("answer", FAILS), ("answer", FAILS), ("advance", 900)], "on_accept")
@given(steps(40), steps(15), st.sampled_from(["on_accept", "on_success"]))
def test_it_goes_on_as_the_one_that_was_never_saved(before: list[Step], after: list[Step], charge: str):
    """For anything before and after: same journal, to the byte, same audits, same faxes, same timers."""

    async def reported() -> None:
        story = begun(charge)
        for step in before:
            await story.carry_out(step)
        fresh = loaded(story)
        assert fresh.seen() == story.seen()
        for step in [*after, ("advance", 90_000)]:
            await story.carry_out(step)
            await fresh.carry_out(step)
            assert fresh.seen() == story.seen()
        assert all_but_posted_again(fresh) == all_but_posted_again(story)

    run(reported())
