"""A disk that is full, read-only or gone while the server runs: what was answered is there, and nothing else."""

import json
import os
import shutil
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Serving, serving

resource = pytest.importorskip("resource", reason="Windows has no limits for the files of a process")
SEND = "/api/v2/fax?api_key=f@x2r0ckkz&fax_number=%2B1234567{:02}&document_id=10"

needs_mount = pytest.mark.skipif(
    os.environ.get("FAKEFAX_MOUNT") != "on" or sys.platform != "linux",
    reason="it mounts a disk of its own, which root may with FAKEFAX_MOUNT=on",
)


def answer_of(server: Serving, path: str) -> tuple[int, Any]:
    try:
        return 200, server.ask(path)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def limit_files(server: Serving, size: int) -> None:
    """Let the process write to no file beyond so many bytes."""
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextmanager
def mounted(folder: Path, *arguments: str) -> Iterator[Path]:
    """A disk of its own in a folder."""
    folder.mkdir(exist_ok=True)
    run("mount", *arguments, str(folder))
    try:
        yield folder
    finally:
        run("umount", str(folder))


def run(*command: str, status: int = 0) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == status, done
    return done.stdout


TWO_MEGABYTES = ("-t", "tmpfs", "-o", "size=2m", "none")


class Faxes:
    """The faxes that a server has accepted, as its client counts them."""

    def __init__(self) -> None:
        self.accepted: list[int] = []
        self.refused = 0

    def send(self, server: Serving, number: int) -> bool:
        status, answer = answer_of(server, SEND.format(number))
        if status == 200:
            self.accepted.append(answer["fax_job_id"])
            return True
        assert status == 500
        self.refused += 1
        return False

    def recover(self, server: Serving) -> None:
        """It goes on by itself, and has what was accepted."""
        while answer_of(server, "/_fakefax/readyz")[0] != 200:
            pass
        assert self.send(server, 50)
        self.check(server)

    def check(self, server: Serving) -> None:
        assert [fax["fax_job_id"] for fax in server.ask("/_fakefax/faxes")["faxes"]] == self.accepted
        books = server.ask("/_fakefax/audit")
        assert (books["ok"], books["entries"]) == (True, len(self.accepted))

    def check_refusing(self, server: Serving, told: str) -> None:
        """A server that cannot write says why, has no other fax, and accepts none."""
        assert self.refused
        status, answer = answer_of(server, "/_fakefax/readyz")
        assert status == 503
        assert told in answer["message"]
        assert [fax["fax_job_id"] for fax in server.ask("/_fakefax/faxes")["faxes"]] == self.accepted


def killed(server: Serving) -> None:
    server.process.kill()
    server.process.wait()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="prlimit is of Linux")
def test_a_full_disk_loses_nothing(tmp_path: Path):
    """Every fax that was answered 200 is there after kill -9, and no other; with room it goes on by itself."""
    file, faxes = tmp_path / "state.db", Faxes()
    with serving("--state", str(file), "--rate", "0") as server:
        assert faxes.send(server, 0)
        limit_files(server, (tmp_path / "state.db-wal").stat().st_size + 100_000)
        for number in range(1, 40):
            faxes.send(server, number)
        assert len(faxes.accepted) > 1
        faxes.check_refusing(server, "cannot be written")
        limit_files(server, resource.RLIM_INFINITY)
        faxes.recover(server)
        killed(server)
    with serving("--state", str(file)) as server:
        faxes.check(server)


def moved_folder(file: Path) -> None:
    file.parent.rename(file.parent.with_name("elsewhere"))


def moved_back(file: Path) -> None:
    file.parent.with_name("elsewhere").rename(file.parent)


def moved_file(file: Path) -> None:
    file.rename(file.with_name("elsewhere.db"))


def file_moved_back(file: Path) -> None:
    file.with_name("elsewhere.db").rename(file)


@pytest.mark.parametrize(("go", "come_back"), [(moved_file, file_moved_back), (moved_folder, moved_back)])
def test_a_file_that_goes_away_is_told_of(tmp_path: Path, go, come_back):
    """Without its file or the folder of it the server accepts nothing; put back, it goes on by itself."""
    file, faxes = tmp_path / "state" / "state.db", Faxes()
    file.parent.mkdir()
    with serving("--state", str(file), "--rate", "0") as server:
        assert faxes.send(server, 0)
        go(file)
        assert not faxes.send(server, 1)
        faxes.check_refusing(server, "is gone")
        come_back(file)
        faxes.recover(server)
        killed(server)
    with serving("--state", str(file)) as server:
        faxes.check(server)


@pytest.mark.parametrize("gone", [Path.unlink, lambda file: shutil.rmtree(file.parent)], ids=["file", "folder"])
def test_a_file_that_was_deleted_is_told_of(tmp_path: Path, gone):
    """A fax is not accepted into a file that nobody can open again; the server ends when it is told to."""
    file, faxes = tmp_path / "state" / "state.db", Faxes()
    file.parent.mkdir()
    with serving("--state", str(file), "--rate", "0") as server:
        assert faxes.send(server, 0)
        gone(file)
        assert not faxes.send(server, 1)
        faxes.check_refusing(server, "is gone")
        assert server.end() == 0


@needs_mount
def test_a_real_disk_that_is_full(tmp_path: Path):
    """As above, with a disk of two megabytes: full, with room again, and after kill -9."""
    faxes = Faxes()
    with mounted(tmp_path / "disk", *TWO_MEGABYTES) as folder:
        file, other = folder / "state.db", folder / "other"
        with serving("--state", str(file), "--rate", "0") as server:
            assert faxes.send(server, 0)
            free = shutil.disk_usage(folder).free
            other.write_bytes(b"x" * (free - 200_000))
            for number in range(1, 40):
                faxes.send(server, number)
            assert len(faxes.accepted) > 1
            faxes.check_refusing(server, "full")
            other.unlink()
            faxes.recover(server)
            killed(server)
        with serving("--state", str(file)) as server:
            faxes.check(server)


@needs_mount
def test_a_real_disk_that_fills_while_faxes_are_sent(tmp_path: Path):
    """Sends fill it themselves; a server that is killed then starts elsewhere from what was answered."""
    faxes = Faxes()
    with mounted(tmp_path / "disk", *TWO_MEGABYTES) as folder:
        file = folder / "state.db"
        with serving("--state", str(file), "--rate", "0") as server:
            number = 0
            while faxes.send(server, number % 100):
                number += 1
            faxes.check_refusing(server, "full")
            killed(server)
        whole = tmp_path / "whole"
        shutil.copytree(folder, whole)  # with no room at all SQLite cannot even bring its log into the file
        with serving("--state", str(whole / "state.db")) as server:
            faxes.check(server)


@needs_mount
def test_a_real_disk_that_becomes_read_only(tmp_path: Path):
    """After an error of the disk the kernel allows no writes: nothing is accepted, and what was is on the disk."""
    faxes, image, folder = Faxes(), tmp_path / "disk.img", tmp_path / "disk"
    image.write_bytes(bytes(16 * 1024 * 1024))
    run("mkfs.ext4", "-q", str(image))
    options = ["--state", str(folder / "state.db"), "--state-sync", "full", "--rate", "0"]
    with mounted(folder, "-o", "loop,errors=remount-ro", str(image)), serving(*options) as server:
        for number in range(5):
            assert faxes.send(server, number)
        device = Path(run("findmnt", "--noheadings", "--output", "SOURCE", str(folder)).strip()).name
        Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("1")
        assert not faxes.send(server, 6)
        faxes.check_refusing(server, "state.db")
        killed(server)
    run("e2fsck", "-p", str(image), status=1)
    with mounted(folder, "-o", "loop", str(image)), serving(*options) as server:
        faxes.check(server)
        assert faxes.send(server, 7)
