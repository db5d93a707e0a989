"""The journal: one ordered log, bounded, that can be asked."""

import re
from string import Formatter

import pytest

from fakefax.core.journal import Entry, Journal, JournalEvicted, Kind
from tests.core.time_tools import START, after


def journal(*kinds: Kind, capacity: int = 100) -> Journal:
    book = Journal(capacity)
    for number, kind in enumerate(kinds):
        book.record(after(number), kind, {"n": number}, "key", 200 + number % 3)
    return book


def test_entries_are_kept_in_order():
    """Every entry has the next number, its time, and what there is to know of it."""
    book = journal(Kind.REQUEST, Kind.FAX_ACCEPTED, Kind.REQUEST)
    entries = book.entries()
    assert [(entry.seq, entry.at, entry.kind) for entry in entries] == [
        (1, START, Kind.REQUEST),
        (2, after(1), Kind.FAX_ACCEPTED),
        (3, after(2), Kind.REQUEST),
    ]
    assert [(entry.api_key, entry.fax_job_id, entry.detail) for entry in entries] == [
        ("key", 200 + n, {"n": n}) for n in range(3)
    ]
    assert (book.last_seq, book.evicted) == (3, 0)


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (None, [1, 2, 3, 4, 5, 6]),
        ("request", [1, 2, 6]),
        ("request.refused", [2]),
        ("receipt", [4, 5]),
        ("receipt.attempt", [4]),
        ("fax", [3]),
        ("re", []),
        ("receipt.", []),
    ],
)
def test_a_kind_or_a_group_of_kinds_can_be_asked_for(kind: str | None, found: list[int]):
    """A group such as "receipt" finds every kind of it; part of a name finds nothing."""
    book = journal(
        Kind.REQUEST,
        Kind.REQUEST_REFUSED,
        Kind.FAX_ACCEPTED,
        Kind.RECEIPT_ATTEMPT,
        Kind.RECEIPT_ACKNOWLEDGED,
        Kind.REQUEST_FAILED,
    )
    assert [entry.seq for entry in book.entries(kind=kind)] == found


def test_questions_can_be_combined():
    """After an entry, of a fax, of a kind: all of it has to fit."""
    book = journal(*10 * [Kind.REQUEST, Kind.FAX_ACCEPTED])
    assert [entry.seq for entry in book.entries(after=15)] == [16, 17, 18, 19, 20]
    assert [entry.seq for entry in book.entries(fax_job_id=200, kind="fax", after=4)] == [10, 16]
    assert book.entries(after=20) == []


def test_account_rule_and_times_can_be_asked_for():
    """Of one account, by a rule, from a time to a time: both ends count."""
    book = journal(*5 * [Kind.REQUEST])
    book.record(after(5), Kind.FAX_ACCEPTED, {"rule": "faxes[1] 'a line': busy after 30s"}, "other", 300)
    assert [entry.seq for entry in book.entries(api_key="other")] == [6]
    assert [entry.seq for entry in book.entries(rule="a line")] == [6]
    assert book.entries(rule="faxes[2]") == []
    assert [entry.seq for entry in book.entries(since=after(1), until=after(3))] == [2, 3, 4]
    assert [entry.seq for entry in book.entries(since=after(5))] == [6]
    assert [entry.seq for entry in book.newest(2)] == [5, 6]
    assert len(book.newest(7)) == 6


def test_a_question_about_a_time_before_what_is_kept_is_an_error():
    """A time at which entries were dropped cannot be asked for; the moment after it can."""
    book = journal(*250 * [Kind.REQUEST], capacity=100)
    for since, until in ((after(149), None), (None, after(149)), (START, after(200))):
        with pytest.raises(JournalEvicted, match="has dropped what came before entry 151"):
            book.entries(since=since, until=until)
    assert len(book.entries(since=after(150))) == 100
    assert len(book.entries(until=after(150))) == 1


def test_a_removed_listener_hears_nothing():
    """After unlisten the listener is left in peace; one that never listened is not an error."""
    book = Journal()
    heard: list[int] = []

    def listener(entry: Entry) -> None:
        heard.append(entry.seq)

    book.listen(listener)
    book.record(START, Kind.REQUEST, {})
    book.unlisten(listener)
    book.unlisten(listener)
    book.record(START, Kind.REQUEST, {})
    assert heard == [1]


def test_the_story_of_a_fax_is_whole():
    """A fax's story has each of its entries from the first one on, and nothing of other faxes."""
    book = journal(*9 * [Kind.RECEIPT_ATTEMPT])
    assert [entry.seq for entry in book.of_fax_job(200, 4)] == [4, 7]


def test_the_journal_is_bounded():
    """It keeps the newest entries up to its capacity; numbers go on and the dropped ones are counted."""
    book = journal(*250 * [Kind.REQUEST], capacity=100)
    assert [entry.seq for entry in book.entries()] == list(range(151, 251))
    assert (book.last_seq, book.evicted) == (250, 150)


def test_a_question_about_dropped_entries_is_an_error():
    """Asking from before what is kept is refused with where the journal begins; a part is not passed off as all."""
    book = journal(*2500 * [Kind.REQUEST], capacity=1000)
    expected = (
        "the journal keeps its last 1,000 entries and has dropped what came before entry 1501; "
        "ask from there, or start with a larger --journal-limit"
    )
    with pytest.raises(JournalEvicted, match=f"^{re.escape(expected)}$"):
        book.entries(after=1499)
    with pytest.raises(JournalEvicted, match=f"^{re.escape(expected)}$"):
        book.entries(after=0, kind="request")
    with pytest.raises(JournalEvicted, match=f"^{re.escape(expected)}$"):
        book.of_fax_job(200, 1500)
    assert len(book.entries(after=1500)) == 1000
    assert book.of_fax_job(201, 1501)[0].seq == 1502


def test_a_listener_hears_every_entry():
    """Each listener is reported of each new entry as it is made."""
    book = journal(Kind.REQUEST)
    heard: list[int] = []
    book.listen(lambda entry: heard.append(entry.seq))
    book.listen(lambda entry: heard.append(-entry.seq))
    book.record(START, Kind.REQUEST, {})
    book.record(START, Kind.REQUEST, {})
    assert heard == [2, -2, 3, -3]


def test_listeners_stay_over_a_reset():
    """Listeners of a sandbox's journal also get the entries of the next one."""
    before, afterwards = Journal(), Journal()
    heard: list[Kind] = []
    before.listen(lambda entry: heard.append(entry.kind))
    afterwards.inherit_listeners(before)
    afterwards.record(START, Kind.SANDBOX_STARTED, {"scenario": "x"})
    assert heard == [Kind.SANDBOX_STARTED]


def test_details_are_worked_out_when_asked_for():
    """An entry that nobody reads costs nothing: its details are made only when they are read."""
    asked: list[int] = []

    def tell() -> dict[str, object]:
        asked.append(1)
        return {"scenario": "default"}

    entry = Journal().record(START, Kind.SANDBOX_STARTED, tell)
    assert asked == []
    assert entry.message == "sandbox started: default"
    assert asked == [1]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_can_be_told(kind: Kind):
    """Each kind of entry has a sentence that says all the details that it names, whatever is in them."""
    fields = [name for _, name, _, _ in Formatter().parse(kind.template) if name]
    detail: dict[str, object] = {name: f"<{name}> {{braces}} 100%" for name in fields}
    entry = Journal().record(START, kind, detail, "key", 200)
    assert fields
    for name in fields:
        assert f"<{name}> {{braces}} 100%" in entry.message
    assert re.fullmatch(r"[a-z]+(\.[a-z_]+)?", kind)


def test_a_listener_that_fails_does_not_stop_the_sandbox(caplog):
    """A failing listener does not stop a fax: the failure is logged, the other listeners are called."""
    book = Journal()
    heard: list[int] = []

    def fail(_: Entry) -> None:
        raise BrokenPipeError("nobody reads any more")

    book.listen(fail)
    book.listen(lambda entry: heard.append(entry.seq))
    book.record(START, Kind.SANDBOX_STARTED, {"scenario": "x"})
    assert heard == [1]
    assert "a listener of the journal failed at entry 1" in caplog.text


def test_what_follows_an_entry_is_found_after_others_were_dropped():
    """The next entries are counted by their numbers, not by their places in what is kept."""
    book = journal(*250 * [Kind.REQUEST], capacity=100)
    assert [entry.seq for entry in book.following(170, 3)] == [171, 172, 173]
    assert [entry.seq for entry in book.following(10, 2)] == [151, 152]
    assert book.following(250, 2) == []


def test_entries_of_another_run_beyond_the_capacity_are_dropped_as_ever():
    """A journal that keeps less than the one before refuses questions about the time of what it left out."""
    before, book = journal(*10 * [Kind.REQUEST]), Journal(4)
    book.put_back(before.entries(), before.last_seq, None)
    assert ([entry.seq for entry in book.entries()], book.evicted_at) == ([7, 8, 9, 10], after(5))
    assert len(book.entries(since=after(6))) == 4
    with pytest.raises(JournalEvicted):
        book.entries(since=after(5))


def test_a_listener_of_every_journal_hears_entries_too():
    """What listens to the whole server is called before the listeners of one sandbox."""
    heard: list[str] = []
    book = Journal(everywhere=[lambda entry: heard.append(f"everywhere {entry.seq}")])
    book.listen(lambda entry: heard.append(f"here {entry.seq}"))
    book.record(START, Kind.REQUEST, {})
    assert heard == ["everywhere 1", "here 1"]
