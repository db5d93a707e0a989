"""Faults of requests in words: all that a rule has done to one."""

from typing import Any

import pytest

from fakefax.core.faults.request_faults import request_fault_maker
from fakefax.core.randomness import RandomChoices


@pytest.mark.parametrize(
    ("written", "effect", "commit"),
    [
        ({"delay": "1m"}, "answer delayed by 1m", True),
        ({"delay": "1m", "real_delay": "2s"}, "answer delayed by 1m, answer delayed by 2s of real time", True),
        (
            {"status": 504, "commit": True, "delay": "1m", "truncate": True},
            "answered with 504, answer delayed by 1m, answer cut in half",
            True,
        ),
        (
            {"refuse": "rate_limited", "real_delay": "1s"},
            "refused as rate_limited, answer delayed by 1s of real time",
            False,
        ),
        ({"lose_reply": "after_commit", "delay": "1m"}, "answer delayed by 1m, answer lost", True),
        ({"truncate": True, "real_delay": "1s"}, "answer delayed by 1s of real time, answer cut in half", True),
        ({"lose_reply": "before_commit", "delay": "1m"}, "answer delayed by 1m, answer lost", False),
        ({"reset": True}, "connection reset without an answer", False),
        ({"reset": True, "commit": True}, "connection reset without an answer", True),
        ({"reset": True, "lose_reply": "after_commit"}, "connection reset without an answer", True),
        ({"reset": True, "lose_reply": "before_commit"}, "connection reset without an answer", False),
        ({"mix": {"200": 1}}, "nothing was done to it", True),
        ({"mix": {"201": 1}}, "answered with 201", False),
        ({"status": 500, "body": ""}, "answered with 500", False),
        ({"reset": False, "delay": "0s"}, "nothing was done to it", True),
    ],
)
def test_faults_that_come_together_are_all_said(written: dict[str, Any], effect: str, commit: bool):
    """Each fault of a rule has its words, and whether the request is carried out is as the rule says."""
    fault = request_fault_maker(written)(RandomChoices(0, "a rule"))
    assert (fault.effect, fault.commit) == (effect, commit)


def test_an_empty_body_is_a_body():
    """It is not the vendor's error shape, which a rule without a body has."""
    make = [request_fault_maker(written) for written in ({"status": 500, "body": ""}, {"status": 500})]
    assert [fault(RandomChoices(0, "a rule")).body for fault in make] == ["", None]
