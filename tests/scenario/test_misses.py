"""Why the rules before the one that decided did not: each is named, with the fields on which it missed."""

from fakefax.core.models import Document, FaxOrder
from fakefax.scenario.rules.rule import MAX_MISSES
from tests.scenario.texts import order, parsed, rig, rules

STORY = """
faxes:
  - {name: the sales line, when: {fax_number: +1*, nth: 1}, then: {msg_code: busy}}
  - {name: the accountant's line, when: {fax_number: +44*, pages: ">20"}, then: {msg_code: hangup}}
  - {when: {api_key: other, document_id: 111, filename: "*.tif"}, then: {}}
  - {name: once, times: 1, when: {pages: 3}, then: {msg_code: no_answer}}
  - {name: the rest, when: {pages: 3}, then: {}}
"""


def test_each_rule_before_is_reported_with_the_fields_that_missed():
    """A rule that fits no field and one that fits all but one are distinguished; the deciding one is not listed."""
    of = rules(STORY)
    of.decide(order("+442", pages=3))
    decision = of.decide(order("+44201234", pages=3))
    assert decision.rule == "faxes[4] 'the rest'"
    assert decision.misses() == [
        "faxes[0] 'the sales line' missed on fax_number: +44201234 is not +1*",
        "faxes[1] 'the accountant's line' missed on pages: 3 is not >20",
        "faxes[2] missed on document_id: 10 is not 111, filename: a.pdf is not *.tif, api_key: k is not other",
        "faxes[3] 'once' missed on times: it was used up after 1",
    ]


def test_a_fax_without_a_rule_lists_every_miss():
    """When no rule matches, all of them say why not; the count of `nth` is that of the moment."""
    of = rules(STORY)
    of.decide(order("+12"))
    decision = of.decide(order("+13"))
    assert decision.rule == "no rule matched"
    assert decision.misses()[0] == "faxes[0] 'the sales line' missed on nth: 2 is not 1"
    assert len(decision.misses()) == 5


def test_a_decision_is_reported_the_same_later():
    """Counters that go on, and rules put in front since, change nothing of what is reported of an earlier fax."""
    of = rules(STORY)
    decisions = [of.decide(order("+44201234", pages=3)) for _ in range(2)]
    before = [decision.misses() for decision in decisions]
    (rule,) = parsed("faxes: [{then: {msg_code: busy}}]").faxes
    of.put_in_front(rule)
    for _ in range(5):
        assert of.decide(order("+44201234", pages=3)).rule == "run-time rule r1"
    assert [decision.misses() for decision in decisions] == before


async def test_the_journal_shows_the_rule_and_the_misses():
    """The entry of an accepted fax has both, with the outcome that was drawn."""
    sandbox = rig(parsed(STORY))
    sandbox.send(sandbox.first_account, "+4420123", 10)
    (entry,) = sandbox.journal.entries(kind="fax.accepted")
    assert entry.detail["rule"] == "no rule matched: ok after 30s"
    assert (
        entry.detail["misses"]
        == rules(STORY).decide(FaxOrder("f@x2r0ckkz", "+4420123", Document(10, "invoice.pdf", 1))).misses()
    )
    await sandbox.close()


def test_a_broken_document_ends_in_file_error_unless_a_rule_says_otherwise():
    """An outcome without msg_code follows the document; one with a msg_code or a mix decides by itself."""
    of = rules("""
faxes:
  - {when: {fax_number: "+1"}, then: {msg_code: ok}}
  - {when: {fax_number: "+2"}, then: {mix: {busy: 1}}}
  - {when: {fax_number: "+3"}, then: {after: 5s}}
  - {when: {fax_number: "+4"}, then: {after: 5s..6s}}
""")
    broken = Document(10, "a.xyz", 1, convertible=False)
    endings = [of.decide(FaxOrder("k", f"+{n}", broken)).action.msg_code.value for n in range(1, 6)]
    assert endings == ["ok", "busy", "file_error", "file_error", "file_error"]
    sound = [of.decide(order(f"+{n}")).action.msg_code.value for n in range(1, 6)]
    assert sound == ["ok", "busy", "ok", "ok", "ok"]


def test_the_last_of_many_misses_says_that_there_are_others():
    """Only the first rules that missed are listed, each with its own sentence."""
    written = [f"  - {{when: {{pages: {n}}}, then: {{}}}}\n" for n in range(2, 3 + MAX_MISSES)]
    just_listed = rules("faxes:\n" + "".join(written[:-1])).decide(order("+1", pages=1)).misses()
    misses = rules("faxes:\n" + "".join(written)).decide(order("+1", pages=1)).misses()
    assert just_listed[:-1] == misses[:-1][: MAX_MISSES - 1]
    assert just_listed[-1] == f"faxes[{MAX_MISSES - 1}] missed on pages: 1 is not {MAX_MISSES + 1}"
    assert misses[:-1] == [f"faxes[{n}] missed on pages: 1 is not {n + 2}" for n in range(MAX_MISSES)]
    assert misses[-1] == f"and others: only the first {MAX_MISSES} rules that missed are listed"
