"""The loop: what is run, in which order, until when; pairs, names, known findings, and the page."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from fakefax.explore.cases import Case, WrongName
from fakefax.explore.causes import Cause, by_cause
from fakefax.explore.explorer import Asked, BaseFailed, Exploration, Explorer, Result
from fakefax.explore.known import WrongKnownFile, read_known
from fakefax.explore.matrix import matrix
from fakefax.explore.oracle import Flaw
from fakefax.explore.report import ExplorationResult
from tests.explore.journals import journal_of

SENT: tuple[tuple[object, ...], ...] = (
    ("fax.accepted", {"fax_number": "+4930123456", "document_id": 10}, 200),
    ("request", {"operation": "send_fax"}, 200),
    ("fax.finished", {"msg_code": "ok"}, 200),
    ("receipt.attempt", {"attempt": 1}, 200),
)
LOOKED = (("request", {"operation": "fax_history"}),)
LOST = "send_fax#1:lose_reply=after_commit"


class Program:
    """Stands for a test: sends a fax, and looks at its history when it has got no reply. `flawed` names runs."""

    def __init__(
        self, *flawed: str, kind: str = "paid twice", what: str = "it was paid twice", fails: str = ""
    ) -> None:
        self.flawed = flawed
        self.kind = kind
        self.what = what
        self.fails = fails
        self.ran: list[str] = []

    def __call__(self, cases: Sequence[Case]) -> Result:
        name = "+".join(case.name for case in cases)
        self.ran.append(name)
        lost = any(case.row.key == "lose_reply" for case in cases)
        flaws = [Flaw(self.kind, self.what.replace("#", str(len(self.ran))))] if name in self.flawed else []
        failure = "assert 0" if name and name == self.fails else None
        return Result(flaws, failure, entries=journal_of(*SENT, *(LOOKED if lost else ())))


def explore(program: Program, asked: Asked | None = None, **more: object) -> Exploration:
    return Explorer(program, asked or Asked(), **more).explore()  # type: ignore[arg-type]


def test_each_fault_is_run_at_each_point_in_one_order():
    """The plain run first; then the points as they came; and the same again the second time."""
    first, second = Program(), Program()
    found = explore(first)
    explore(second)
    assert first.ran == second.ran
    assert first.ran[0] == ""
    assert len(first.ran) == 1 + found.runs == 27
    assert found.summary == "26 runs: 26 ok (7 needless left out)"


def test_the_words_of_a_result():
    """The budget comes first, the findings are counted by kind."""
    said: list[str] = []
    found = explore(Program(LOST, "fax#1:msg_code=busy"), tell=said.append)
    assert said[0].replace("\N{MULTIPLICATION SIGN}", "x") == (
        "1 request x 16, 1 receipt x 10, 1 fax x 7 ends: 33 runs, 7 of them needless"
    )
    assert found.summary == "26 runs: 24 ok, 2 paid twice (7 needless left out)"
    assert found.findings[1].sentence == (
        "the reply of the first send was lost after the charge, and it was paid twice"
    )


RESET = "send_fax#1:reset"
BUSY = "fax#1:msg_code=busy"


def test_one_bug_is_told_once():
    """Runs that went wrong in the same way after faults of one operation are one bug, after others another."""
    found = explore(Program(LOST, RESET, BUSY, what="it was paid twice, fax #"))
    assert len({finding.sentence for finding in found.findings}) == 3
    second, first = by_cause(found.findings)
    assert (first.finding.name, first.also) == (RESET, f"also at {LOST}")
    assert (second.finding.name, second.also) == (BUSY, None)
    reported = "\n".join(ExplorationResult("test_x", found).lines(lambda finding: [f"again {finding.name}"], None))
    assert reported.startswith("26 runs: 23 ok, 3 paid twice")
    assert reported.count("paid twice: ") == 2
    assert f"  also at {LOST}\n  again {RESET}" in reported
    many = Cause(found.findings[0], [found.findings[0]._replace(name=f"send_fax#{n}:reset") for n in range(9)])
    assert str(many.also).endswith(", send_fax#5:reset and 3 more")
    page = matrix("test_x", found, lambda name: f"again {name}")
    assert page.count("<li>") == 2
    assert f"also at {LOST}</li>" in page


def test_a_long_exploration_is_announced():
    """From the time of the plain run; more than the limit is said so, what is done in a moment is not."""
    of_runs = ((0.01, " needless"), (0.55, "; about 14 s at 0.6 s a run"), (9, ", more than its limit"))
    for of_a_run, ending in of_runs:
        said: list[str] = []
        seconds = itertools.chain([0, of_a_run], itertools.repeat(of_a_run))
        Explorer(Program(), Asked(time=60), said.append, lambda s=seconds: next(s)).explore()  # type: ignore[misc]
        assert said[0].endswith(ending)
        assert ("about" in said[0]) == (of_a_run > 0.1)


def test_a_pair_whose_first_fault_led_to_the_same_run_comes_last():
    """Another fault after which the program did the same: first all that may show something new."""
    program = Program()
    explore(program, Asked(pairs=1000))
    firsts = list(dict.fromkeys(name.partition("+")[0] for name in program.ran if "+" in name))
    lost, other, *again = firsts
    assert lost.startswith("send_fax#1:lose_reply=")
    assert "lose_reply" not in other
    assert [name for name in again if "lose_reply" in name]
    assert len(again) > 5


def test_a_flaw_without_any_fault_is_the_only_finding():
    """Each other run would say the same."""
    program = Program("")
    found = explore(program)
    assert program.ran == [""]
    assert [(each.name, each.kind) for each in found.findings] == [("no fault", "paid twice")]
    assert found.summary == "paid twice without any fault"


def test_a_test_that_fails_is_not_explored():
    """There is nothing to compare with."""
    with pytest.raises(BaseFailed, match="no such invoice"):
        Explorer(lambda _: Result(failure="no such invoice"), Asked()).explore()


def test_the_time_is_limited():
    """Runs for which there was no time are listed, and the progress is reported."""
    seconds = itertools.count(0, 1.5)
    said: list[str] = []
    found = Explorer(Program(), Asked(time=30), said.append, lambda: next(seconds)).explore()
    assert 0 < found.runs < 26
    assert found.runs + len(found.not_run) == 26
    assert f"{len(found.not_run)} not run, the time was over" in found.summary
    assert any("of 26 runs, 0 findings" in line for line in said)


def test_pairs_need_both_faults():
    """Points that only the first fault has made come first; a fault that is a finding alone is in no pair."""
    both = "send_fax#1:lose_reply=after_commit+fax_history#1:status=500"
    program = Program(both, "fax#1:msg_code=busy")
    found = explore(program, Asked(pairs=100))
    pairs = [name for name in program.ran if "+" in name]
    assert len(pairs) == 100
    assert f"{found.pairs_left} pairs above the limit not run" in found.summary
    assert pairs[0].partition("+")[2].startswith("fax_history#1:")
    assert not [name for name in pairs if "msg_code=busy" in name]
    assert [each.name for each in found.findings] == ["fax#1:msg_code=busy", both]
    assert found.findings[1].sentence.startswith(
        "the reply of the first send was lost after the charge and the first fax_history request was answered"
    )


def test_some_are_run_by_name():
    """By one name, by a pattern; also a needless one when it is asked for."""
    one, many, slow = Program(LOST), Program(), Program()
    assert explore(one, Asked(only=LOST)).summary == "1 run: 0 ok, 1 paid twice"
    assert one.ran == ["", LOST]
    explore(many, Asked(only="receipt#1:*"))
    assert len(many.ran) == 11
    explore(slow, Asked(only="*:real_delay=1s"))
    assert slow.ran == ["", "send_fax#1:real_delay=1s"]
    with pytest.raises(WrongName, match="fits no fault"):
        explore(Program(), Asked(only="fax_costs#*"))


@pytest.mark.parametrize("enough", [LOST, "receipt#1:duplicate"])
def test_a_pair_shrinks_to_one_where_one_suffices(enough: str):
    """A pair that is asked for by name is reported as the single fault, when that is a finding by itself."""
    pair = f"{LOST}+receipt#1:duplicate"
    found = explore(Program(pair, enough), Asked(only=pair))
    assert [each.name for each in found.findings] == [enough]
    found = explore(Program(pair), Asked(only=pair))
    assert [each.name for each in found.findings] == [pair]


KNOWN = f"""
# accepted by the whole team
[tests/test_it.py::test_x[a b]]
{LOST}  paid twice   # ticket 4711
fax#1:msg_code=busy  never acknowledged
"""


def test_known_findings_are_accepted_new_and_gone_ones_fail(tmp_path: Path):
    """A known finding is none; one of another kind is new; one that no longer happens has to go."""
    path = tmp_path / "known.txt"
    path.write_text(KNOWN, encoding="utf-8")
    known = read_known(path)["tests/test_it.py::test_x[a b]"]
    busy = "fax#1:msg_code=busy"

    outcome = ExplorationResult("t", explore(Program(LOST)), known)
    assert not outcome.new
    assert outcome.gone == [busy]
    outcome = ExplorationResult("t", explore(Program(LOST, busy)), known)
    assert [each.name for each in outcome.new] == [busy]
    text = "\n".join(outcome.lines(lambda _: ["again"], None))
    assert f"  [t]\n  {busy}  paid twice" in text
    one = ExplorationResult("t", explore(Program(LOST), Asked(only=LOST)), known, all_run=False)
    assert one.ok
    nothing = ExplorationResult("t", explore(Program()), {})
    assert nothing.ok


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("send_fax#1:reset  paid twice", "line 1: 'send_fax#1:reset  paid twice' is neither"),
        ("[t]\nreset", "line 2"),
    ],
)
def test_a_wrong_known_file_is_reported_with_its_line(tmp_path: Path, text: str, said: str):
    """A missing file, too."""
    path = tmp_path / "known.txt"
    with pytest.raises(WrongKnownFile, match="cannot be read"):
        read_known(path)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongKnownFile) as wrong:
        read_known(path)
    assert said in str(wrong.value)


def test_the_page_shows_all_of_it():
    """A row for each point, a cell for each fault; red ones say what was found, and nothing in it is markup."""
    program = Program(LOST, kind="<b>paid twice</b>", fails="fax#1:msg_code=busy")
    found = explore(program)
    page = matrix("test_x[<b>]", found, lambda name: f"pytest --fakefax-explore={name}")
    assert "<b>" not in page
    assert page.count('class="ok"') == 24
    assert page.count('class="failed" title="fax#1:msg_code=busy: the test itself failed: assert 0"') == 1
    assert page.count('class="out"') == 7
    assert page.count('class="bad"') == 1
    assert "&lt;b&gt;paid twice&lt;/b&gt;" in page
    assert f"pytest --fakefax-explore={LOST}" in page
    assert "http" not in page.replace("</html>", "")
    assert 'class="bad own"' not in page
    strict = matrix("test_x", explore(Program(LOST, kind="failed its test")), str)
    assert strict.count('class="bad own"') == 1
