"""Decisions of the rules of `callbacks`: which attempts each field of `when` takes, and when a rule is asked."""

import pytest
from msgspec.structs import replace

from fakefax.core.decisions import CallbackKind, CallbackSubject, DecisionPoint
from fakefax.core.msg_codes import MsgCode
from fakefax.scenario.rules.callback_rules import CallbackRules
from tests.scenario.texts import parsed

RECEIPT = CallbackSubject(CallbackKind.RECEIPT, "one", "+442012345", 10, 3, MsgCode.BUSY, 2)
ARRIVED = CallbackSubject(CallbackKind.RECEIVED_FAX, "one", "+12048134699", None, 3, None, 1)


def taken(rule: str, subject: CallbackSubject) -> bool:
    """Whether a rule decides about an attempt."""
    return CallbackRules(parsed(f"callbacks: [{rule}]").callbacks, 0).decide(subject) is not None


@pytest.mark.parametrize(
    ("when", "receipt", "arrived"),
    [
        ("{}", True, True),
        ("{kind: receipt}", True, False),
        ("{kind: received_fax}", False, True),
        ("{fax_number: '+44*'}", True, False),
        ("{document_id: 10}", True, False),
        ("{pages: '>2'}", True, True),
        ("{pages: 2}", False, False),
        ("{api_key: one}", True, True),
        ("{api_key: two}", False, False),
        ("{msg_code: busy}", True, False),
        ("{msg_code: ok}", False, False),
        ("{attempt: '>1'}", True, False),
        ("{attempt: 1}", False, True),
        ("{kind: receipt, attempt: 1}", False, False),
    ],
)
def test_each_field_says_which_attempts_a_rule_takes(when: str, receipt: bool, arrived: bool):
    """All fields given must fit; a received fax has no document and no msg_code, so it fits none."""
    rule = f"{{when: {when}, then: {{drop: true}}}}"
    assert (taken(rule, RECEIPT), taken(rule, ARRIVED)) == (receipt, arrived)


def test_a_rule_is_asked_at_its_own_moment():
    """One about the send is asked as the fax is accepted, any other as an attempt is due."""
    sent = replace(RECEIPT, moment=DecisionPoint.SEND, attempt=1)
    for then, at_send in (("{drop: true}", False), ("{before_reply: true}", True), ("[{}, {poll: ahead}]", True)):
        rule = f"{{then: {then}}}"
        assert (then, taken(rule, sent), taken(rule, RECEIPT)) == (then, at_send, not at_send)
