"""An account: its balance and API settings, its ledger with the audit, the verdict on its program.

The vendor keeps the API settings in a dashboard without an API.
"""

from collections.abc import Iterator

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from fakefax.control.call import BadInput, Body, ControlCall
from fakefax.control.long_answers import LongAnswer, in_slices
from fakefax.control.moments import AS_OF, duration, past
from fakefax.control.schemas import account_view, audit_view, ledger_entries, ledger_view, money, view
from fakefax.core.callbacks.callback import Callback
from fakefax.core.verdict import findings
from fakefax.schemas import AccountView, AuditReport, LedgerEntry, LedgerView, VerdictView
from fakefax.values.money import parse_amount


class AccountPatch(Body, kw_only=True):
    """The changes; null removes a URL."""

    balance: float | str | UnsetType = UNSET
    callback_url: str | UnsetType | None = UNSET
    received_fax_url: str | UnsetType | None = UNSET


QUERY = {"as_of": AS_OF}


async def show(call: ControlCall) -> AccountView:
    """GET account?as_of="""
    then = past(call)
    if then is not None and not then.existed(call.account):
        raise BadInput(f"as_of: the account had not been opened at {then.moment.at.isoformat()}")
    return account_view(call.account, then)


async def change(call: ControlCall, patch: AccountPatch) -> AccountView:
    """PATCH account: all of it or, when a part is wrong, nothing"""
    urls = {"callback_url": patch.callback_url, "received_fax_url": patch.received_fax_url}
    try:
        call.sandbox.change_account(
            call.account,
            balance=None if patch.balance is UNSET else parse_amount(patch.balance),
            urls={name: url for name, url in urls.items() if url is not UNSET},
        )
    except ValueError as error:
        raise BadInput(str(error)) from None
    return account_view(call.account)


AUDIT_QUERY = {
    "window": "Within which time the same fax twice is a double charge: 24h, or ever. Left out: the scenario's."
}


LEDGER_QUERY = {"limit": "At most so many entries, the newest.", "as_of": AS_OF}


async def ledger(call: ControlCall) -> LongAnswer[LedgerView]:
    """GET ledger?limit=&as_of="""
    books, then = call.account.ledger, past(call)
    shown = (view(LedgerEntry, entry) for entry in ledger_entries(books, then, call.number("limit")))
    return LongAnswer(ledger_view(call.account.api_key, books, then), entries=shown)


async def audit(call: ControlCall) -> LongAnswer[AuditReport]:
    """GET audit?window="""
    window = call.query.get("window")
    changes = {}
    if window is not None:
        changes["double_charge_window"] = None if window == "ever" else duration("window", window, otherwise="ever")
    report = await in_slices(call.sandbox.audit_steps(call.account, **changes), call.turn)
    doubles = (replace(double, charged=money(double.charged)) for double in report.double_charges)
    return LongAnswer(audit_view(report), problems=report.problems, double_charges=doubles)


async def verdict(call: ControlCall) -> LongAnswer[VerdictView]:
    """GET verdict"""
    sandbox = call.sandbox
    callbacks, requests = list(_callbacks(call)), sandbox.journal.entries(kind="request")
    report = await in_slices(sandbox.audit_steps(call.account), call.turn)
    found = findings(callbacks, requests, report)
    return LongAnswer(VerdictView([], report.reach), findings=found)


def _callbacks(call: ControlCall) -> Iterator[Callback]:
    """The callbacks of the account: receipts of what it sent, then those of what it received."""
    for job in call.sandbox.fax_jobs(call.account):
        if job.receipt is not None:
            yield job.receipt
    for fax in call.account.inbox.values():
        if fax.callback is not None:
            yield fax.callback
