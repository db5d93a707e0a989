"""Points, names and rules: what is run under which fault, and how it is called."""

import json

import pytest

from fakefax.core.faults.fault import FaultGroup
from fakefax.core.faults.table import TABLE
from fakefax.explore.cases import Case, WrongName, budget, find_case, fitting, needless, spelled
from fakefax.explore.points import Point, PointKind, ordinal, points_of
from fakefax.scenario.loader import check_rule
from tests.explore.journals import journal_of

SEND = Point(PointKind.REQUEST, 2, 5, "send_fax")
HISTORY = Point(PointKind.REQUEST, 1, 9, "fax_history")
FAX = Point(PointKind.FAX, 1, 4, fax=1, fax_number="+4930123456", document_id=10)
RECEIPT = FAX._replace(place=PointKind.RECEIPT, seq=7)
RETRY = RECEIPT._replace(nth=2, attempt=2, seq=8)
RECEIVED = Point(PointKind.RECEIVED, 1, 10)
POINTS = [SEND, HISTORY, FAX, RECEIPT, RETRY, RECEIVED]
CASES = [case for point in POINTS for case in fitting(point)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_name_leads_back_to_its_case(case: Case):
    """Each name is read as it is written, names nothing else, and can stand in a command as one word."""
    assert find_case(case.name, POINTS) == case
    assert [each for each in CASES if each.name == case.name] == [case]
    assert not set(case.name) & set(" +'\"")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_has_a_rule_and_a_sentence(case: Case):
    """The rule is one that a scenario could have; the sentence leaves no placeholder open."""
    section, rule = case.rule
    check_rule(section, json.loads(json.dumps(rule)))
    assert case.happened
    assert "{" not in case.happened


def test_every_fault_of_the_table_fits_somewhere():
    """A fault that is added to the table is explored."""
    fits = {case.row.name for point in [SEND, RECEIPT, FAX] for case in fitting(point)}
    assert fits == set(TABLE)


@pytest.mark.parametrize(
    ("point", "count"), [(SEND, 16), (HISTORY, 13), (FAX, 7), (RECEIPT, 10), (RETRY, 7), (RECEIVED, 7)]
)
def test_so_many_faults_fit(point: Point, count: int):
    """Refusals only where Fax.to gives them, faults of the send only at the first attempt of its receipt."""
    assert len(fitting(point)) == count


def test_names_are_spelled_as_rules_are():
    """By key and value where that says it, else by the name of the row."""
    names = {spelled(row) for row in TABLE.values()}
    assert {"lose_reply=after_commit", "reset", "refuse=rate_limited", "msg_code=busy", "delay=5m"} <= names
    assert {"drop", "drop_first", "not_json", "status_504_after_commit", "status=500", "status_500_once"} <= names


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("send_fax#2", "is not POINT:FAULT"),
        ("send_fax#3:reset", "no point 'send_fax#3'; it has: send_fax#2, fax_history#1"),
        ("send_fax#2:rset", "'rset' does not fit send_fax#2"),
        ("fax#1:reset", "'reset' does not fit fax#1"),
    ],
)
def test_a_wrong_name_is_reported_with_what_there_is(name: str, said: str):
    """The error has the points of the run, or the faults of the point."""
    with pytest.raises(WrongName) as wrong:
        find_case(name, POINTS)
    assert said in str(wrong.value)


def test_needless_runs_have_a_reason():
    """A run whose result another run shows as well is left out; all others are made."""
    reasons = {case.name for case in CASES if needless(case, POINTS, {1: "ok"})}
    assert reasons == {
        *("send_fax#2:status_500_once", "send_fax#2:real_delay=1s"),
        *("fax_history#1:status_500_once", "fax_history#1:real_delay=1s"),
        *("fax_history#1:rate_limit", "fax_history#1:lose_reply=after_commit"),
        *("fax#1:msg_code=ok", "fax#1:busy_once"),
    }
    without_status = [point for point in POINTS if point is not HISTORY]
    polls = [case for case in fitting(RECEIPT) if case.row.key == "poll"]
    assert all(needless(case, without_status, {}) for case in polls)


def test_the_budget_counts_points_by_place():
    """Requests first, then receipts, then the ways to end; the total is their sum."""
    cases = [case for point in [FAX, SEND, SEND._replace(nth=1), RECEIPT] for case in fitting(point)]
    assert budget(cases).replace("\N{MULTIPLICATION SIGN}", "x") == (
        "2 requests x 16, 1 receipt x 10, 1 fax x 7 ends: 49 runs"
    )


def test_ordinals():
    """They are words up to ten."""
    assert [ordinal(number) for number in (1, 10, 11, 22, 113)] == ["first", "tenth", "11th", "22nd", "113th"]


def test_points_are_read_as_the_rules_count():
    """A refused request and one that a fault has stopped count, one that was answered late counts once."""
    points = points_of(
        journal_of(
            ("request.refused", {"operation": "send_fax"}),
            ("fault.request", {"operation": "send_fax", "committed": False}),
            ("fax.accepted", {"fax_number": "+4930123456", "document_id": 10}, 200),
            ("request", {"operation": "send_fax"}, 200),
            ("fault.request", {"operation": "send_fax", "committed": True}),
            ("receipt.attempt", {"attempt": 1}, 200),
            ("receipt.attempt", {"attempt": 1}, 200),
            ("receipt.attempt", {"attempt": 2}, 200),
            ("received.attempt", {"attempt": 1, "incoming_fax_id": 7}),
        )
    )
    assert [point.name for point in points] == [
        *("send_fax#1", "send_fax#2", "fax#1", "send_fax#3"),
        *("receipt#1", "receipt#2", "received#1"),
    ]
    assert points[5].phrase == "attempt 2 at the receipt of the first fax"


def test_points_in_the_middle_of_equal_ones_are_needless():
    """Of five attempts with one answer the first and the last are run; likewise of polls, but never of sends."""
    points = points_of(
        journal_of(
            ("fax.accepted", {"fax_number": "+4930123456", "document_id": 10}, 200),
            *[("request", {"operation": "send_fax", "status": 200})] * 3,
            *[("request", {"operation": "fax_status", "status": 200, "parameters": {"fax_job_id": 200}})] * 4,
            *[("receipt.attempt", {"attempt": number, "result": "refused"}, 200) for number in range(1, 6)],
            ("receipt.attempt", {"attempt": 6, "result": "200 OK"}, 200),
        )
    )
    assert [point.name for point in points if point.alike] == [
        *("fax_status#2", "fax_status#3"),
        *("receipt#2", "receipt#3", "receipt#4"),
    ]
    (middle,) = [point for point in points if point.name == "receipt#3"]
    assert all(needless(case, points, {}) for case in fitting(middle))


def test_groups_have_points():
    """Each group of faults has a kind of point."""
    assert {case.row.group for case in CASES} == set(FaultGroup)
