"""Ten programs that are wrong in well-known ways. Each is the right one with one method written as people write it.

`FOUND` has what exploring says of each: the fault at its point, and the kind of the finding.
"""

import http.client
import urllib.error

from tests.gallery.invoices import Invoices, Refused


class SendsAgainAfterATimeout(Invoices):
    """No answer, so it did not work."""

    def send(self, document_id, fax_number):
        try:
            return super().send(document_id, fax_number)
        except OSError:
            return super().send(document_id, fax_number)


class TrustsTheFirstReceiptOnly(Invoices):
    """A receipt that comes a second time is a mistake, and refused as one."""

    def take_receipt(self, receipt):
        known = self.db.execute("select 1 from outcome where fax_job_id = ?", (receipt["fax_job_id"],)).fetchone()
        return 409 if known else super().take_receipt(receipt)


class HandlesAReceiptTwice(Invoices):
    """Books the fax whenever a receipt says that it went out."""

    def take_receipt(self, receipt):
        self.db.execute("create table if not exists booking (fax_job_id integer)")
        self.db.execute("insert into booking values (?)", (receipt["fax_job_id"],))
        return super().take_receipt(receipt)


class Answers201(Invoices):
    """Something was created, after all."""

    def take_receipt(self, receipt):
        super().take_receipt(receipt)
        return 201


class AnswersBeforeItHasStored(Invoices):
    """Answers 200, and then there is no row yet that the outcome could be stored in."""

    def take_receipt(self, receipt):
        fax_job_id, status = receipt["fax_job_id"], receipt["status"]
        self.db.execute(
            "insert into outcome select fax_job_id, ? from invoice where fax_job_id = ? on conflict do nothing",
            (status, fax_job_id),
        )
        return 200

    def ask_for_missing_receipts(self):
        """Why should it? It has answered each receipt."""


class TakesAnUnknownJobForAnError(Invoices):
    """Leaves a send without a clear answer to a person, and answers 404 to receipts of faxes it does not know."""

    def send(self, document_id, fax_number):
        try:
            return super().send(document_id, fax_number)
        except (OSError, http.client.HTTPException, ValueError):
            raise Refused("no clear answer") from None

    def take_receipt(self, receipt):
        ours = self.db.execute("select 1 from invoice where fax_job_id = ?", (receipt["fax_job_id"],)).fetchone()
        return super().take_receipt(receipt) if ours else 404


class BelievesTheStatusAnswer(Invoices):
    """Takes the receipt as a hint to ask for the status, which may lag behind it."""

    def take_receipt(self, receipt):
        fax_job_id = receipt["fax_job_id"]
        self.store(fax_job_id, self.call(f"/fax/{fax_job_id}/status")["status"])
        return 200


class LosesAReceiptWhileItRestarts(Invoices):
    """Keeps receipts in memory until its next round."""

    def __init__(self, *settings):
        super().__init__(*settings)
        self.waiting = []

    def take_receipt(self, receipt):
        self.waiting.append(receipt)
        return 200

    def send_open(self):
        while self.waiting:
            super().take_receipt(self.waiting.pop())
        super().send_open()

    def ask_for_missing_receipts(self):
        """Why should it? It has answered each receipt."""


class GivesUpAfterTheFirst403(Invoices):
    """Forbidden is forbidden."""

    def send(self, document_id, fax_number):
        try:
            return super().send(document_id, fax_number)
        except urllib.error.HTTPError as error:
            if error.code == 403:
                raise Refused("forbidden") from None
            raise


class CountsMoneyByFloats(Invoices):
    """Adds up what the faxes have cost, in the order in which it hears of them."""

    INVOICES = ((10, "+4930123456"), (11, "+4930123456"), (11, "+4989654321"), (10, "+4989654321"))

    def call(self, path, **fields):
        answer = super().call(path, **fields)
        if path == "/fax":
            self.count(answer["cost"])
        return answer

    def find(self, document_id, fax_number):
        found = super().find(document_id, fax_number)
        if found:
            self.count(self.call(f"/fax/{document_id}/costs", fax_number=fax_number)["cost"])
        return found

    def count(self, cost):
        self.db.execute("create table if not exists spent (cost real)")
        self.db.execute("insert into spent values (?)", (cost,))


FOUND = {
    SendsAgainAfterATimeout: ("send_fax#1:lose_reply=after_commit", "paid twice"),
    TrustsTheFirstReceiptOnly: ("receipt#1:lose_ack", "never acknowledged"),
    HandlesAReceiptTwice: ("receipt#1:duplicate", "broke each_fax_is_booked_once"),
    Answers201: ("no fault", "not answered with 200"),
    AnswersBeforeItHasStored: ("receipt#1:before_reply", "broke no_acknowledged_receipt_is_lost"),
    TakesAnUnknownJobForAnError: ("send_fax#1:lose_reply=after_commit", "never acknowledged"),
    BelievesTheStatusAnswer: ("receipt#1:poll=behind", "broke each_invoice_is_settled"),
    LosesAReceiptWhileItRestarts: ("receipt#1:delay=5m", "broke no_acknowledged_receipt_is_lost"),
    GivesUpAfterTheFirst403: ("send_fax#1:refuse=rate_limited", "broke each_invoice_is_settled"),
    CountsMoneyByFloats: ("send_fax#2:status=500", "broke money_adds_up"),
}
