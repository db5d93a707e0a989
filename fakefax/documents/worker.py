"""The process that looks at files, one after another, with limits of memory and processor time.

`pool` starts it. It reads jobs from standard input and writes results to standard output, and ends when its input
ends, in the middle of a job too: so it never outlives its server, even one that was killed.
"""

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

from fakefax.documents.fax_sheet import FaxSheet, scan_pages
from fakefax.documents.frames import HELLO, read_frame, write_frame
from fakefax.documents.limits import FileLimits, NotConvertible
from fakefax.documents.preview import as_pdf, examine, fax_page, first_page
from fakefax.documents.writing import write_page

STACK = 512 * 1024
"""Bytes of the reading thread's stack, which counts for the limit of memory."""

SPARE_SECONDS = 2
"""Processor seconds beyond the limit of a job: the server ends a slow worker by its own clock, if it is alive."""

RETIRE_AT = 0.6
"""Part of the allowed memory at which a worker is replaced after a job, because libraries keep some of it."""

Result = tuple[dict[str, Any], bytes]


def main(memory: int) -> None:
    """Work until standard input ends. `memory` is the limit in bytes."""
    requests, results = _take_pipes()
    _limit_memory(memory)
    jobs: SimpleQueue[tuple[bytes, bytes]] = SimpleQueue()
    threading.stack_size(STACK)
    threading.Thread(target=_read, args=(requests, jobs), daemon=True).start()
    write_frame(results, HELLO)
    while True:
        head, content = jobs.get()
        fields = json.loads(head)
        limits = FileLimits(*fields.pop("limits"))
        _limit_processor_time(limits.seconds)
        try:
            answer, made = _JOBS[fields.pop("job")](content, limits, **fields)
        except NotConvertible as problem:
            answer, made = {"problem": str(problem)}, b""
        except MemoryError:
            answer, made = {"out_of_memory": True}, b""
        except Exception as error:  # a library can fail in every way there is
            answer, made = {"problem": f"the file is broken: {type(error).__name__}: {error}"}, b""
        content = b""
        answer["retire"] = _peak_memory() > memory * RETIRE_AT
        write_frame(results, json.dumps(answer).encode(), made)


def _examine(content: bytes, limits: FileLimits, filename: str) -> Result:
    examined = examine(content, filename, limits)
    digest = sha256(content).hexdigest()
    return {"pages": examined.pages, "why": examined.problem, "digest": digest}, b""


def _first_page(content: bytes, limits: FileLimits, filename: str) -> Result:
    return {}, first_page(content, filename, limits)


def _fax_page(content: bytes, limits: FileLimits, filename: str, number: int) -> Result:
    return {}, fax_page(content, filename, number, limits)


def _as_pdf(content: bytes, limits: FileLimits, filename: str) -> Result:
    pdf, pages = as_pdf(content, filename, limits)
    return {"pages": pages}, pdf


def _first_page_of_letter(_: bytes, limits: FileLimits, paragraphs: list[str], pages: int) -> Result:
    return {}, first_page(write_page(paragraphs, pages, 1), "letter.pdf", limits)


def _fax_page_of_letter(_: bytes, limits: FileLimits, paragraphs: list[str], pages: int, number: int) -> Result:
    return {}, fax_page(write_page(paragraphs, pages, number), "letter.pdf", 1, limits)


def _fax_sheet(
    text: bytes, _: FileLimits, sheet: dict[str, Any], pages: int | None, first: int, count: int
) -> Result:
    total, scanned = scan_pages(FaxSheet(**sheet, paragraphs=text.decode().split("\n\n")), pages, first, count)
    return {"pages": total, "sizes": [len(picture) for picture in scanned]}, b"".join(scanned)


_JOBS: dict[str, Callable[..., Result]] = {
    "examine": _examine,
    "first_page": _first_page,
    "fax_page": _fax_page,
    "as_pdf": _as_pdf,
    "fax_sheet": _fax_sheet,
    "first_page_of_letter": _first_page_of_letter,
    "fax_page_of_letter": _fax_page_of_letter,
}


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output, for frames only: a library that prints must not break one."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415

        for number in (0, 1):
            msvcrt.setmode(number, os.O_BINARY)
    requests, results = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nothing, number)
    return os.fdopen(requests, "rb"), os.fdopen(results, "wb")


def _read(requests: BinaryIO, jobs: "SimpleQueue[tuple[bytes, bytes]]") -> None:
    """Hand over what comes, and end the process with its input, whatever it is doing."""
    with contextlib.suppress(BaseException):
        while (frame := read_frame(requests)) is not None:
            jobs.put(frame)
            del frame
    os._exit(0)


def _limit_memory(memory: int) -> None:
    """Let the system refuse more memory than this, where it can; and no dumps of a crashed decoder's memory."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 (not on Windows)

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _limit_processor_time(seconds: float) -> None:
    """End this process when a job takes more processor time than this, even if its server cannot."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 (not on Windows)

        used = resource.getrusage(resource.RUSAGE_SELF)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        limit = int(used.ru_utime + used.ru_stime + seconds) + SPARE_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _peak_memory() -> int:
    """Bytes; 0 where the system does not say it as Linux does.

    Not `ru_maxrss`: a process has that from the one that started it, which may be a large server.
    """
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
