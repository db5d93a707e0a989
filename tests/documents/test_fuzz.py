"""Mutated files: whatever is broken in one, it is answered in time, no worker is left over, and the server goes on.

The mutations come from a seed. `FAKEFAX_FUZZ=600 pytest tests/documents/test_fuzz.py` goes on for so many seconds.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from itertools import count

from fakefax.core.randomness import RandomChoices
from fakefax.core.real_time import real_seconds
from fakefax.documents import FileLimits, NotConvertible
from fakefax.documents.pool import FilePool
from tests.documents import files, hostile
from tests.documents.test_pool import is_alive

SECONDS = float(os.environ.get("FAKEFAX_FUZZ", "2"))
LIMITS = FileLimits(seconds=2, memory=160 * 1024**2)
LONGEST = 60.0
"""Real seconds for one file on a busy machine: its limit is two, and a process may have to be started."""

CORPUS = {
    "a.pdf": [files.pdf(2), hostile.nested_forms(3), hostile.tiling(b"5"), hostile.shadings(2)],
    "a.tif": [files.picture("TIFF", frames=3), hostile.tiff(4), hostile.shared_strip(2, 64)],
    "a.png": [files.picture("PNG"), hostile.png(40, 30, 16, 6)],
    "a.jpg": [files.picture("JPEG")],
    "a.gif": [files.picture("GIF", frames=2, mode="P")],
    "a.docx": [files.docx("<Properties><Pages>3</Pages></Properties>")],
    "a.odt": [files.odt("<meta><document-statistic page-count='3'/></meta>")],
    "a.txt": ["Grüße\f\r\n\tx".encode() * 30, "Grüße".encode("utf-16")],
}
JOBS = ("examine", "as_pdf", "first_page", "fax_page")


def mutated(random: RandomChoices, content: bytes, other: bytes) -> bytes:
    """A file with some of its bytes changed, doubled, taken out, or replaced by those of another one."""
    made = bytearray(content)
    for _ in range(random.one_of((1, 1, 2, 5, 20))):
        at = random.one_of(range(len(made) or 1))
        length = random.one_of((1, 1, 2, 4, 16, 200))
        match random.one_of(range(6)):
            case 0:
                made[at : at + length] = bytes(random.one_of(range(256)) for _ in range(length))
            case 1:
                made[at : at + length] = b""
            case 2:
                made[at:at] = made[at : at + length] * random.one_of((1, 3, 50))
            case 3:
                made[at : at + length] = other[at : at + length]
            case 4:
                made[at : at + 4] = random.one_of((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"9999"))
            case _:
                del made[max(at, 1) :]
    return bytes(made)


def mutations() -> Iterator[tuple[str, str, bytes]]:
    """A job, a name and a file, on and on; the same each time."""
    every = [content for contents in CORPUS.values() for content in contents]
    for number in count():
        random = RandomChoices(7, f"file {number}")
        name = random.one_of(tuple(CORPUS))
        content = mutated(random, random.one_of(CORPUS[name]), random.one_of(every))
        yield JOBS[number % len(JOBS)], name, content


async def look(pool: FilePool, number: int, job: str, name: str, content: bytes) -> None:
    """One job, which has an answer or a reason."""
    try:
        if job == "examine":
            examined = (await pool.examine("fuzz", content, name)).examined
            assert examined.pages >= 1
        elif job == "as_pdf":
            pdf, pages = await pool.as_pdf("fuzz", content, name)
            assert pdf
            assert pages >= 1
        else:
            fields = {"number": 1} if job == "fax_page" else {}
            assert await pool.picture("fuzz", number, content, job=job, filename=name, **fields)
    except NotConvertible as problem:
        if not str(problem):
            raise


async def test_mutated_files():
    """Each of them is examined, made a PDF, or drawn, or a reason is given; a whole file is looked at as usual."""
    pool = FilePool(LIMITS)
    ends = real_seconds() + SECONDS
    workers: set[int] = set()
    try:
        for number, (job, name, content) in enumerate(mutations()):
            async with asyncio.timeout(LONGEST):
                await look(pool, number, job, name, content)
            workers.update(pool.process_ids)
            if real_seconds() > ends:
                break
        async with asyncio.timeout(LONGEST):
            assert (await pool.examine("fuzz", files.pdf(3), "a.pdf")).examined.pages == 3
        workers.update(pool.process_ids)
    finally:
        await pool.close()
    sys.stdout.write(f"{number + 1} files, {len(workers)} workers\n")
    assert number > 3
    assert not any(map(is_alive, workers))
