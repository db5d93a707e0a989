"""The search grammar: what each term fits, and how a wrong query is explained."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from fakefax.core.fax_search import EXAMPLES, MAX_LENGTH, MAX_TERMS, TERMS, Searched, SearchError, parse

FAX = Searched(
    fax_job_id=200,
    fax_number="+442071838750",
    document_id=10,
    filename="Invoice 7.PDF",
    pages=3,
    cost=Decimal("1.20"),
    accepted_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
    sender="+12048134699",
    rule="faxes[2] 'the accountant's line'",
    states=frozenset({"failed", "busy", "pending", "unacknowledged"}),
    attempts=3,
    status_codes=frozenset({503}),
    msg_code="busy",
)


@pytest.mark.parametrize(
    "query",
    [
        *("", "to:+44*", "to:44*", "to:+442071838750", "to:*8750", "id:200", "doc:10", "doc:9|10", "from:+1204*"),
        *(
            "file:*.pdf",
            'file:"invoice 7.pdf"',
            "is:busy",
            "IS:Busy",
            "is:ok|pending",
            "is:unacknowledged -is:twice",
        ),
        *("rule:accountant", 'rule:"accountant\'s line"', "rule:faxes*line", "code:503", "code:5*", "code:busy"),
        *("after:2026-01-05", "before:2026-01-06", "after:2026-01-05T09:00 before:2026-01-05T09:01"),
        *(
            "cost:>1",
            "cost:<=1.2",
            "cost:1.20",
            "pages:3",
            "attempts:>=3",
            "-cost:>2",
            "8750",
            "invoice",
            "-letter",
        ),
        *("inv*7", 'to:+44* doc:10 is:busy|ok -rule:vip cost:>1 "invoice 7"', "-doc:11 -is:twice|ok"),
    ],
)
def test_a_query_finds_the_fax(query):
    """Every term must fit, one of its alternatives is enough, and a minus turns a term round."""
    assert parse(query).fits(FAX)


def test_a_minus_alone_is_a_word():
    """A lone `-` negates nothing; it is looked for as it stands."""
    assert parse("-").fits(replace(FAX, filename="a - b.pdf"))
    assert not parse("-").fits(replace(FAX, filename="ab.pdf"))


@pytest.mark.parametrize(
    "query",
    [
        *("to:+1*", "to:+44", "id:201", "doc:1", "file:*.doc", "is:twice", "-is:busy", "is:ok|success", "rule:vip"),
        *("code:200", "code:4*", "code:ok", "after:2026-01-06", "before:2026-01-05T09:00", "cost:>1.2", "pages:<3"),
        *("attempts:0", "letter", "-invoice", "from:+1*0", "to:+44* doc:11", "after:2026-01-05T10:00+00:30"),
    ],
)
def test_a_query_leaves_the_fax_out(query):
    """A term that does not fit is enough."""
    assert not parse(query).fits(FAX)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("to:+44* isbusy:1", "'isbusy:1' at 8: unknown term 'isbusy'; there are: to, from, id,"),
        ("is:bussy", "'is:bussy' at 0: 'bussy' is none of ok,"),
        ("cost:cheap", "'cost:cheap' at 0: 'cheap' is not a number or a condition such as >1 or <=0.3"),
        ("doc:ten", "'doc:ten' at 0: 'ten' is not a whole number such as 200"),
        ("to:mum", "'to:mum' at 0: 'mum' is not a number or a pattern such as +44*"),
        ("after:noon", "'after:noon' at 0: 'noon' is not a time such as 2026-01-05 or 2026-01-05T09:30"),
        ("code:ouch", "'code:ouch' at 0: 'ouch' is not a status such as 503 or 5*, nor a msg_code such as busy"),
        ("doc:", "'doc:' at 0: no value after doc:, such as doc:10"),
        ("is:busy|", "'is:busy|' at 0: no value after is:, such as is:busy|pending"),
        ('rule:"open', 'a quotation mark at 5 is not closed; add another "'),
        ("x " * (MAX_TERMS + 1), "the query has more than 50 terms; ask for fewer"),
        ("x" * 1001, "the query has 1,001 characters; 1,000 are the most"),
    ],
)
def test_a_wrong_query_names_value_place_and_cure(query, message):
    """A typing error is never an empty list."""
    with pytest.raises(SearchError) as error:
        parse(query)
    assert str(error.value).startswith(message)


def test_every_term_has_an_example_that_parses():
    """A term that is added has to be shown in messages and documentation too."""
    assert list(EXAMPLES) == list(TERMS)
    for name, example in EXAMPLES.items():
        assert parse(f"{name}:{example}").terms


def test_a_pattern_takes_time_in_proportion():
    """A pattern that makes a regular expression backtrack for ever is answered at once."""
    text = "a" * 20_000
    assert not parse("file:" + "*a" * 400 + "*b").fits(replace(FAX, filename=text))


OTHER = replace(FAX, filename="re: a|b.pdf", sender="ACME Ltd", status_codes=frozenset({200, 500}))


@pytest.mark.parametrize(
    "query",
    [
        *("after:2026-01-05T09:30+00:30", "-after:2026-01-05T09:30", "before:2026-01-05T09:00:01Z"),
        *("code:200", "code:500", "code:2*", "code:5*", "code:4*|200", "-code:503"),
        *(
            '"re: a"',
            'file:"re: a|b.pdf"',
            'file:"x|y"|re*',
            "from:acme*",
            "FROM:ACME*",
            "accountant",
            "faxes*line",
        ),
    ],
)
def test_a_query_finds_another_fax(query):
    """A time has its own offset, the answer of any attempt counts, and marks hide colons and bars."""
    assert parse(query).fits(OTHER)


def test_the_words_of_is_are_known_however_they_are_written():
    """Whoever computes the states of faxes learns which are asked for."""
    assert parse("is:PENDING|Busy -IS:twice").states == {"pending", "busy", "twice"}


def test_a_query_may_have_as_many_terms_and_characters_as_are_said():
    """Fifty terms are taken, with their alternatives counted one by one, and a thousand characters."""
    assert len(parse("x " * MAX_TERMS).terms) == MAX_TERMS
    assert parse("doc:" + "|".join(map(str, range(MAX_TERMS)))).terms
    assert parse("x" * MAX_LENGTH).terms
    with pytest.raises(SearchError, match="more than 50 terms"):
        parse("doc:" + "|".join(map(str, range(MAX_TERMS + 1))))
    with pytest.raises(SearchError, match="more than 50 terms"):
        parse("busy " * (MAX_TERMS - 1) + "doc:1|2")
