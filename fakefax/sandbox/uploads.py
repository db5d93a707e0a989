"""The documents of one sandbox: uploads are examined, kept within a limit, shown and deleted. All in memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar

from msgspec import Struct, field

from fakefax.core.clock import Clock, ClockClosed
from fakefax.core.errors import FileTooLarge, NoPreview, StorageFull
from fakefax.core.ids import DocumentIds
from fakefax.core.journal import Journal, Kind
from fakefax.core.models import Account, Document, FaxJob
from fakefax.values.sizes import format_size

if TYPE_CHECKING:
    from fakefax import documents

P = ParamSpec("P")
T = TypeVar("T")

UPLOAD_LIMIT = 20 * 1024**2
STORAGE_LIMIT = 256 * 1024**2

LONGEST_NAME = 255
NAMELESS = "document"


class Upload(NamedTuple):
    """A file with the name that a program gave it, whatever it wrote there."""

    filename: str
    content: bytes


class Workshop(Struct, frozen=True):
    """Where the files of a whole server are worked on: limits in bytes, ids, and two threads at a time."""

    upload_limit: int = UPLOAD_LIMIT
    storage_limit: int = STORAGE_LIMIT
    ids: DocumentIds = field(default_factory=DocumentIds)
    benches: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))


class DocumentStore:
    """The files of a sandbox. Work on one is done in a thread while simulated time waits.

    A document that only the scenario knows has no content; what its preview shows is made up from the seed.
    """

    def __init__(
        self, clock: Clock, journal: Journal, accounts: Mapping[str, Account], workshop: Workshop, seed: int
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._accounts = accounts
        self._workshop = workshop
        self._seed = seed
        self._contents: dict[tuple[str, int], bytes] = {}
        self._previews: dict[tuple[str, int], bytes] = {}
        self._used = 0

    def close(self) -> None:
        """Let go of all files: a world that has ended may be held by its own cycles for a while."""
        self._contents.clear()
        self._previews.clear()

    async def upload(self, account: Account, upload: Upload) -> Document:
        """Take a file, whether it can be converted or not. Raises FileTooLarge or StorageFull."""
        async with self.received(upload) as document:
            self.add(account, document, upload.content)
        return document

    @asynccontextmanager
    async def received(self, upload: Upload) -> AsyncIterator[Document]:
        """The document that a file would be, examined and given an id; it is nobody's until it is added.

        Raises FileTooLarge or StorageFull.
        """
        size = len(upload.content)
        self._check_room(size)
        self._used += size  # while it is looked at, so that many at once keep to the limit too
        try:
            filename = plain_name(upload.filename)
            work = f"file {filename!r} is examined"
            examined, digest = await self._at_bench(work, _look_at, upload.content, filename)
            yield Document(
                document_id=self._free_id(),
                filename=filename,
                pages=examined.pages,
                convertible=examined.convertible,
                problem=examined.problem,
                size=size,
                uploaded_at=self._clock.now,
                digest=digest,
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

    def delete(self, account: Account, document_id: int, reason: str = "the program asked for it") -> Document:
        """Take a document away; faxes of it go on. Raises UnknownDocument."""
        document = account.document(document_id)
        del account.documents[document_id]
        for kept in (self._contents, self._previews):
            self._used -= len(kept.pop((account.api_key, document_id), b""))
        detail = {"document_id": document_id, "reason": reason}
        self._journal.record(self._clock.now, Kind.FILE_DELETED, detail, account.api_key)
        return document

    def delete_after(self, job: FaxJob) -> None:
        """Delete what was to be deleted after its fax, unless it is gone already."""
        account = self._accounts[job.order.api_key]
        if account.documents.get(job.document_id) is job.order.document:
            self.delete(account, job.document_id, f"fax {job.fax_job_id} was sent with delete_file")

    async def preview(self, account: Account, document_id: int) -> bytes:
        """The first page as a JPEG. Raises UnknownDocument, or NoPreview for what cannot be converted."""
        document = account.document(document_id)
        key = account.api_key, document_id
        if not document.convertible:
            raise NoPreview(f"document {document_id} has no preview: {document.problem}")
        known = self._previews.get(key)
        if known is not None:
            return known
        from fakefax import documents  # noqa: PLC0415 (with the first file)

        work = f"document {document_id} is rendered"
        try:
            picture = await self._at_bench(work, self._render, document, self._contents.get(key))
        except documents.NotConvertible as problem:
            raise NoPreview(f"document {document_id} has no preview: {problem}") from None
        still_there = account.documents.get(document_id) is document
        if still_there and key not in self._previews and self._used + len(picture) <= self._workshop.storage_limit:
            self._previews[key] = picture
            self._used += len(picture)
        return picture

    def _render(self, document: Document, content: bytes | None) -> bytes:
        from fakefax import documents  # noqa: PLC0415 (with the first file)

        if content is not None:
            return documents.first_page(content, document.filename)
        from fakefax.scenario.fake_data import letter  # noqa: PLC0415 (Faker is slow to load)

        text = letter(self._seed, f"document/{document.document_id}", document.pages)
        return documents.first_page(documents.write_pdf(text, document.pages, only=1), "letter.pdf")

    def _check_room(self, size: int) -> None:
        most, all_of_it = self._workshop.upload_limit, self._workshop.storage_limit
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
            document_id = self._workshop.ids.take()
            if not any(document_id in account.documents for account in self._accounts.values()):
                return document_id

    async def _at_bench(self, work: str, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what takes a processor in a thread, while simulated time waits for it."""
        with self._clock.hold(work):
            async with self._workshop.benches:
                done = await asyncio.to_thread(do, *args, **kwargs)
        if self._clock.closed:
            raise ClockClosed("this sandbox was reset or deleted while the file was worked on")
        return done


def _look_at(content: bytes, filename: str) -> "tuple[documents.Examined, str]":
    """What a file is, and what stands for its bytes."""
    from fakefax import documents  # noqa: PLC0415 (with the first file)

    return documents.examine(content, filename), hashlib.sha256(content).hexdigest()


def plain_name(filename: str) -> str:
    """The last part of whatever a program calls its file: a path is none of ours."""
    name = "".join(char for char in filename.replace("\\", "/").rpartition("/")[2] if char.isprintable())
    return name.strip()[-LONGEST_NAME:] or NAMELESS
