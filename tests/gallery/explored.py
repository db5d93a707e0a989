"""The test that is explored, of the right program and of each wrong one; tests/gallery/test_gallery.py runs it.

It is a test as one writes it anyway: the program does its rounds, and is restarted in between. What must hold under
any fault stands in the invariants.
"""

import shutil
from decimal import Decimal

import pytest

from fakefax import fakefax_invariant
from tests.gallery.invoices import Invoices, serve
from tests.gallery.wrong import FOUND

ENDS = {"success", "failed"}
FOR_A_PERSON = {"Insufficient balance", "The fax_number is invalid", "Document not found"}
ONE_INVOICE = ((10, "+4930123456"),)


class Running:
    """A program with its endpoint, which can be restarted: all that is in memory is gone then."""

    def __init__(self, kind, *settings):
        self.kind, self.settings = kind, settings
        self.program = self.start()
        self.endpoint = serve(self)

    def take_receipt(self, receipt):
        return self.program.take_receipt(receipt)

    def start(self):
        program = self.kind(*self.settings)
        program.timeout = 5
        program.db.execute("pragma synchronous = off")  # a disk is slow, and no test cuts the power
        return program

    def restart(self):
        self.program.db.close()
        self.program = self.start()

    def rows(self, query):
        return self.program.db.execute(query).fetchall()


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory):
    """A database with its tables, to be copied: a disk takes 50 ms to make one."""
    path = tmp_path_factory.mktemp("empty") / "invoices.db"
    Invoices(path, "", "").db.close()
    return path


@pytest.fixture(params=[Invoices, *FOUND], ids=lambda kind: kind.__name__)
def app(request, fakefax, tmp_path, empty_database):
    database = shutil.copy(empty_database, tmp_path)
    app = Running(request.param, database, fakefax.base_url, fakefax.api_key)
    fakefax.callback_url = f"http://127.0.0.1:{app.endpoint.server_port}/faxto"
    yield app
    app.endpoint.shutdown()
    app.endpoint.server_close()
    app.program.db.close()


@pytest.mark.fakefax(explore=True)
def test_invoices(fakefax, app):
    for document_id, fax_number in getattr(app.kind, "INVOICES", ONE_INVOICE):
        app.program.add(document_id, fax_number)
    for _ in range(3):
        app.program.send_open()
        fakefax.advance("2m")
        app.program.send_open()
        fakefax.advance("1h")
        app.restart()
    fakefax.advance("48h")
    app.program.ask_for_missing_receipts()


@fakefax_invariant
def no_acknowledged_receipt_is_lost(app, fakefax):
    stored = {fax_job_id for (fax_job_id,) in app.rows("select fax_job_id from outcome")}
    lost = [fax.fax_job_id for fax in fakefax.faxes if fax.receipt == "acknowledged"]
    assert stored >= set(lost), f"the receipts of faxes {lost} were answered with 200, but not stored"


@fakefax_invariant
def each_invoice_is_settled(app):
    for state in app.program.states().values():
        assert state in ENDS | FOR_A_PERSON, f"an invoice is {state!r}"


@fakefax_invariant
def each_fax_is_booked_once(app):
    if app.rows("select 1 from sqlite_master where name = 'booking'"):
        twice = app.rows("select fax_job_id from booking group by fax_job_id having count(*) > 1")
        assert not twice, f"booked more than once: {twice}"


@fakefax_invariant
def money_adds_up(app, fakefax):
    if app.rows("select 1 from sqlite_master where name = 'spent'"):
        spent = 0.0
        for (cost,) in app.rows("select cost from spent"):
            spent += cost
        charged = -sum(entry.amount for entry in fakefax.ledger)
        assert Decimal(str(spent)) == charged, f"{spent} was counted, {charged} charged"
