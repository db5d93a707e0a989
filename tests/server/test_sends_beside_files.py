"""Sends beside files that are hard to look at: all are answered, and with SOAK_SECONDS they are timed, too.

SOAK_SECONDS=60 python -m pytest -n 0 -s tests/server/test_sends_beside_files.py
"""

import itertools
import os
import threading
import urllib.error
import urllib.request

from fakefax.core.real_time import real_seconds
from tests.api.wire import KEY, QUERY
from tests.documents import files, hostile
from tests.processes import DEADLINE, Serving, serving

SECONDS = float(os.environ.get("SOAK_SECONDS", "0"))
UPLOADERS = 3
PAUSE = 0.01
"""Real seconds between two sends: enough for the files to be looked at, not for the machine to rest."""

P99 = 0.05
"""Real seconds within which 99 of 100 sends are to be answered, on a machine with nothing else to do."""


def hostile_files() -> dict[str, bytes]:
    return {
        "forms.pdf": hostile.nested_forms(24),
        "states.pdf": hostile.packed(b"q ", 40),
        "directories.tif": hostile.tiff(20_000),
        "tall.png": hostile.png(1, 80_000_000),
        "feeds.txt": b"\f" * 5_000_000,
        "right.pdf": files.pdf(3),
    }


def upload(server: Serving, name: str, content: bytes) -> int:
    """The status that an upload is answered with."""
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    request = urllib.request.Request(
        f"{server.url}/api/v2/files?api_key={KEY}",
        head + content + b"\r\n--b--\r\n",
        {"Content-Type": "multipart/form-data; boundary=b"},
    )
    try:
        with urllib.request.urlopen(request, timeout=8 * DEADLINE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_sends_are_answered_beside_hostile_files():
    """No send fails and no upload is a server error, as long as hostile files keep coming; then nothing is left."""
    statuses: list[int] = []
    spent: list[float] = []
    with serving(
        "--balance",
        "1000000",
        "--file-timeout",
        "1s",
        "--file-memory",
        "100MB",
        "--storage-limit",
        "4GB",
        "--log-format",
        "off",
    ) as server:
        until = real_seconds() + SECONDS
        turn = itertools.cycle(hostile_files().items())

        def keep_uploading() -> None:
            done = 0
            while done < 2 or real_seconds() < until:
                statuses.append(upload(server, *next(turn)))
                done += 1

        uploaders = [threading.Thread(target=keep_uploading) for _ in range(UPLOADERS)]
        for uploader in uploaders:
            uploader.start()
        while any(uploader.is_alive() for uploader in uploaders):
            began = real_seconds()
            assert server.ask(f"/api/v2/fax?{QUERY}")["status"] == "executed"
            spent.append(real_seconds() - began)
            uploaders[-1].join(PAUSE)
        assert len(statuses) >= 2 * UPLOADERS
        assert set(statuses) <= {200, 400, 413}
        assert upload(server, "right.pdf", files.pdf(3)) == 200
        assert server.end() == 0
    if SECONDS:
        p99 = sorted(spent)[len(spent) * 99 // 100]
        print(f"{len(spent):,} sends beside {len(statuses):,} files, p99 {p99 * 1000:.1f} ms")  # noqa: T201
        assert p99 < P99
