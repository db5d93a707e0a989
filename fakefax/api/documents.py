"""Shared by the operations on files: the document of a request, and its answers."""

import msgspec

from fakefax.api.call import Call
from fakefax.api.operation import Parameter, Place, ValueKind
from fakefax.api.params import whole_number
from fakefax.core.errors import UnknownDocument
from fakefax.core.models import Account, Document
from fakefax.values.durations import to_the_day, to_the_second

PATH_ID = Parameter(
    "document_id", "The document, as its upload answered it.", ValueKind.WHOLE_NUMBER, Place.PATH, True, "10"
)
FIELD_ID = Parameter(
    "document_id", "The document.", ValueKind.WHOLE_NUMBER, Place.FIELD_OR_HEADER, required=True, example="10"
)

SUCCESS = "success"
IN_STORAGE = 1


def path_document_id(call: Call) -> int:
    """The document_id of the path; of the query when the path has the literal `{document_id}`, as SDKs may send it.

    Raises UnknownDocument for anything but a number.
    """
    text = call.path["document_id"]
    if text == "{document_id}" and call.params.has("document_id"):
        return call.params.identifier("document_id")
    number = whole_number(text)
    if number is None:
        raise UnknownDocument(f"{text!r} is not a document_id; it is a whole number")
    return number


class UploadedDocument(msgspec.Struct):
    """A document as answered to an upload, in the documented order."""

    filename: str
    filename_uploaded: str
    orig_filename: str
    file_extension: str
    total_pages: int
    filesize: int
    preview_in_storage: int
    preview_file: str
    preview_image: str | None
    s3: str | None
    user_id: int
    updated_at: str
    created_at: str
    id: int


class CleanedDocument(msgspec.Struct):
    """A document as answered to a cleaning, in the documented order.

    SDKs read `created_date` (seen). It comes last, as every key that the documentation does not have: an SDK stops
    decoding at the first date that it cannot read.
    """

    status: str
    user_id: int
    created_at: str
    id: int
    filename: str
    orig_filename: str
    preview_file: str
    preview_image: str | None
    preview_in_storage: int
    file_extension: str
    filename_uploaded: str
    filesize: int
    s3: str | None
    server_document_id: int | None
    team_user_id: int | None
    total_pages: int
    updated_at: str
    created_date: str


class FileRow(msgspec.Struct):
    """A document in the list of files; `size` is in bytes, `uploaded` a date."""

    id: int
    filename: str
    pages: int
    size: int
    uploaded: str


def uploaded_document(document: Document, account: Account) -> UploadedDocument:
    """A document as an upload answers it."""
    at = to_the_second(document.uploaded_at)
    return UploadedDocument(
        filename=document.fax_name,
        filename_uploaded=document.filename,
        orig_filename=document.stored_name,
        file_extension=document.extension,
        total_pages=document.pages,
        filesize=document.size,
        preview_in_storage=IN_STORAGE,
        preview_file=document.preview_name,
        preview_image=None,
        s3=None,
        user_id=account.user_id,
        updated_at=at,
        created_at=at,
        id=document.document_id,
    )


def cleaned_document(document: Document, account: Account) -> CleanedDocument:
    """A document as cleaning answers it: the same values, in another order."""
    details = msgspec.structs.asdict(uploaded_document(document, account))
    return CleanedDocument(
        status=SUCCESS, created_date=details["created_at"], server_document_id=None, team_user_id=None, **details
    )


def file_row(document: Document) -> FileRow:
    """A document in the list of files."""
    return FileRow(
        document.document_id,
        document.filename,
        document.pages,
        document.size,
        to_the_day(document.uploaded_at),
    )
