"""Every problem of a wrong file at once, each with its place, its path, its value and its cure."""

import re

import pytest

from fakefax.scenario.loader import ScenarioError, check_rule
from fakefax.scenario.validation.problems import suggestion
from fakefax.values.suggestions import MAX_NAMES
from tests.scenario.expected import (
    AMOUNT,
    CODES,
    CONDITION,
    KEY,
    OUTCOME,
    PATTERN,
    TOP,
    URL,
    account,
    rule,
    then,
    when,
)
from tests.scenario.texts import NO_SUCH_DAY, parsed, problems

MANY = """\
sed: 7
seed: seven
clock:
  rate: -1
  start: 2026-02-31
accounts:
  - api_key: 12345
    balance: 0.1234567
    callback_url: localhost:8000
  - api_key: twice
    documents: [{id: 10}, {id: 10, pages: 0}]
  - api_key: twice
    balance: "100"
pricing:
receipts: {retry_every: 0s, accept: []}
faxes:
  - when: {fax_number: 15005550002, pages: ">x"}
    then: {msg_code: bussy, after: 2m..20s}
  - then: {mix: {ok: 90, bussy: 1}, msg_code: ok}
  - {then: busy}
receipts: {}
"""


def test_all_problems_of_a_file_at_once():
    """A file with problems at every level is answered with all of them, in the file's order, one line each."""
    assert problems(MANY) == [
        f"1:1: sed: unknown key; did you mean 'seed'? ({TOP})",
        "2:7: seed: 'seven' is not a whole number",
        "4:9: clock.rate: -1 is below 0",
        f"5:10: clock.start: '2026-02-31' is not such a time: {NO_SUCH_DAY}",
        f'7:14: accounts[0].api_key: 12345 is not {KEY}; write "12345"',
        f"8:14: accounts[0].balance: 0.1234567 is not {AMOUNT}",
        f"9:19: accounts[0].callback_url: 'localhost:8000' is not {URL}",
        "11:32: accounts[1].documents[1].id: 10 is the id of accounts[1].documents[0] already; give each its own",
        "11:43: accounts[1].documents[1].pages: 0 is below 1",
        "12:14: accounts[2].api_key: 'twice' is the key of accounts[1] already; give each its own",
        "13:14: accounts[2].balance: '100' is not a number; write 100 without quotes",
        "14:9: pricing: value is missing: expected a mapping (or remove the key)",
        f"17:24: faxes[0].when.fax_number: 15005550002 is not {PATTERN}",
        f"17:44: faxes[0].when.pages: '>x' is not {CONDITION}",
        f"18:22: faxes[0].then.msg_code: 'bussy' is not a msg_code; did you mean 'busy'? ({CODES})",
        "18:36: faxes[0].then.after: '2m..20s' starts with its longer end; write 20s..2m",
        "19:5: faxes[1]: without `when` it takes every fax, so the rule after it never matches; put it last",
        "19:17: faxes[1].then.mix: a mix beside a msg_code; keep one of the two",
        "19:26: faxes[1].then.mix.bussy: unknown key; did you mean 'busy'? "
        "(ok, unknown, no_answer, busy, file_error, hangup)",
        f"20:12: faxes[2].then: 'busy' is not {OUTCOME}",
        "21:1: receipts: this key stands here twice, first on line 15; keep one of the two",
    ]


def test_a_fax_number_has_one_owner():
    """A number that stands twice, in one account or in two, is reported with the place where it stands first."""
    text = """accounts:
  - {api_key: a, numbers: [+12048134699, "+12048134700", 12048134701]}
  - {api_key: b, numbers: ["+12048134699"]}
pricing: {number: -1, number_lifetime: soon}
"""
    assert problems(text) == [
        '2:58: accounts[0].numbers[2]: 12048134701 is not a number such as "+12048134699"',
        "3:28: accounts[1].numbers[0]: +12048134699 is accounts[0].numbers[0] already; a number has one owner",
        "4:19: pricing.number: -1 is below 0",
        "4:40: pricing.number_lifetime: 'soon' is not a duration such as 45s, 15m, 1h30m or 48h",
    ]
    (twice,) = problems("accounts: [{api_key: a, numbers: [+12048134699, +12048134699]}]")
    assert twice.endswith("numbers[1]: +12048134699 is accounts[0].numbers[0] already; a number has one owner")


def test_a_rule_about_a_document_that_no_account_has_is_reported():
    """But not of requests, which may ask for any, nor from 100 on, where the ids of uploads begin."""
    text = """accounts: [{api_key: a, documents: [{id: 3}, {id: 1234}]}, {api_key: b}]
faxes:
  - {when: {document_id: 3}, then: {msg_code: busy}}
  - {when: {document_id: 10}, then: {msg_code: busy}}
  - {when: {document_id: 11}, then: {msg_code: busy}}
  - {when: {document_id: 100}, then: {msg_code: busy}}
requests: [{when: {document_id: 11}, then: {status: 500}}]
callbacks: [{when: {document_id: 12}, then: {drop: true}}]
"""
    known = "so this rule never matches; choose from 3, 10, 1234"
    assert problems(text) == [
        f"5:26: faxes[2].when.document_id: no account has a document 11, {known}",
        f"8:34: callbacks[0].when.document_id: no account has a document 12, {known}",
    ]
    assert problems("faxes: [{when: {document_id: 11}, then: {}}]") == [
        "1:30: faxes[0].when.document_id: no account has a document 11, so this rule never matches; choose from 10"
    ]
    check_rule("faxes", {"when": {"document_id": 11}, "then": {"msg_code": "busy"}})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("clok: {}", f"clok: unknown key; did you mean 'clock'? ({TOP})"),
        ("zzz: 1", f"zzz: unknown key; choose from {TOP}"),
        ("clock: {rat: 1}", "clock.rat: unknown key; did you mean 'rate'? (rate, start)"),
        (account("ballance: 1"), "accounts[0].ballance: unknown key; did you mean 'balance'? "
         "(api_key, balance, callback_url, received_fax_url, documents, numbers)"),
        (account("documents: [{id: 1, page: 1}]"),
         "accounts[0].documents[0].page: unknown key; did you mean 'pages'? (id, filename, pages, convertible)"),
        ("pricing: {perpage: 1}",
         "pricing.perpage: unknown key; did you mean 'per_page'? (per_page, prefixes, number, number_lifetime)"),
        ("billing: {refund: true}", "billing.refund: unknown key; did you mean 'refund_failed'? "
         "(charge, refund_failed, not_enough_balance_status, double_charge_window)"),
        ("receipts: {retry: 15m}",
         "receipts.retry: unknown key; did you mean 'retry_every'? (retry_every, expires_after, accept)"),
        (rule("then: {}, wen: {}"),
         "faxes[0].wen: unknown key; did you mean 'when'? (then, name, when, times)"),
        (when("number: 1"), "faxes[0].when.number: unknown key; did you mean 'fax_number'? "
         "(fax_number, document_id, filename, pages, api_key, nth)"),
        (then("{msgcode: ok}"),
         "faxes[0].then.msgcode: unknown key; did you mean 'msg_code'? (msg_code, mix, after)"),
        (then("[{}, {afer: 1s}]"),
         "faxes[0].then[1].afer: unknown key; did you mean 'after'? (msg_code, mix, after)"),
        ('"a\\nb": 1', f"['a\\nb']: unknown key; choose from {TOP}"),
    ],
)  # fmt: skip
def test_unknown_keys(text: str, problem: str):
    """An unknown key is reported at every level, with the key that was probably meant and all that there are."""
    assert [line.split(": ", 1)[1] for line in problems(text)] == [problem]


MAPPINGS = ("clock", "pricing", "billing", "receipts")


@pytest.mark.parametrize("section", [*MAPPINGS, "accounts", "faxes", "requests", "callbacks"])
def test_a_section_left_empty(section: str):
    """A section whose content is commented out is reported as such, with its place."""
    kind = "mapping" if section in MAPPINGS else "list"
    (line,) = problems(f"seed: 1\n{section}:\n  # nothing\n")
    assert line == f"2:{len(section) + 2}: {section}: value is missing: expected a {kind} (or remove the key)"


def test_keys_given_twice_at_every_level():
    """A key that stands twice in one mapping is reported where it stands the second time, and where the first."""
    assert problems("seed: 1\nclock: {rate: 1, rate: 2}\nseed: 2\naccounts:\n- api_key: a\n  api_key: b\n") == [
        "2:18: clock.rate: this key stands here twice, first on line 2; keep one of the two",
        "3:1: seed: this key stands here twice, first on line 1; keep one of the two",
        "6:3: accounts[0].api_key: this key stands here twice, first on line 5; keep one of the two",
    ]


def test_a_rule_that_can_be_used_up_hides_nothing():
    """Rules after one with `times` or a `when` are not called unreachable."""
    assert len(parsed("faxes: [{then: {}, times: 2}, {then: {}, when: {nth: 1}}, {then: {}}]").faxes) == 3


def test_a_rule_for_everything_hides_those_that_are_asked_with_it():
    """An empty `when` is none; rules that are asked at the send and at attempts hide each other never."""
    (found,) = problems("faxes: [{when: {}, then: {}}, {then: {}}, {then: {}}]")
    assert found.endswith("without `when` it takes every fax, so the 2 rules after it never match; put it last")
    (found,) = problems("callbacks: [{then: {poll: ahead}}, {then: {drop: true}}, {then: {lose_ack: true}}]")
    assert "callbacks[1]: without `when` it takes every callback, so the rule after it never matches" in found


def test_the_attempts_of_a_receipt_are_bounded():
    """20,000 are taken and one more is not; the cure is as much as is needed."""
    receipts = "receipts: {{retry_every: {}, expires_after: {}}}".format
    parsed(receipts("1s", "19999s"))
    for expires, attempts, cure in (("20000s", "20,001", "2s"), ("48h", "172,801", "10s")):
        (problem,) = problems(receipts("1s", expires))
        assert (
            f"1s for {expires} comes to {attempts} attempts at each receipt, above 20,000; write {cure} " in problem
        )
        parsed(receipts(cure, expires))


def test_a_value_is_shown_as_its_author_knows_it():
    """Letters beyond ASCII stay letters, in a text and inside of other values."""
    assert "'\u00fcber' is not" in problems("faxes: [{then: {msg_code: \u00fcber}}]")[0]
    assert '{"\u00fcber": "\u00e9"} is not' in problems("faxes: [{then: {msg_code: {\u00fcber: \u00e9}}}]")[0]


def test_a_list_of_choices_is_cut_where_it_is_too_long():
    """As many names as are listed are all of them; one more, and the list says that it goes on."""
    names = [f"name{number}" for number in range(MAX_NAMES + 1)]
    assert suggestion("quite another", names[:-1]).endswith(names[-2])
    assert suggestion("quite another", names).endswith(f"{names[-2]}, …")


def test_data_has_no_lines():
    """A problem of a rule that was sent as JSON has a path, and no place in a file."""
    with pytest.raises(ScenarioError) as refused:
        check_rule("faxes", {"then": {"msg_code": "bussy"}})
    message = str(refused.value)
    assert "then.msg_code: 'bussy' is not a msg_code" in message
    assert not re.search(r"[0-9]+:[0-9]+: ", message)
