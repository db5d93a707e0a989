"""Where YAML means something else than whatever client writes a scenario does."""

import pytest

from fakefax.scenario.schema import DocumentSection
from tests.scenario.texts import parsed, problems


@pytest.mark.parametrize(
    "text",
    ["+15005550002", "no", "on", "off", "yes", "n", "12:30", "1:30:00", "1_000", "0x1F", "010", "1e3", ".5", "+5",
     "2026-01-05", "2026-01-05T09:00:00Z", ".inf", "=", "NO"],
)  # fmt: skip
def test_a_value_that_looks_like_a_text_stays_one(text: str):
    """YAML 1.1's numbers, booleans and times in odd notations stay the text that was written."""
    assert parsed(f"description: {text}").description == text


def test_an_unquoted_number_keeps_its_plus():
    """A fax number needs no quotes: its plus is kept, as a value and as a key."""
    scenario = parsed("pricing: {prefixes: {+44: 0.1}}\nfaxes: [{when: {fax_number: +15005550002}, then: {}}]")
    assert scenario.faxes[0].when.fax_number == "+15005550002"
    assert scenario.pricing.prefixes == {"+44": 0.1}


def test_a_key_is_always_text():
    """A key that YAML would read as a number or a boolean is text, and judged as one."""
    assert problems("1: x\ntrue: x\nnull: x\npricing: {prefixes: {44: 0.1, 1.5: 0.2}}") == [
        f"{line}:1: {key}: unknown key; choose from description, seed, clock, accounts, pricing, billing, "
        "receipts, api, users, fake_data, faxes, requests, callbacks"
        for line, key in ((1, "1"), (2, "true"), (3, "null"))
    ] + [
        "4:22: pricing.prefixes.44: '44' is not a prefix such as \"+44\"",
        "4:31: pricing.prefixes['1.5']: '1.5' is not a prefix such as \"+44\"",
    ]


ACCOUNTS = """
accounts:
  - &first
    api_key: a
    balance: 5
    documents: &papers [{id: 1, pages: 3}]
  - <<: *first
    api_key: b
  - {api_key: c, documents: *papers, <<: {balance: 7}}
"""


def test_anchors_and_merge_keys_work():
    """An account can repeat another by `<<` and replace some of its values; that is not a duplicate key."""
    papers = (DocumentSection(id=1, pages=3),)
    assert [(account.api_key, account.balance, account.documents) for account in parsed(ACCOUNTS).accounts] == [
        ("a", 5, papers),
        ("b", 5, papers),
        ("c", 7, papers),
    ]


def test_problems_of_merged_accounts_point_at_the_value_that_counts():
    """A replaced value is reported where it stands, a merged one where it was first written."""
    text = ACCOUNTS.replace("api_key: b", "api_key: b b").replace("pages: 3", "pages: 0")
    assert problems(text) == [
        *(f"6:40: accounts[{index}].documents[0].pages: 0 is below 1" for index in range(3)),
        "8:14: accounts[1].api_key: 'b b' is not a key of visible ASCII characters without blanks",
    ]


def test_a_tag_for_text_is_welcome():
    """`!!str` makes text of a number."""
    assert parsed("description: !!str 5").description == "5"
    assert parsed("description: '5'").description == "5"


def test_keys_of_the_writer_are_passed_over():
    """A key at the top that begins with x- is a place for what aliases repeat; elsewhere it is an unknown key."""
    rules = "faxes: [{when: {pages: 1}, then: %s}, {then: %s}]"
    text = "x-slow: &slow {after: 10m}\nx-2: [1]\n" + rules % ("*slow", "{<<: *slow, msg_code: busy}")
    assert parsed(text) == parsed(rules % ("{after: 10m}", "{after: 10m, msg_code: busy}"))
    wrong = problems("x-a: 1\nseed: a\nxa: 1\nclock: {x-b: 1}\n")
    assert [line.split(": ")[1] for line in wrong] == ["seed", "xa", "clock.x-b"]
