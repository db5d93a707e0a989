"""The files of one sandbox: uploads are examined, kept within a limit, shown and deleted; faxes that arrive, too.

All are in memory. Files are read by the worker processes of `documents.pool` only.
"""

from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field

from fakefax.core.clock import Clock, ClockClosed
from fakefax.core.errors import FileTooLarge, NoPreview, StorageFull
from fakefax.core.ids import DocumentIds, RisingIds
from fakefax.core.journal import Journal, Kind
from fakefax.core.models import Account, Document, FaxJob
from fakefax.core.receiving.incoming import FaxFile, IncomingFax
from fakefax.documents.limits import NotConvertible
from fakefax.documents.pool import Dropped, FilePool
from fakefax.scenario.schema import Scenario
from fakefax.values.numbers import format_size
from fakefax.values.threads import in_thread

if TYPE_CHECKING:
    from fakefax.documents.fax_sheet import FaxSheet

T = TypeVar("T")

UPLOAD_LIMIT = 20 * 1024**2
STORAGE_LIMIT = 256 * 1024**2

MAX_NAME_LENGTH = 255
NAMELESS = "document"

CLOSED = "this sandbox was reset or deleted while the file was worked on"


class Upload(Struct, frozen=True):
    """A file with the name that a program gave it, whatever it wrote there."""

    filename: str
    content: bytes


class UploadsInProgress:
    """The bytes of all bodies that are being read. `limit` is for all of them together."""

    def __init__(self, limit: int = STORAGE_LIMIT) -> None:
        self.limit = limit
        self.used = 0

    def take(self, size: int) -> None:
        """Count bytes that have arrived. Raises StorageFull."""
        if self.used + size > self.limit:
            raise StorageFull(
                f"all uploads in progress have {self.used} bytes; --storage-limit is {format_size(self.limit)}. "
                "Try again when others are done"
            )
        self.used += size

    def give_back(self, size: int) -> None:
        """Count bytes no longer: they were taken as a file, or refused, or their sender has gone."""
        self.used -= size


class FileServices(Struct, frozen=True):
    """Shared by the files of all sandboxes: limits in bytes, ids, and the processes that examine them."""

    upload_limit: int = UPLOAD_LIMIT
    storage_limit: int = STORAGE_LIMIT
    ids: RisingIds = field(default_factory=DocumentIds)
    pool: FilePool = field(default_factory=FilePool)
    in_progress: UploadsInProgress = field(default_factory=UploadsInProgress)


class DocumentStore:
    """The files of a sandbox. Simulated time waits while one is worked on.

    A document that only the scenario knows has no content; its preview shows a letter made up from the seed.
    """

    def __init__(
        self,
        clock: Clock,
        journal: Journal,
        accounts: Mapping[str, Account],
        services: FileServices,
        scenario: Scenario,
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._accounts = accounts
        self._services = services
        self._seed = scenario.seed
        self._locale = scenario.locale
        self._contents: dict[tuple[str, int], bytes] = {}
        self._used = 0

    def close(self) -> None:
        """Release all files, and end the work on them."""
        self._contents.clear()
        self._services.pool.drop(self)

    async def upload(self, account: Account, upload: Upload) -> Document:
        """Take a file, whether it can be converted or not. Raises FileTooLarge or StorageFull."""
        async with self.received(upload) as document:
            self.add(account, document, upload.content)
        return document

    @asynccontextmanager
    async def received(self, upload: Upload) -> AsyncIterator[Document]:
        """The document that a file would be, examined and given an id; it belongs to no account until it is added.

        Raises FileTooLarge or StorageFull.
        """
        size = len(upload.content)
        self.check_room(size)
        self._used += size  # while it is looked at, so that many at once keep to the limit too
        try:
            filename = plain_name(upload.filename)
            work = f"file {filename!r} is examined"
            looked = await self._hold(work, self._services.pool.examine(self, upload.content, filename))
            examined = looked.examined
            yield Document(
                document_id=self._free_id(),
                filename=filename,
                pages=examined.pages,
                convertible=examined.convertible,
                problem=examined.problem,
                size=size,
                uploaded_at=self._clock.now,
                digest=looked.digest,
            )
        finally:
            self._used -= size

    def add(self, account: Account, document: Document, content: bytes) -> None:
        """Give a received document to an account."""
        account.documents[document.document_id] = document
        self._contents[account.api_key, document.document_id] = content
        self._used += len(content)
        problem = f"cannot be converted: {document.problem}"
        detail = {
            "document_id": document.document_id,
            "filename": document.filename,
            "size": document.size,
            "pages": document.pages,
            "result": f"{document.pages} page(s)" if document.convertible else problem,
        }
        self._journal.record(self._clock.now, Kind.FILE_UPLOADED, detail, account.api_key)

    @property
    def contents(self) -> Mapping[tuple[str, int], bytes]:
        """The bytes of each upload, by api_key and document_id."""
        return self._contents

    def put_back(self, account: Account, document: Document, content: bytes | None) -> None:
        """Give an account a document of another run; one that only a scenario knows has no content."""
        account.documents[document.document_id] = document
        if content is not None:
            self._contents[account.api_key, document.document_id] = content
            self._used += len(content)

    def delete(self, account: Account, document_id: int, reason: str = "the program asked for it") -> Document:
        """Take a document away; faxes of it go on. Raises UnknownDocument."""
        document = account.document(document_id)
        del account.documents[document_id]
        self._used -= len(self._contents.pop((account.api_key, document_id), b""))
        detail = {
            "document_id": document_id,
            "reason": reason,
            "filename": document.filename,
            "pages": document.pages,
            "size": document.size,
            "problem": document.problem,
        }
        self._journal.record(self._clock.now, Kind.FILE_DELETED, detail, account.api_key)
        return document

    def delete_after(self, job: FaxJob) -> None:
        """Delete what was to be deleted after its fax, unless it is gone already."""
        account = self._accounts[job.order.api_key]
        if account.documents.get(job.document_id) is job.order.document:
            self.delete(account, job.document_id, f"fax {job.fax_job_id} was sent with delete_file")

    async def preview(self, account: Account, document_id: int) -> bytes:
        """The first page as a JPEG. Raises UnknownDocument, or NoPreview for one that cannot be converted."""
        document = account.document(document_id)
        return await self._picture(account, document, "first_page", f"document {document_id}")

    async def page(self, account: Account, document_id: int, number: int) -> bytes:
        """Page `number`, counted from 1, as a black and white PNG of at most 1728 x 2445 pixels.

        Raises UnknownDocument, or NoPreview for a document that cannot be converted or has no such page.
        """
        document = account.document(document_id)
        if not 1 <= number <= document.pages:
            raise NoPreview(f"document {document_id} has no page {number}; its pages are 1 to {document.pages}")
        return await self._picture(account, document, "fax_page", f"document {document_id}", number=number)

    async def incoming_preview(self, fax: IncomingFax) -> bytes:
        """The first page of a fax that arrived, as a JPEG. Raises NoPreview."""
        return await self._incoming_picture(fax, "first_page")

    async def incoming_page(self, fax: IncomingFax, number: int) -> bytes:
        """Page `number` of a fax that arrived, like `page`. Raises NoPreview."""
        if not 1 <= number <= fax.pages:
            raise NoPreview(f"fax {fax.incoming_fax_id} has no page {number}; its pages are 1 to {fax.pages}")
        return await self._incoming_picture(fax, "fax_page", number=number)

    async def convert(self, upload: Upload) -> FaxFile:
        """A file as the pages of a fax that arrives. Raises NotConvertible, FileTooLarge or StorageFull."""
        size = len(upload.content)
        self.check_room(size)
        self._used += size
        try:
            filename = plain_name(upload.filename)
            work = self._services.pool.as_pdf(self, upload.content, filename)
            return FaxFile(*await self._hold(f"file {filename!r} is converted", work))
        finally:
            self._used -= size

    async def make_up(self, name: str, sheet: "FaxSheet", pages: int | None) -> FaxFile:
        """The pages of a fax without a document. Raises NotConvertible."""
        return await self._hold(f"{name} is drawn", self._services.pool.made_up_fax(self, sheet, pages))

    def keep_incoming(self, file: FaxFile) -> None:
        """Count the pages of a fax that arrives for the limit. Raises StorageFull."""
        self.check_room(len(file.data))
        self._used += len(file.data)

    async def _picture(self, account: Account, document: Document, job: str, name: str, **fields: int) -> bytes:
        if not document.convertible:
            raise NoPreview(f"{name} has no preview: {document.problem}")
        content = self._contents.get((account.api_key, document.document_id))
        place = (job, *fields.values(), document.filename)
        if content is not None:
            fields_of_job = {"job": job, "filename": document.filename, **fields}
            return await self._made(name, (*place, document.digest), content, fields_of_job)
        key = (*place, self._seed, self._locale, document.document_id, document.pages)
        known = self._services.pool.known_picture(key)
        if known is not None:
            return known
        from fakefax.scenario.fake_data import letter  # noqa: PLC0415 (only for a preview)

        writing = in_thread(
            partial(letter, self._seed, f"document/{document.document_id}", document.pages, self._locale)
        )
        paragraphs = await self._hold(f"{name} is written", writing)
        letter_job = {"job": f"{job}_of_letter", "paragraphs": paragraphs, "pages": document.pages, **fields}
        return await self._made(name, key, b"", letter_job)

    async def _incoming_picture(self, fax: IncomingFax, job: str, **fields: int) -> bytes:
        key = (job, *fields.values(), fax.incoming_fax_id, fax.uuid, len(fax.file.data))
        wanted = {"job": job, "filename": fax.filename, **fields}
        return await self._made(f"fax {fax.incoming_fax_id}", key, fax.file.data, wanted)

    async def _made(self, name: str, key: tuple[object, ...], content: bytes, fields: dict[str, object]) -> bytes:
        """The picture of a page. Raises NoPreview."""
        try:
            work = self._services.pool.picture(self, key, content, **fields)
            return await self._hold(f"{name} is rendered", work)
        except NotConvertible as problem:
            raise NoPreview(f"{name} has no preview: {problem}") from None

    def check_room(self, size: int) -> None:
        """Raise FileTooLarge or StorageFull for a file of this size."""
        most, all_of_it = self._services.upload_limit, self._services.storage_limit
        if size > most:
            raise FileTooLarge(f"the file has {size} bytes; --upload-limit is {format_size(most)}")
        if self._used + size > all_of_it:
            raise StorageFull(
                f"the file has {size} bytes, and {all_of_it - self._used} are left of --storage-limit "
                f"{format_size(all_of_it)}; delete documents, or reset"
            )

    def _free_id(self) -> int:
        """The next id that no account of this sandbox has from its scenario."""
        while True:
            document_id = self._services.ids.take()
            if not any(document_id in account.documents for account in self._accounts.values()):
                return document_id

    async def _hold(self, name: str, work: Awaitable[T]) -> T:
        """Wait for work on a file, while simulated time waits too. Raises ClockClosed when the sandbox ends."""
        with self._clock.hold(name):
            try:
                done = await work
            except Dropped:
                raise ClockClosed(CLOSED) from None
        if self._clock.closed:
            raise ClockClosed(CLOSED)
        return done


def plain_name(filename: str) -> str:
    """The last part of whatever a program calls its file, without a path."""
    name = "".join(char for char in filename.replace("\\", "/").rpartition("/")[2] if char.isprintable())
    return name.strip()[-MAX_NAME_LENGTH:] or NAMELESS
