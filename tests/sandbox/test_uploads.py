"""The documents of a sandbox: kept within limits, worked on while time waits, gone when they are deleted."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fakefax.callbacks.client import CallbackClient
from fakefax.core.clock import ClockClosed
from fakefax.core.errors import FileTooLarge, NoPreview, NotEnoughBalance, StorageFull, UnknownDocument
from fakefax.core.ids import FaxJobIds
from fakefax.documents.pool import FilePool
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices
from fakefax.sandbox.uploads import FileServices, Upload, plain_name
from fakefax.scenario.loader import parse_scenario
from tests.documents import files

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
STORY = """
clock: {rate: 0, start: 2026-01-05T09:00:00Z}
accounts:
  - {api_key: a, balance: 1, documents: [{id: 10, filename: a.pdf}, {id: 101}, {id: 12, convertible: false}]}
  - {api_key: b}
"""


Open = Callable[..., Sandbox]


@pytest.fixture
async def sandbox(shared_pool: FilePool) -> AsyncIterator[Open]:
    """Opens sandboxes with file services of these options; the workers of a pool given are ended afterwards."""
    pools: list[FilePool] = []

    def open_sandbox(pool: FilePool | None = None, **limits: Any) -> Sandbox:
        scenario = parse_scenario(STORY, "story.yaml")
        if pool is not None:
            pools.append(pool)
        files = FileServices(**limits, pool=pool or shared_pool)
        return Sandbox(scenario, SharedServices(CallbackClient(), FaxJobIds(), START, files=files))

    yield open_sandbox
    for pool in pools:
        await pool.close()


@pytest.fixture
def rig(sandbox: Open) -> Sandbox:
    return sandbox()


def file(size: int = 0, name: str = "a.pdf") -> Upload:
    content = files.pdf(3)
    return Upload(name, content.ljust(size, b"\n") if size else content)


async def test_an_upload_becomes_a_document_of_its_account(rig):
    """A file is counted, dated in simulated time, and belongs to the account that uploaded it."""
    account = rig.first_account
    document = await rig.documents.upload(account, file(name="C:\\faxes\\May/Invoice May.pdf"))
    assert (document.filename, document.pages, document.size) == ("Invoice May.pdf", 3, len(files.pdf(3)))
    assert (document.uploaded_at, document.convertible) == (START, True)
    assert account.documents[document.document_id] is document
    assert document.document_id not in rig.accounts["b"].documents


async def test_ids_rise_and_pass_over_those_of_the_scenario(rig):
    """Uploads are 100, 102, 103 when the scenario has a document 101; another sandbox goes on from there."""
    ids = [(await rig.documents.upload(rig.first_account, file())).document_id for _ in range(3)]
    assert ids == [100, 102, 103]


async def test_time_waits_for_a_file_that_is_worked_on(rig):
    """An advance does not pass over an upload: what it starts happens first."""
    upload = asyncio.create_task(rig.documents.upload(rig.first_account, file()))
    while not rig.clock.holds:
        await asyncio.wait([upload], timeout=0)
    assert rig.clock.holds == ["file 'a.pdf' is examined"]
    await rig.clock.advance(timedelta(hours=1))
    assert (await upload).uploaded_at == START
    assert rig.clock.holds == []


async def test_files_keep_to_their_limits(sandbox):
    """A file of the limit is taken, one byte more is not; all together keep to a limit of their own."""
    rig = sandbox(upload_limit=4000, storage_limit=10_000)
    account = rig.first_account
    with pytest.raises(FileTooLarge, match=r"^the file has 4001 bytes; --upload-limit is 4000 bytes$"):
        await rig.documents.upload(account, file(4001))
    first = await rig.documents.upload(account, file(4000))
    await rig.documents.upload(account, file(4000))
    with pytest.raises(
        StorageFull, match=r"^the file has 2001 bytes, and 2000 are left of --storage-limit 10000 b"
    ):
        await rig.documents.upload(account, Upload("b.txt", b"x" * 2001))
    await rig.documents.upload(account, Upload("b.txt", b"x" * 2000))
    rig.documents.delete(account, first.document_id)
    await rig.documents.upload(account, file(4000))
    assert len(account.documents) == 3 + 3


async def test_many_uploads_at_once_keep_to_the_limit_too(sandbox):
    """Files that arrive together do not slip past the limit while they are looked at."""
    rig = sandbox(storage_limit=10_000)
    uploads = [rig.documents.upload(rig.first_account, file(3000)) for _ in range(5)]
    done = await asyncio.gather(*uploads, return_exceptions=True)
    assert [type(result).__name__ for result in done] == ["Document"] * 3 + ["StorageFull"] * 2


async def test_a_file_sent_in_one_step_leaves_nothing_when_the_fax_is_refused(rig):
    """When the balance does not cover the fax, its file is not kept, and its room is free again."""
    account = rig.first_account
    before = dict(account.documents)
    for _ in range(100):
        with pytest.raises(NotEnoughBalance):
            await rig.send_file(account, "+123456789", Upload("long.txt", b"\f" * 100))
    assert account.documents == before
    assert rig.journal.entries(kind="file") == []
    job = await rig.send_file(account, "+123456789", Upload("short.txt", b"hello"))
    assert account.document(job.document_id).filename == "short.txt"


async def test_a_document_is_deleted_after_its_fax(rig):
    """With delete_file the document stays until the fax has ended, and is gone then."""
    account = rig.first_account
    job = await rig.send_file(account, "+123456789", file(), delete_file=True)
    assert job.document_id in account.documents
    await rig.clock.advance(timedelta(minutes=1))
    assert job.document_id not in account.documents
    assert [entry.message for entry in rig.journal.entries(kind="file.deleted")] == [
        f"document {job.document_id} deleted: fax {job.fax_job_id} was sent with delete_file"
    ]


async def test_a_document_is_deleted_after_a_fax_that_failed_too(rig):
    """delete_file is about the end of the fax, whatever that is."""
    account = rig.first_account
    job = rig.send(account, "+123456789", 12, delete_file=True)
    await rig.clock.advance(timedelta(minutes=1))
    assert (job.status, 12 in account.documents) == ("failed", False)


async def test_deleting_a_document_hurts_no_fax(rig):
    """A fax under way ends as planned, and the books stay right."""
    account = rig.first_account
    job = rig.send(account, "+123456789", 10, delete_file=True)
    rig.documents.delete(account, 10)
    with pytest.raises(UnknownDocument, match=r"^this key has no document 10; it has: 12, 101$"):
        rig.documents.delete(account, 10)
    await rig.clock.advance(timedelta(minutes=1))
    assert job.status == "success"
    assert rig.audit(account).ok


async def test_a_preview_is_made_of_whatever_there_is(rig, sandbox):
    """An upload shows its first page; a document of the scenario a made-up letter, the same each time."""
    account = rig.first_account
    document = await rig.documents.upload(account, file())
    for document_id in (document.document_id, 10):
        picture = await rig.documents.preview(account, document_id)
        assert picture.startswith(b"\xff\xd8\xff")
        assert await rig.documents.preview(account, document_id) is picture
    assert await sandbox().documents.preview(account, 10) == picture


async def test_an_inconvertible_file_has_no_preview(rig):
    """The refusal says why, for an upload and for a document of the scenario."""
    account = rig.first_account
    document = await rig.documents.upload(account, Upload("a.pdf", files.TRUNCATED))
    assert (document.convertible, document.pages) == (False, 1)
    with pytest.raises(NoPreview, match=r"^document 100 has no preview: the PDF is cut off: its end is missing$"):
        await rig.documents.preview(account, document.document_id)
    with pytest.raises(NoPreview, match=r"^document 12 has no preview: the scenario says that it cannot be conver"):
        await rig.documents.preview(account, 12)


async def test_a_reset_ends_the_work_on_a_file(rig):
    """A file that is looked at when its sandbox ends does not come up in the next one."""
    upload = asyncio.create_task(rig.documents.upload(rig.first_account, file()))
    while not rig.clock.holds:
        await asyncio.wait([upload], timeout=0)
    await rig.close()
    with pytest.raises(ClockClosed, match=r"^this sandbox was reset or deleted while the file was worked on$"):
        await upload


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("a.pdf", "a.pdf"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\a b.pdf", "a b.pdf"),
        ("../..", ".."),
        ("a\x00\r\n.pdf", "a.pdf"),
        ("", "document"),
        ("/", "document"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("Größe \udcff.pdf", "Größe .pdf"),
    ],
)
def test_a_file_name_is_only_a_name(filename, name):
    """Paths, control characters and bytes that are not text are removed."""
    assert plain_name(filename) == name


def test_nothing_heavy_is_loaded_before_there_is_a_file():
    """A server starts without the libraries for PDFs, pictures and made-up letters."""
    code = (
        "import sys, fakefax.server;"
        "print([name for name in ('PIL', 'pypdfium2', 'reportlab', 'faker') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout.strip() == b"[]"
