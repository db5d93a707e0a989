"""Pictures of pages, as a fax machine would print them: of what was sent, of documents, of faxes that arrived."""

from collections.abc import Iterator

from aiohttp import web

from fakefax.control.call import ControlCall, UnknownPicture
from fakefax.core.errors import NoPreview, UnknownDocument, UnknownFaxJob, UnknownIncomingFax
from fakefax.core.models import Account
from fakefax.sandbox.sandbox import Sandbox
from fakefax.values.numbers import whole_number

PNG = "image/png"


async def of_fax(call: ControlCall, request: web.BaseRequest) -> web.StreamResponse:
    """GET faxes/{fax_job_id}/pages/{page}.png; no key is needed, since no two fax jobs have the same id"""
    fax_job_id = _whole(call.path["fax_job_id"])
    for sandbox in _sandboxes(call):
        job = sandbox.store.find(fax_job_id)
        if job is not None:
            account = sandbox.accounts[job.order.api_key]
            if account.documents.get(job.document_id) is not job.order.document:
                raise UnknownPicture(f"document {job.document_id} of fax job {fax_job_id} was deleted")
            return await _page(sandbox, account, job.document_id, call.path["page"])
    raise UnknownFaxJob(f"no sandbox has a fax job {call.path['fax_job_id']}")


async def of_document(call: ControlCall, request: web.BaseRequest) -> web.StreamResponse:
    """GET documents/{document_id}/pages/{page}.png"""
    document_id = _whole(call.path["document_id"])
    for account in (call.account, *call.sandbox.accounts.values()):
        if document_id in account.documents:
            return await _page(call.sandbox, account, document_id, call.path["page"])
    raise UnknownPicture(f"this sandbox has no document {call.path['document_id']}")


async def of_incoming(call: ControlCall, request: web.BaseRequest) -> web.StreamResponse:
    """GET incoming-faxes/{incoming_fax_id}/pages/{page}.png; no key is needed"""
    incoming_fax_id = _whole(call.path["incoming_fax_id"])
    for sandbox in _sandboxes(call):
        for account in sandbox.accounts.values():
            fax = account.inbox.get(incoming_fax_id)
            if fax is not None:
                try:
                    return _png(await sandbox.documents.incoming_page(fax, _whole(call.path["page"])))
                except NoPreview as problem:
                    raise UnknownPicture(problem.reason) from None
    raise UnknownIncomingFax(f"no sandbox has an incoming fax {call.path['incoming_fax_id']}")


def _sandboxes(call: ControlCall) -> Iterator[Sandbox]:
    """The sandbox that is meant first, then all others."""
    yield call.sandbox
    yield from (sandbox for sandbox in call.sandboxes if sandbox is not call.sandbox)


async def _page(sandbox: Sandbox, account: Account, document_id: int, page: str) -> web.Response:
    try:
        return _png(await sandbox.documents.page(account, document_id, _whole(page)))
    except (NoPreview, UnknownDocument) as problem:
        raise UnknownPicture(problem.reason) from None


def _png(picture: bytes) -> web.Response:
    return web.Response(body=picture, content_type=PNG, headers={"Cache-Control": "private, max-age=3600"})


def _whole(text: str) -> int:
    """A number of a path; -1, which nothing has, if it is not a whole number."""
    number = whole_number(text)
    return -1 if number is None else number
