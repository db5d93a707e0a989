"""The search grammar for faxes: `to:+44* is:busy|pending cost:>1 -rule:vip`, parsed in one place.

The control API (`q=`), the web page and the commands share it. A query is parsed once and then asked of many faxes;
asking takes time in proportion to the texts, whatever the pattern.
"""

import operator
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

from msgspec import Struct

from fakefax.core.msg_codes import JobState, MsgCode
from fakefax.values.numbers import number_pattern, whole_number
from fakefax.values.patterns import wildcard

MAX_LENGTH = 1000
"""Characters of a query."""

MAX_TERMS = 50
"""Terms of a query, with their alternatives counted one by one."""


class SearchError(ValueError):
    """A query that cannot be understood; the message names the term, its place and the cure."""


class Searched(Struct, frozen=True):
    """The values of one fax that a query looks at. `states` are all words that `is:` fits."""

    fax_job_id: int
    fax_number: str
    document_id: int
    filename: str
    pages: int
    cost: Decimal
    accepted_at: datetime
    sender: str
    rule: str
    states: frozenset[str]
    attempts: int
    status_codes: frozenset[int]
    msg_code: str | None


Test = Callable[[Searched], bool]


class Term(Struct, frozen=True):
    """One term: what fits it, and whether it was negated with a `-`."""

    test: Test
    negated: bool


class Query(Struct, frozen=True):
    """A parsed query. `states` are the words that its `is:` terms name, for callers that have to compute them."""

    terms: tuple[Term, ...] = ()
    states: frozenset[str] = frozenset()

    def fits(self, fax: Searched) -> bool:
        """Whether every term fits."""
        return all(term.test(fax) is not term.negated for term in self.terms)


PENDING, UNACKNOWLEDGED, TWICE = "pending", "unacknowledged", "twice"
RECEIPT_STATES = ("acknowledged", "expired", "not_sent")
STATES = tuple(
    dict.fromkeys([*(code.value for code in MsgCode), *JobState, *RECEIPT_STATES, PENDING, UNACKNOWLEDGED, TWICE])
)
"""The words that `is:` knows."""

_WORDS = r'(?:[^\s"]|"[^"]*")+'
_NUMBER = r"(>=|<=|>|<|)([0-9]{1,12}(?:\.[0-9]{1,6})?)"
_OPERATORS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "": operator.eq,
}


def parse(text: str) -> Query:
    """The query that a text means; an empty one fits every fax. Raises SearchError."""
    if len(text) > MAX_LENGTH:
        raise SearchError(f"the query has {len(text):,} characters; {MAX_LENGTH:,} are the most")
    if text.count('"') % 2:
        raise SearchError(f'a quotation mark at {text.rindex(chr(34))} is not closed; add another "')
    terms: list[Term] = []
    states: set[str] = set()
    budget = MAX_TERMS
    for found in re.finditer(_WORDS, text):
        word, at = found[0], found.start()
        negated = word.startswith("-") and len(word) > 1
        name, values = _name_and_values(word[negated:], at)
        budget -= len(values)
        if budget < 0:
            raise SearchError(f"the query has more than {MAX_TERMS} terms; ask for fewer")
        make = TERMS.get(name, _word)
        try:
            tests = [make(value) for value in values]
        except ValueError as error:
            raise SearchError(f"{word!r} at {at}: {error}") from None
        if name == "is":
            states.update(value.lower() for value in values)
        terms.append(Term(tests[0] if len(tests) == 1 else _any(tests), negated))
    return Query(tuple(terms), frozenset(states))


def _name_and_values(word: str, at: int) -> tuple[str, list[str]]:
    """The name of a term, empty for a plain word, and its alternatives. Raises SearchError for an unknown name."""
    name, colon, rest = word.partition(":")
    if not colon or '"' in name:
        return "", [word.replace('"', "")]
    if name.lower() not in TERMS:
        known = ", ".join(TERMS)
        raise SearchError(f'{word!r} at {at}: unknown term {name!r}; there are: {known}; quote a text with ":"')
    values = [value.replace('"', "") for value in _alternatives(rest)]
    if "" in values:
        example = f"{name.lower()}:{EXAMPLES[name.lower()]}"
        raise SearchError(f"{word!r} at {at}: no value after {name}:, such as {example}")
    return name.lower(), values


def _alternatives(text: str) -> Iterator[str]:
    """The parts between the bars of a text; a bar within quotation marks is a character like any other."""
    begin, quoted = 0, False
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == "|" and not quoted:
            yield text[begin:at]
            begin = at + 1
    yield text[begin:]


def _any(tests: list[Test]) -> Test:
    return lambda fax: any(test(fax) for test in tests)


def _to(value: str) -> Test:
    pattern = number_pattern(value)
    if pattern is None:
        raise ValueError(f"{value!r} is not a number or a pattern such as +44*")
    fits = wildcard(pattern)
    return lambda fax: fits(fax.fax_number)


def _identifier(value: str) -> int:
    number = whole_number(value)
    if number is None:
        raise ValueError(f"{value!r} is not a whole number such as 200")
    return number


def _id(value: str) -> Test:
    wanted = _identifier(value)
    return lambda fax: fax.fax_job_id == wanted


def _doc(value: str) -> Test:
    wanted = _identifier(value)
    return lambda fax: fax.document_id == wanted


def _file(value: str) -> Test:
    pattern = value.lower()
    fits = wildcard(pattern)
    return lambda fax: fits(fax.filename.lower())


def _from(value: str) -> Test:
    pattern = value.lower()
    fits = wildcard(pattern)
    return lambda fax: fits(fax.sender.lower())


def _is(value: str) -> Test:
    state = value.lower()
    if state not in STATES:
        raise ValueError(f"{value!r} is none of {', '.join(STATES)}")
    return lambda fax: state in fax.states


def _rule(value: str) -> Test:
    part = value.lower()
    if "*" in part:
        fits = wildcard(f"*{part}*")
        return lambda fax: fits(fax.rule.lower())
    return lambda fax: part in fax.rule.lower()


def _code(value: str) -> Test:
    if value in {code.value for code in MsgCode}:
        return lambda fax: fax.msg_code == value
    if not (len(value) <= 3 and value[:1].isdigit() and set(value) <= set("0123456789*")):
        raise ValueError(f"{value!r} is not a status such as 503 or 5*, nor a msg_code such as busy")
    fits = wildcard(value)
    return lambda fax: any(fits(str(code)) for code in fax.status_codes)


def _time(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is not a time such as 2026-01-05 or 2026-01-05T09:30") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _after(value: str) -> Test:
    moment = _time(value)
    return lambda fax: fax.accepted_at >= moment


def _before(value: str) -> Test:
    moment = _time(value)
    return lambda fax: fax.accepted_at < moment


def _number_test(look: Callable[[Searched], Decimal | int]) -> Callable[[str], Test]:
    def make(value: str) -> Test:
        found = re.fullmatch(_NUMBER, value)
        if found is None:
            raise ValueError(f"{value!r} is not a number or a condition such as >1 or <=0.3")
        compare, bound = _OPERATORS[found[1]], Decimal(found[2])
        return lambda fax: compare(Decimal(look(fax)), bound)

    return make


def _word(value: str) -> Test:
    part = value.lower()
    if "*" in part:
        fits = wildcard(f"*{part}*")
        return lambda fax: any(fits(text.lower()) for text in _texts(fax))
    return lambda fax: any(part in text.lower() for text in _texts(fax))


def _texts(fax: Searched) -> tuple[str, ...]:
    return fax.fax_number, str(fax.fax_job_id), fax.filename, fax.sender, fax.rule


TERMS: dict[str, Callable[[str], Test]] = {
    "to": _to,
    "from": _from,
    "id": _id,
    "doc": _doc,
    "file": _file,
    "is": _is,
    "rule": _rule,
    "code": _code,
    "after": _after,
    "before": _before,
    "cost": _number_test(lambda fax: fax.cost),
    "pages": _number_test(lambda fax: fax.pages),
    "attempts": _number_test(lambda fax: fax.attempts),
}
"""Each term by its name."""

EXAMPLES = {
    "to": "+44*",
    "from": "+1204*",
    "id": "200",
    "doc": "10",
    "file": "*.pdf",
    "is": "busy|pending",
    "rule": "answered",
    "code": "503",
    "after": "2026-01-05",
    "before": "2026-01-05T09:30",
    "cost": ">1",
    "pages": ">3",
    "attempts": ">1",
}
"""A value for each term, for messages and for the documentation."""
