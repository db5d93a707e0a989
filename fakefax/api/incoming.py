"""Receiving: the inbox, and the files behind its links."""

import re
from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from fakefax.api.call import Call
from fakefax.api.operation import READS, Operation, Parameter, Place, ValueKind
from fakefax.api.paging import PAGING, Meta, meta, window
from fakefax.api.reply import Binary, PhpTime, moment
from fakefax.core.receiving.incoming import PDF, IncomingFax

INBOX = "/receivefax/api/v1/inbox"

RECIPIENT = Parameter(
    "recipient", "The number that received, with its plus or without.", ValueKind.FAX_NUMBER, Place.PATH, True,
    "918111922311",
)  # fmt: skip
INBOX_ID = Parameter("id", "The incoming fax.", ValueKind.WHOLE_NUMBER, Place.PATH, True, "4")


class InboxRow(msgspec.Struct):
    """A fax that arrived."""

    id: int
    did_id: int
    filename: str
    filesize: str
    number: str
    sender: str
    total_pages: int
    created_at: PhpTime
    preview_file: str
    file_url: str


class Inbox(msgspec.Struct):
    """A page of the faxes that arrived."""

    status: str
    inbox: list[InboxRow]
    meta: Meta


async def incoming_faxes(call: Call) -> Inbox:
    """GET /incoming-faxes (documented): the newest first, as in the example."""
    return _inbox(call, call.sandbox.inbox.arrived(call.account))


async def incoming_faxes_of_recipient(call: Call) -> Inbox:
    """GET /incoming-faxes/{recipient} (documented): the oldest first, as in the example.

    A number that is not the account's has received nothing.
    """
    digits = re.sub("[^0-9]", "", call.path["recipient"])
    faxes = reversed(call.sandbox.inbox.arrived(call.account))
    return _inbox(call, [fax for fax in faxes if fax.number.did_number == f"+{digits}"])


def _inbox(call: Call, faxes: Sequence[IncomingFax]) -> Inbox:
    asked = window(call.params)
    return Inbox("success", [_row(call, fax) for fax in asked.of(faxes)], meta(call, asked, len(faxes)))


def _row(call: Call, fax: IncomingFax) -> InboxRow:
    link = f"{call.origin}{INBOX}/{fax.incoming_fax_id}/{{}}?api_key={quote(call.account.api_key, safe='')}"
    return InboxRow(
        fax.incoming_fax_id,
        fax.number.did_id,
        fax.filename,
        fax.filesize,
        fax.number.did_number,
        fax.sender,
        fax.file.pages,
        moment(fax.received_at),
        link.format("preview"),
        link.format("file"),
    )


async def inbox_file(call: Call) -> Binary:
    """GET /receivefax/api/v1/inbox/{id}/file: the PDF that `file_url` points to (the path is documented)."""
    return Binary(_arrived(call).file.data, PDF)


async def inbox_preview(call: Call) -> Binary:
    """GET /receivefax/api/v1/inbox/{id}/preview: a JPEG of the first page, which `preview_file` points to."""
    return Binary(await call.sandbox.documents.incoming_preview(_arrived(call)), "image/jpeg")


def _arrived(call: Call) -> IncomingFax:
    return call.sandbox.inbox.find_arrived(call.account, call.path["id"])


INCOMING_FAXES = Operation(
    "incoming_faxes",
    "the faxes that arrived: `limit`, `page`",
    READS,
    "/incoming-faxes",
    incoming_faxes,
    Inbox,
    PAGING,
)
INCOMING_FAXES_OF_RECIPIENT = Operation(
    "incoming_faxes_of_recipient",
    "those to one number: `limit`, `page`",
    READS,
    "/incoming-faxes/{recipient}",
    incoming_faxes_of_recipient,
    Inbox,
    (RECIPIENT, *PAGING),
)
INBOX_FILE = Operation(
    "inbox_file",
    "what `file_url` of an incoming fax points to: its PDF",
    READS,
    f"{INBOX}/{{id}}/file",
    inbox_file,
    Binary,
    (INBOX_ID,),
    linked=True,
)
INBOX_PREVIEW = Operation(
    "inbox_preview",
    "what its `preview_file` points to: its first page as a JPEG",
    READS,
    f"{INBOX}/{{id}}/preview",
    inbox_preview,
    Binary,
    (INBOX_ID,),
    linked=True,
)
