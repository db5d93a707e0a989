"""The right program of the gallery does what its docstring promises."""

from pathlib import Path

import pytest

from fakefax import FakeFax
from tests.gallery.invoices import Invoices

FIRST, SECOND = "+4930123456", "+4989654321"


def test_each_invoice_is_sent_and_its_receipt_is_stored(fakefax: FakeFax, app: Invoices):
    """Two invoices, one of which meets a busy line: each is sent once, and the state says how it ended."""
    fakefax.given(fax_number=SECOND).busy()
    app.add(10, FIRST)
    app.add(11, SECOND)
    assert app.states() == {10: "open", 11: "open"}
    app.send_open()
    assert app.states() == {10: "sent", 11: "sent"}
    fakefax.advance("1m")
    app.send_open()
    assert app.states() == {10: "success", 11: "failed"}
    assert len(fakefax.faxes) == 2


def test_an_outage_is_waited_for(fakefax: FakeFax, app: Invoices):
    """While Fax.to answers 500, and then 403, the invoice stays open; the round after that sends it, once."""
    app.add(10, FIRST)
    fakefax.fault(status=500, times=2)
    app.send_open()
    app.send_open()
    fakefax.fault(refuse="rate_limited", times=1)
    app.send_open()
    assert app.states() == {10: "open"}
    app.send_open()
    fakefax.advance("1m")
    assert app.states() == {10: "success"}
    fakefax.assert_charged("0.15")


@pytest.mark.parametrize("when", ["before_commit", "after_commit"])
def test_a_lost_reply_is_not_paid_twice(fakefax: FakeFax, app: Invoices, when: str, tmp_path: Path):
    """The next round finds the fax in the history, or sends it; also when the program was restarted meanwhile."""
    app.add(10, FIRST)
    fakefax.given(operation="send_fax").fault(lose_reply=when, times=1)
    app.send_open()
    restarted = Invoices(tmp_path / "invoices.db", fakefax.base_url, fakefax.api_key)
    restarted.send_open()
    fakefax.advance("1m")
    assert restarted.states() == {10: "success"}
    fakefax.assert_charged("0.15")
    fakefax.assert_no_double_charge()
    restarted.db.close()


@pytest.mark.parametrize("fault", ["duplicate", "lose_ack", "before_reply", "reorder"])
def test_a_receipt_comes_twice_or_early_or_late(fakefax: FakeFax, app: Invoices, fault: str):
    """Whenever a receipt comes, and however often, the invoice has its outcome."""
    fakefax.given(document_id=10).callback_fault(times=1, **{fault: True})
    app.add(10, FIRST)
    app.add(11, FIRST)
    app.send_open()
    fakefax.advance("1h")
    assert app.states() == {10: "success", 11: "success"}


def test_a_receipt_that_never_comes_is_asked_for(fakefax: FakeFax, app: Invoices):
    """After two days the program asks for the status; not before the fax has ended."""
    fakefax.callback_fault(drop=True)
    app.add(10, FIRST)
    app.send_open()
    app.ask_for_missing_receipts()
    assert app.states() == {10: "sent"}
    fakefax.advance("49h")
    app.ask_for_missing_receipts()
    assert app.states() == {10: "success"}


def test_a_refused_invoice_is_not_sent_again(fakefax: FakeFax, app: Invoices):
    """An invoice that Fax.to refuses for good waits for a person, with the reason; the others go on."""
    app.add(10, FIRST)
    app.add(11, SECOND)
    fakefax.fault(refuse="invalid_number", times=1)
    app.send_open()
    app.send_open()
    fakefax.advance("1m")
    assert app.states() == {10: "The fax_number is invalid", 11: "success"}
