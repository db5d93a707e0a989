"""The verdict: what the program did that Fax.to would mind, for the end of any test in any language."""

from collections.abc import Iterator

from fakefax.control.call import ControlCall
from fakefax.control.schemas import verdict_view
from fakefax.core.callbacks.callback import Callback
from fakefax.core.verdict import findings
from fakefax.schemas import VerdictView


async def show(call: ControlCall) -> VerdictView:
    """GET verdict"""
    sandbox, account = call.sandbox, call.account
    report = sandbox.audit(account)
    found = findings(_notices(call), sandbox.journal.entries(kind="request"), report)
    return verdict_view(found, report.reach)


def _notices(call: ControlCall) -> Iterator[Callback]:
    """The callbacks of the account: receipts of what it sent, then those of what it received."""
    for job in call.sandbox.fax_jobs(call.account):
        if job.receipt is not None:
            yield job.receipt
    for fax in call.account.inbox.values():
        if fax.callback is not None:
            yield fax.callback
