"""Files are looked at in processes with limits, whatever is in them, and no process is left over."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from fakefax.documents import FileLimits, NotConvertible
from fakefax.documents.limits import LEAST_MEMORY
from fakefax.documents.pool import Dropped, FilePool
from tests.documents import files, hostile

DEADLINE = 60.0
"""Real seconds after which a test that waits has failed; a busy machine may need many."""

LIMITS = FileLimits(pages=1000, seconds=20, memory=LEAST_MEMORY)

HASTY = LIMITS._replace(seconds=0.5)
"""For files that are ended by the clock: none of them has an end."""

FEEDS = b"\f" * (20 * 1024 * 1024)

MEMORY, PAGES, SIDE = "--file-memory", "--page-limit", "a side may have 65500"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "forms.pdf": (lambda: hostile.nested_forms(24), MEMORY),
    "states.pdf": (lambda: hostile.packed(b"q ", 40), MEMORY),
    "lines.pdf": (lambda: hostile.packed(b"0 0 m 600 700 l S ", 60), MEMORY),
    "directories.tif": (lambda: hostile.tiff(6000), PAGES),
    "tall.png": (lambda: hostile.png(1, 80_000_000), SIDE),
    "wide.png": (lambda: hostile.png(80_000_000, 1), SIDE),
    "colours.png": (lambda: hostile.png(8900, 8900, 16, 6), MEMORY),
    "feeds.txt": (lambda: FEEDS, PAGES),
    "lines.txt": (lambda: b"\nx" * (len(FEEDS) // 2), PAGES),
    "tabs.txt": (lambda: b"\t" * len(FEEDS), MEMORY),
}
"""Files, and the limit that each of them meets."""

DRAWN_FOR_EVER = {
    "tiling.pdf": hostile.tiling,
    "shadings.pdf": lambda: hostile.shadings(20_000),
}


async def test_the_memory_of_a_large_server_is_not_its_workers(pool: FilePool):
    """A worker is kept though the process that started it has been larger than a worker may be."""
    ballast = bytearray(os.urandom(1)) * (LIMITS.memory + 50 * 1024**2)
    for _ in range(2):
        assert (await within(pool.examine(1, files.pdf(2), "a.pdf"))).examined.pages == 2
    (first,) = pool.process_ids
    del ballast
    assert (await within(pool.examine(1, files.pdf(3), "a.pdf"))).examined.pages == 3
    assert pool.process_ids == [first]


@pytest.fixture
async def pool() -> AsyncIterator[FilePool]:
    opened = FilePool(LIMITS)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def used_pool() -> AsyncIterator[FilePool]:
    """One for many tests: to start its processes takes long."""
    opened = FilePool(LIMITS)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def hasty_pool() -> AsyncIterator[FilePool]:
    opened = FilePool(HASTY)
    yield opened
    await opened.close()


async def within(work: Any) -> Any:
    async with asyncio.timeout(DEADLINE):
        return await work


def is_alive(process_id: int) -> bool:
    """Whether there is such a process, and it is not one that has ended and waits to be noticed."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process_id}/stat")
    return not status.exists() or ") Z " not in status.read_text()


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not holds():
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.01)


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_file_that_costs_too_much_is_one_that_cannot_be_converted(used_pool, name):
    """For any damage of a file there is an answer in time, and the next file is examined as usual."""
    pool = used_pool
    content, limit = HOSTILE[name]
    looked = await within(pool.examine("a", content(), name))
    assert not looked.examined.convertible
    assert limit in looked.examined.problem
    assert (await within(pool.examine("a", files.pdf(3), "a.pdf"))).examined.pages == 3


@pytest.mark.parametrize("name", DRAWN_FOR_EVER)
async def test_a_page_that_is_drawn_for_ever_has_no_picture(used_pool, hasty_pool, name):
    """A drawing is ended by the clock; the file has been counted by then."""
    content = DRAWN_FOR_EVER[name]()
    assert (await within(used_pool.examine("a", content, name))).examined.pages == 1
    with pytest.raises(NotConvertible, match=r"^it takes longer than the 0\.5s that --file-timeout allows$"):
        await within(hasty_pool.picture("a", name, content, job="first_page", filename=name))


async def test_frames_that_share_one_strip_are_unpacked_one_at_a_time(used_pool):
    """Sixteen kilobytes of TIFF do not become gigabytes when they arrive as a fax."""
    pool, content = used_pool, hostile.shared_strip(60, 8900)
    assert len(content) < 30_000
    with pytest.raises(NotConvertible, match="--file-"):
        await within(pool.as_pdf("a", content, "a.tif"))
    pdf, pages = await within(pool.as_pdf("a", hostile.shared_strip(10, 400), "a.tif"))
    assert pages == 10
    assert (await within(pool.examine("a", pdf, "a.pdf"))).examined.pages == 10


async def test_a_sandbox_that_hangs_its_files_takes_nothing_from_another():
    """Ten drawings without an end in one sandbox leave a worker for the file of another one."""
    pool = FilePool(LIMITS._replace(seconds=DEADLINE * 2))
    hanging = [
        asyncio.create_task(pool.picture("bad", number, hostile.tiling(), job="first_page", filename="a.pdf"))
        for number in range(10)
    ]
    try:
        for _ in range(3):
            assert (await within(pool.examine("good", files.pdf(2), "a.pdf"))).examined.pages == 2
        pool.drop("bad")
        assert {type(error) for error in await within(asyncio.gather(*hanging, return_exceptions=True))} == {
            Dropped
        }
    finally:
        await pool.close()


async def test_a_closed_pool_leaves_no_process():
    """Workers are gone when the pool is closed, in the middle of a file too."""
    pool = FilePool(LIMITS._replace(seconds=DEADLINE * 2))
    drawing = asyncio.create_task(pool.picture("a", 1, hostile.tiling(), job="first_page", filename="a.pdf"))
    await within(pool.examine("a", files.pdf(1), "a.pdf"))
    await until(lambda: len(pool.process_ids) == 2)
    workers = pool.process_ids
    assert all(map(is_alive, workers))
    await within(pool.close())
    assert not any(map(is_alive, workers))
    with pytest.raises(Dropped):
        await drawing
    with pytest.raises(Dropped):
        await pool.examine("a", b"hello", "a.txt")


async def test_a_worker_that_was_ended_is_replaced(pool):
    """Somebody who ends all workers, as a system short of memory does, costs no file."""
    await within(pool.examine("a", b"hello", "a.txt"))
    (worker,) = pool.process_ids
    os.kill(worker, 9)
    await until(lambda: not is_alive(worker))
    assert (await within(pool.examine("a", files.pdf(2), "a.pdf"))).examined.pages == 2


async def test_a_task_that_is_cancelled_ends_its_worker():
    """A file whose reader has gone holds up nothing."""
    pool = FilePool(LIMITS._replace(seconds=DEADLINE * 2))
    drawing = asyncio.create_task(pool.picture("a", 1, hostile.tiling(), job="first_page", filename="a.pdf"))
    await until(lambda: pool.process_ids)
    (worker,) = pool.process_ids
    drawing.cancel()
    await until(lambda: not is_alive(worker))
    await pool.close()


async def test_patches_of_a_test_do_not_reach_the_workers(pool, monkeypatch, tmp_path):
    """A test that patches open, Popen, the environment and the current folder has its files looked at."""
    (tmp_path / "json.py").write_text("raise SystemExit('shadowed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with (
        mock.patch("builtins.open", side_effect=OSError),
        mock.patch("subprocess.Popen", side_effect=OSError),
        mock.patch("threading.Thread", side_effect=RuntimeError),
        mock.patch.object(sys, "path", [str(tmp_path), "", *sys.path]),
        mock.patch("os.getcwd", side_effect=FileNotFoundError),
    ):
        assert (await within(pool.examine("a", files.pdf(2), "a.pdf"))).examined.pages == 2


def test_a_worker_loads_little_before_its_first_file():
    """A process is started in a twentieth of a second: without asyncio, without the core, without the decoders."""
    code = "import fakefax.documents.worker, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.split()
    assert "fakefax.documents.worker" in loaded
    assert not {"asyncio", "msgspec", "fakefax.core", "PIL", "pypdfium2"} & set(loaded)


@pytest.mark.parametrize("executable", ["", "/bin/cat", "/does/not/exist"])
async def test_without_a_python_there_is_a_reason(pool, monkeypatch, executable):
    """A program that embeds Python, and cannot start one, gets the reason why its files cannot be converted."""
    monkeypatch.setattr(sys, "executable", executable)
    looked = await within(pool.examine("a", files.pdf(2), "a.pdf"))
    assert looked.examined.problem.startswith("files cannot be looked at: ")


SERVER = """
import asyncio, sys
from fakefax.documents.pool import FilePool
from fakefax.documents import FileLimits
from tests.documents import hostile

async def main():
    pool = FilePool(FileLimits(seconds=1000))
    drawing = asyncio.create_task(pool.picture("a", 1, hostile.tiling(), job="first_page", filename="a.pdf"))
    while len(pool.process_ids) < 2:
        await pool.examine("a", b"hello", "a.txt")
    print(*pool.process_ids, flush=True)
    await drawing

asyncio.run(main())
"""


def workers_of_a_killed_server() -> list[int]:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            return [int(word) for word in server.stdout.readline().split()]
        finally:
            server.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="the processes are looked for as POSIX does")
async def test_workers_end_with_a_server_that_is_killed():
    """After `kill -9` of the server its workers end too, also one that is drawing for ever."""
    workers = await asyncio.to_thread(workers_of_a_killed_server)
    assert len(workers) == 2
    with contextlib.suppress(TimeoutError):
        await until(lambda: not any(map(is_alive, workers)))
    assert not any(map(is_alive, workers))
