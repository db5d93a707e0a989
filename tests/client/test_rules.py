"""Rules put in front by a test: what becomes of faxes, faults of the API, faults of callbacks."""

import http.client
from typing import Any

import pytest

from fakefax import FakeFax
from fakefax.client import Unknown, WrongValue
from fakefax.client.outcomes import all_outcomes
from tests.callbacks.endpoints import send


def msg_codes(fax: FakeFax) -> list[Any]:
    fax.advance("1h")
    return [each.msg_code for each in fax.faxes]


def test_the_end_of_faxes_is_given(fax: FakeFax):
    """Each condition has its own end, until it is used up."""
    fax.given(fax_number="+44*").busy(times=2)
    fax.given(document_id=11).then("hangup", "ok")
    for number in ("+441234", "+441234", "+441234"):
        send(fax, number + "5")
    assert msg_codes(fax) == ["busy", "busy", "ok"]


@pytest.mark.parametrize("msg_code", ["ok", "busy", "no_answer", "hangup", "file_error", "unknown"])
def test_each_end_has_a_word(fax: FakeFax, msg_code: str):
    """Every msg_code can be given by its name."""
    getattr(fax.given(), msg_code)(after="5s")
    send(fax)
    assert fax.faxes[0].plan.after == "5s"
    assert msg_codes(fax) == [msg_code]


def test_a_rule_is_counted_and_taken_away(fax: FakeFax):
    """A rule says how often it decided; once removed, the scenario decides again."""
    rule = fax.given().busy()
    send(fax)
    other = fax.given(fax_number="+49*").hangup()
    assert (rule.used, other.used) == (1, 0)
    rule.remove()
    send(fax)
    assert msg_codes(fax) == ["busy", "ok"]
    with pytest.raises(Unknown):
        rule.remove()


def test_a_lost_reply_is_charged(fax: FakeFax):
    """A fault at the commit point: the program gets no answer, and the fax is paid for."""
    fax.fault(lose_reply="after_commit", times=1)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        send(fax)
    fax.assert_charged("0.15")


def test_a_fault_of_one_operation(fax: FakeFax):
    """A fault can be given to one operation, and others go on."""
    fax.given(operation="send_fax", nth=1).fault(status=500)
    with pytest.raises(AssertionError, match="Internal Server Error"):
        send(fax)
    assert send(fax) > 0


def test_a_fault_of_the_next_one_only(fax: FakeFax):
    """With `times` a fault is used up, of the API as of callbacks."""
    fax.fault(status=500, times=1)
    with pytest.raises(AssertionError, match="Internal Server Error"):
        send(fax)
    fax.callback_fault(drop=True, times=1)
    fax.receiver.answers(200)
    send(fax)
    fax.advance("20m")
    assert [attempt.status_code for attempt in fax.faxes[0].attempts] == [None, 200]


def test_a_lost_acknowledgement(fax: FakeFax):
    """The endpoint says 200 and is called again."""
    fax.given(attempt=1).callback_fault(lose_ack=True)
    assert fax.receiver.receipts == []
    send(fax)
    fax.advance("20m")
    assert len(fax.receiver.receipts) == 2
    fax.assert_acknowledged()


def test_a_wrong_rule_is_named(fax: FakeFax):
    """A wrong rule is refused with the cure."""
    with pytest.raises(WrongValue, match="'bussy' is not a msg_code; did you mean 'busy'"):
        fax.given().then("bussy")
    with pytest.raises(WrongValue, match="operation"):
        fax.given(operation="send_fax").busy()
    with pytest.raises(WrongValue, match=r"say what goes wrong, such as fault\(status=500\)"):
        fax.fault(times=1)
    with pytest.raises(WrongValue, match=r"say what goes wrong, such as callback_fault\(drop=True\)"):
        fax.given(attempt=1).callback_fault()


def test_each_outcome_can_be_met_by_any_number(fax: FakeFax):
    """Every number of the default scenario is an outcome; its rule fits any fax."""
    outcomes = {outcome.name: outcome for outcome in all_outcomes()}
    assert len(outcomes) >= 30
    assert outcomes["busy once, then ok"].fax_number == "+15005550007"
    fax.meet(outcomes["busy once, then ok"])
    send(fax, "+4912345")
    fax.advance("1m")
    assert fax.outcomes_met() == {"busy"}
    send(fax, "+4912345")
    fax.advance("1m")
    assert fax.outcomes_met() == {"busy", "ok", "busy once, then ok"}
    fax.receiver.answers(200)
    fax.meet("first attempt lost")
    send(fax)
    fax.advance("20m")
    assert {"first attempt lost", "no receipt"} & fax.outcomes_met() == {"first attempt lost"}


def test_a_condition_that_was_not_completed_is_warned_of():
    """Outside of pytest too: at the end, with the line where it stands, and not for one that was wrong."""

    def program() -> None:
        with FakeFax() as fax:
            fax.given(pages=3)
            fax.given(pages=4).busy()
            with pytest.raises(WrongValue):
                fax.given(pages=5).fault()

    with pytest.warns(UserWarning, match=r"^fakefax\.given\(pages=3\) was never completed") as warned:
        program()
    assert [warning.filename for warning in warned] == [__file__]


def test_an_error_in_the_block_is_not_hidden_by_it():
    """An error in the block is raised, and no warning in its place."""

    def program() -> None:
        with FakeFax() as fax:
            fax.given(pages=3)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        program()
