"""The requests and responses that are kept to be shown: which go first, and what is cut."""

from fakefax.core.callbacks.exchanges import OVERHEAD, VALUE_KEPT, Exchanges, Response, cut

HEAD = b"POST /faxto HTTP/1.1\r\n"


def test_what_was_used_longest_ago_is_dropped_first():
    """An exchange that came again is newer than one that came since."""
    exchanges = Exchanges(limit=2 * (OVERHEAD + len(HEAD) + 1))
    first, second = exchanges.keep(HEAD + b"1", None, None), exchanges.keep(HEAD + b"2", None, None)
    assert exchanges.keep(HEAD + b"1", None, None) is first
    third = exchanges.keep(HEAD + b"3", None, None)
    assert list(exchanges) == [first, third]
    assert second is not None
    assert (second.dropped, second.head) == (True, b"")


def test_room_that_was_made_is_there_again():
    """However many exchanges there were, as many as fit are kept."""
    exchanges = Exchanges(limit=3 * (OVERHEAD + len(HEAD) + 1))
    for number in range(9):
        exchanges.keep(HEAD + str(number).encode(), None, None)
    assert [exchange.head[-1:] for exchange in exchanges] == [b"6", b"7", b"8"]


def test_answers_of_different_seconds_are_one():
    """The header Date makes no difference, however it is written."""
    exchanges = Exchanges()
    kept = [
        exchanges.keep(HEAD, None, Response(200, ((name, value), (b"Server", b"nginx"))))
        for name, value in ((b"Date", b"Mon"), (b"date", b"Tue"), (b"DATE", b"Wed"))
    ]
    assert kept[0] is kept[1] is kept[2]
    assert len(list(exchanges)) == 1


def test_a_text_of_the_very_length_is_whole():
    """Only a longer one is cut, and says how long it was."""
    assert cut("x" * VALUE_KEPT, VALUE_KEPT) == "x" * VALUE_KEPT
    assert cut("x" * (VALUE_KEPT + 1), VALUE_KEPT) == f"{'x' * VALUE_KEPT}… (2001 characters)"


def test_a_changed_form_is_shown_though_nothing_was_sent_of_it():
    """An attempt that found nobody has the form as a rule had changed it; otherwise there is nothing to show."""
    exchanges, changed = Exchanges(), (("msg_code", "melted"),)
    exchange = exchanges.keep(b"", changed, None)
    assert exchange is not None
    assert exchange.fields == changed
    assert exchanges.keep(b"", None, None) is None
