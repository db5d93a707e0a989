"""Files: upload, list, delete, clean, preview."""

from urllib.parse import quote

import msgspec

from fakefax.api.call import Call
from fakefax.api.documents import (
    FIELD_ID,
    PATH_ID,
    SUCCESS,
    CleanedDocument,
    FileRow,
    UploadedDocument,
    cleaned_document,
    file_row,
    path_document_id,
    uploaded_document,
)
from fakefax.api.errors import MalformedParameter
from fakefax.api.operation import READS, Operation, Parameter, ValueKind
from fakefax.api.paging import PAGING, window
from fakefax.api.reply import Binary
from fakefax.core.models import Document
from fakefax.sandbox.uploads import Upload
from fakefax.values.urls import check_callback_url

FILE = Parameter("file", "The file, as a part of multipart/form-data; or as text, its URL.", ValueKind.FILE)
REMOTE_FILE = Parameter("AddRemoteFile", "In place of a file: the http or https URL of one.")


class UploadAnswer(msgspec.Struct):
    """The file is a document now."""

    status: str
    document_id: int
    total_pages: int
    document: UploadedDocument


class Done(msgspec.Struct):
    """It has been done."""

    status: str


class Preview(msgspec.Struct):
    """The URL of the picture of the first page."""

    status: str
    url: str


class Files(msgspec.Struct):
    """The list of files in the form that the SDKs' own description has (seen)."""

    status: str
    files: list[FileRow]


async def upload_file(call: Call) -> UploadAnswer:
    """POST /files (documented)."""
    document = await _upload(call)
    if not document.convertible:
        call.reason = f"document {document.document_id} cannot be converted: {document.problem}"
    details = uploaded_document(document, call.account)
    return UploadAnswer(SUCCESS, document.document_id, document.pages, details)


async def _upload(call: Call) -> Document:
    if "file" not in call.params.files:
        if call.params.has("AddRemoteFile"):
            return await _upload_remote(call, "AddRemoteFile")
        if str(call.params.values.get("file")).lower().startswith(("http://", "https://")):
            return await _upload_remote(call, "file")
    sent = call.params.file("file")
    return await call.sandbox.documents.upload(call.account, Upload(sent.filename, sent.content))


async def _upload_remote(call: Call, name: str) -> Document:
    """Of the file that the URL in this parameter points to (both names are documented)."""
    url = call.params.text(name)
    try:
        check_callback_url(url)
    except ValueError:
        raise MalformedParameter(name, url, "an http or https URL of a file") from None
    return await call.sandbox.upload_remote(call.account, url)


async def list_files(call: Call) -> list[FileRow] | Files:
    """GET /files (documented as a bare array; the SDKs' own description has an object)."""
    oldest_first = sorted(call.account.documents.values(), key=_uploaded)
    rows = [file_row(document) for document in window(call.params).of(oldest_first)]
    return rows if call.sandbox.scenario.api.files_list == "array" else Files(SUCCESS, rows)


def _uploaded(document: Document) -> tuple[object, int]:
    return document.uploaded_at, document.document_id


async def delete_file(call: Call) -> Done:
    """DELETE /files/{document_id} (documented)."""
    call.sandbox.documents.delete(call.account, path_document_id(call))
    return Done(SUCCESS)


async def clean_file(call: Call) -> CleanedDocument:
    """GET /file-clean (documented; that it changes nothing that can be seen is assumed)."""
    document = call.account.document(call.params.identifier("document_id"))
    return cleaned_document(document, call.account)


async def generate_preview(call: Call) -> Preview:
    """GET /file-generate-preview (documented). The URL opens as it is: the key is in it."""
    document_id = call.params.identifier("document_id")
    await call.sandbox.documents.preview(call.account, document_id)
    base = call.request.rel_url.raw_path.rpartition("/")[0]
    key = quote(call.account.api_key, safe="@")
    return Preview(SUCCESS, f"{call.origin}{base}/files/{document_id}/preview.jpg?api_key={key}")


async def preview_picture(call: Call) -> Binary:
    """GET what the preview's URL points to (the address is assumed)."""
    return Binary(await call.sandbox.documents.preview(call.account, path_document_id(call)), "image/jpeg")


UPLOAD_FILE = Operation(
    "upload_file",
    "upload a file",
    ("POST",),
    "/files",
    upload_file,
    UploadAnswer,
    (FILE, REMOTE_FILE),
    uploads=True,
)
LIST_FILES = Operation(
    "list_files",
    "the uploaded files, oldest first",
    ("GET",),
    "/files",
    list_files,
    list[FileRow] | Files,
    PAGING,
)
DELETE_FILE = Operation(
    "delete_file", "delete one", ("DELETE",), "/files/{document_id}", delete_file, Done, (PATH_ID,)
)
CLEAN_FILE = Operation(
    "clean_file", "what there is to know of one", READS, "/file-clean", clean_file, CleanedDocument, (FIELD_ID,)
)
GENERATE_PREVIEW = Operation(
    "generate_preview",
    "a link to a picture of its first page",
    READS,
    "/file-generate-preview",
    generate_preview,
    Preview,
    (FIELD_ID,),
)
PREVIEW_PICTURE = Operation(
    "preview_picture",
    "the picture, a JPEG",
    READS,
    "/files/{document_id}/preview.jpg",
    preview_picture,
    Binary,
    (PATH_ID,),
)
FILE_OPERATIONS = (UPLOAD_FILE, LIST_FILES, DELETE_FILE, CLEAN_FILE, GENERATE_PREVIEW, PREVIEW_PICTURE)
