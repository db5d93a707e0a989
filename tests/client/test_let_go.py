"""Assertions about faxes of which the oldest were evicted: what cannot be known is not asserted."""

import re
from collections.abc import Callable, Iterator

import pytest

from fakefax import FakeFax
from fakefax.client import HistoryGone
from fakefax.scenario.loader import load_scenario
from fakefax.scenario.overrides import override
from fakefax.server.app import Server, ServerOptions
from fakefax.server.thread import LoopThread
from tests.callbacks.endpoints import send


@pytest.fixture
def fax() -> Iterator[FakeFax]:
    """Three faxes have ended; the one that is kept went to +44."""
    thread = LoopThread()
    thread.start()
    server = Server(
        load_scenario("default"), ServerOptions(port=0, fax_limit=1), transform=lambda it: override(it, rate=0)
    )
    try:
        thread.run(server.start())
        with FakeFax.connect(server.url) as fax:
            fax.callback_url = fax.receiver.url
            for number in ("+15005550002", "+33123456", "+44123456"):
                send(fax, number)
                fax.advance("1m")
            yield fax
        thread.run(server.stop())
    finally:
        thread.end()


def test_kept_faxes_can_be_asserted(fax: FakeFax):
    """A fax that is there is found, one that must not be there too, and the total counts all that there were."""
    assert fax.assert_sent(fax_number="+44*").fax_job_id == 202
    fax.assert_charged("0.15")
    fax.assert_charged_total("0.45")
    assert fax.audit().ok
    with pytest.raises(AssertionError, match=r"^1 fax was sent with fax_number '\+44\*'; expected none"):
        fax.assert_not_sent(fax_number="+44*")
    with pytest.raises(AssertionError, match=r"^the faxes were charged with 0\.45 in all; expected 0\.15"):
        fax.assert_charged_total("0.15")


@pytest.mark.parametrize(
    ("use", "what"),
    [
        (lambda fax: fax.assert_sent(fax_number="+49*"), r"whether one was sent with fax_number '\+49\*'"),
        (lambda fax: fax.assert_sent(times=1), "whether 1 was sent"),
        (lambda fax: fax.assert_not_sent(fax_number="+49*"), r"whether none was sent with fax_number '\+49\*'"),
        (lambda fax: fax.assert_acknowledged(), "whether all were acknowledged"),
        (lambda fax: fax.assert_charged("7"), "whether one was charged with 7"),
        (lambda fax: fax.assert_no_double_charge(), "whether one was charged twice"),
    ],
)
def test_an_assertion_about_evicted_faxes_is_refused(fax: FakeFax, use: Callable[[FakeFax], None], what: str):
    """An assertion whose answer lies with a fax that is gone neither holds nor fails."""
    with pytest.raises(HistoryGone) as gone:
        use(fax)
    assert re.match(what, str(gone.value))
    assert str(gone.value).endswith(
        "cannot be known any more: 2 finished faxes were evicted; start fakefax with a larger --fax-limit"
    )


def test_one_that_was_evicted_is_history(fax: FakeFax):
    """Looking at it by its id is another error than for one that never was."""
    with pytest.raises(HistoryGone, match=r"^fax job 200 is not kept any more"):
        fax.fax(200)
