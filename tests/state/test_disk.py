"""A disk without room for more, as a process has it."""

import json
import urllib.error
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Serving, serving

resource = pytest.importorskip("resource", reason="Windows has no limits for the files of a process")
SEND = "/api/v2/fax?api_key=f@x2r0ckkz&fax_number=%2B1234567{:02}&document_id=10"


def answer_of(server: Serving, path: str) -> tuple[int, Any]:
    try:
        return 200, server.ask(path)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def limit_files(server: Serving, size: int) -> None:
    """Let the process write to no file beyond so many bytes."""
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="prlimit is of Linux")
def test_a_full_disk_loses_nothing(tmp_path: Path):
    """Every fax that was answered 200 is there after kill -9, and no other; with room it goes on by itself."""
    file, accepted, refused = tmp_path / "state.db", [], []
    with serving("--state", str(file), "--rate", "0") as server:
        assert answer_of(server, SEND.format(0))[0] == 200
        limit_files(server, (tmp_path / "state.db-wal").stat().st_size + 100_000)
        for number in range(1, 40):
            status, answer = answer_of(server, SEND.format(number))
            if status == 200:
                accepted.append(answer["fax_job_id"])
            else:
                refused.append(status)
        assert accepted
        assert set(refused) == {500}
        assert answer_of(server, "/_fakefax/readyz")[0] == 503
        assert [fax["fax_job_id"] for fax in server.ask("/_fakefax/faxes")["faxes"]] == [200, *accepted]
        limit_files(server, resource.RLIM_INFINITY)
        while answer_of(server, "/_fakefax/readyz")[0] != 200:
            pass
        accepted.append(server.ask(SEND.format(50))["fax_job_id"])
        server.process.kill()
        server.process.wait()
    with serving("--state", str(file)) as server:
        assert [fax["fax_job_id"] for fax in server.ask("/_fakefax/faxes")["faxes"]] == [200, *accepted]
        books = server.ask("/_fakefax/audit")
        assert (books["ok"], books["entries"]) == (True, 1 + len(accepted))
