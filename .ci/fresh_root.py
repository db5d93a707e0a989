#!/usr/bin/env python3
"""Execute the Dockerfile without a container engine: each stage in a fresh Debian root, by debootstrap and chroot.

usage: fresh_root.py [--mirror URL] [--root FOLDER]     as root, on Debian or Ubuntu with debootstrap

The base python:3.13-slim cannot be had here. Its stand-in is Debian 13 with its Python 3.13, without bytecode, as
the base is. What is executed is read from the Dockerfile: COPY, RUN, ENV, WORKDIR, USER, HEALTHCHECK, ENTRYPOINT
and CMD. The last stage is run as its user, in a root that is mounted read-only, without any capability, as the
first process. Then its health check must say that it is ready, also on another port, and SIGTERM must end it within
a second.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
LOOPBACK = """
import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14s", b"lo", 1, b""))  # SIOCSIFFLAGS, IFF_UP
"""
READY_WITHIN, END_WITHIN = 20.0, 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mirror", default="http://deb.debian.org/debian")
    parser.add_argument("--root", type=Path, help="a fresh root that is there already, to save its minute")
    chosen = parser.parse_args()
    if os.geteuid() or (not shutil.which("debootstrap") and chosen.root is None):
        sys.exit("skipped: this needs root and debootstrap")
    with tempfile.TemporaryDirectory(prefix="fakefax-root-") as place:
        base = chosen.root or debootstrap(Path(place) / "base", chosen.mirror)
        image = build(base, Path(place))
        print(f"== the image holds {size(image.root / 'opt')} in /opt beside its base")
        check(image, [], 8080)
        check(image, ["serve", "--port", "9000", "--tls"], 9000)
    print("== the Dockerfile was executed")


def debootstrap(root: Path, mirror: str) -> Path:
    packages = "--include=python3,python3-venv,ca-certificates"
    subprocess.run(["debootstrap", "--variant=minbase", packages, "trixie", root, mirror], check=True)
    return root


class Stage:
    """A root, and what its Dockerfile has said so far of the processes in it."""

    def __init__(self, base: Path, root: Path) -> None:
        self.root = root
        subprocess.run(["cp", "-a", f"{base}/.", self._made(root)], check=True)
        python = root / "usr/local/bin/python"
        if not python.exists():
            python.symlink_to("/usr/bin/python3")
        subprocess.run(["find", root / "usr/lib", "-name", "*.pyc", "-delete"], check=True)
        for name in ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"):  # the way to PyPI
            if Path("/", name).exists():
                shutil.copyfile(Path("/", name), root / name)
        self.environment = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/root"}
        self.folder, self.user = "/", "0"
        self.health: list[str] = []
        self.entry: list[str] = []
        self.command: list[str] = []

    @staticmethod
    def _made(folder: Path) -> Path:
        folder.mkdir(parents=True)
        return folder

    def run(self, command: list[str], user: str = "0", **options: str) -> None:
        variables = [f"{name}={value}" for name, value in {**self.environment, **options}.items()]
        inside = f"cd {shlex.quote(self.folder)} && exec {shlex.join(command)}"
        chroot = ["chroot", f"--userspec={user}:0", self.root, "env", "-i", *variables, "sh", "-c", inside]
        subprocess.run(chroot, check=True)


def build(base: Path, place: Path) -> Stage:
    """The last stage, built."""
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for word, rest in instructions((CHECKOUT / "Dockerfile").read_text(encoding="utf-8")):
        if word not in ("ARG", "LABEL", "EXPOSE"):
            print(f"== {word} {' '.join(rest.split())}", flush=True)
        if word == "FROM":
            name = rest.partition(" AS ")[2] or "last"
            stage = stages[name] = Stage(base, place / name)
        elif stage is not None:
            carry_out(stage, stages, word, rest)
    assert stage is not None
    return stage


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile: the word, and all that follows it as one line."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = lines.replace("\\\n", " ")
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line.strip())]


def carry_out(stage: Stage, stages: dict[str, Stage], word: str, rest: str) -> None:
    if word == "COPY":
        copy(stage, stages, rest)
    elif word == "RUN":
        pip = {name: os.environ[name] for name in ("PIP_CERT", "PIP_INDEX_URL") if name in os.environ}
        stage.run(["sh", "-c", rest], **pip)
    elif word == "ENV":
        for pair in shlex.split(rest):
            name, _, value = pair.partition("=")
            stage.environment[name] = re.sub(r"\$(\w+)", lambda found: stage.environment[found[1]], value)
    elif word == "WORKDIR":
        stage.folder = rest
        (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
    elif word not in ("ARG", "LABEL", "EXPOSE"):
        note(stage, word, rest)


def note(stage: Stage, word: str, rest: str) -> None:
    """What counts only when the image is run."""
    if word == "USER":
        stage.user = rest
    elif word == "HEALTHCHECK":
        stage.health = json.loads(rest.partition("CMD ")[2])
    elif word == "ENTRYPOINT":
        stage.entry = json.loads(rest)
    elif word == "CMD":
        stage.command = json.loads(rest)
    else:
        sys.exit(f"fresh_root.py does not know {word}")


def copy(stage: Stage, stages: dict[str, Stage], rest: str) -> None:
    *sources, target = rest.split()
    origin = CHECKOUT
    if sources[0].startswith("--from="):
        origin = stages[sources.pop(0).removeprefix("--from=")].root
    for source in sources:
        found = origin / source.lstrip("/")
        to = stage.root / (target.lstrip("/") if target.startswith("/") else f"{stage.folder}/{target}".lstrip("/"))
        to.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", *(["-T"] if found.is_dir() else []), found, to], check=True)


def check(image: Stage, command: list[str], port: int) -> None:
    """Run the image; its health check says ready; nothing can be written; SIGTERM ends it within a second."""
    words = [*image.entry, *(command or image.command)]
    print(f"== run: {shlex.join(words)}, as {image.user}, read-only", flush=True)
    with Running(image, words) as running:
        running.wait_until_ready()
        answer = running.inside(["fakefax", "readyz"])
        print(answer.stdout.strip(), flush=True)
        assert f":{port}\n" in answer.stdout, answer
        assert running.inside(["sh", "-c", "echo > /scenarios/x"]).returncode != 0, "the root can be written"
        if "--tls" in words:
            shown = running.inside(["sh", "-c", "ls -l /tls/private && cat /tls/authority.pem | head -n 1"])
            print(shown.stdout.strip())
            assert "-rw-------" in shown.stdout, shown
        print(f"== it ended {running.end():.2f} s after SIGTERM, with status 0")


class Running:
    """The image in name spaces of its own: mounts, a loopback network, process ids of which it is the first."""

    def __init__(self, image: Stage, words: list[str]) -> None:
        self._image = image
        self._words = words

    def _program(self, words: list[str]) -> list[str]:
        variables = [f"{name}={value}" for name, value in self._image.environment.items()]
        return ["env", "-i", *variables, "sh", "-c", f"cd {self._image.folder} && exec {shlex.join(words)}"]

    def __enter__(self) -> "Running":
        root = shlex.quote(str(self._image.root))
        loopback = shlex.join([sys.executable, "-c", LOOPBACK])
        prepare = (
            f"{loopback} && mount --bind {root} {root} && mount -o remount,ro,bind {root} && "
            f"mount -t proc proc {root}/proc && "
            f"mount -t tmpfs -o mode=0775,uid={self._image.user} tmpfs {root}/tls && "
            f"exec {shlex.join(self._enter(self._words))}"
        )
        spaces = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
        self._process = subprocess.Popen(
            [*spaces, "sh", "-ec", prepare],
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def _enter(self, words: list[str]) -> list[str]:
        """In the root, as its user, without a capability left or to be had."""
        user = ["setpriv", f"--reuid={self._image.user}", "--regid=0", "--clear-groups"]
        nothing = ["--bounding-set=-all", "--no-new-privs"]
        return ["chroot", str(self._image.root), *user, *nothing, *self._program(words)]

    def _pid(self) -> int:
        """The process id of the program, as it is seen from outside."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text(encoding="ascii")
        return int(children.split()[0])

    def inside(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """A command beside the program, as `docker exec` would run it."""
        enter = ["nsenter", "--mount", "--net", "--pid", "--target", str(self._pid())]
        return subprocess.run([*enter, *self._enter(words)], capture_output=True, text=True, check=False)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        while not children.read_text(encoding="ascii") and time.monotonic() < deadline:
            time.sleep(0.01)
        while (answer := self.inside(self._image.health)).returncode:
            if time.monotonic() > deadline or self._process.poll() is not None:
                sys.exit(f"not ready within {READY_WITHIN:g} s: {answer}")

    def end(self) -> float:
        """Send SIGTERM; the seconds that it took to end with status 0."""
        began = time.monotonic()
        os.kill(self._pid(), signal.SIGTERM)
        status = self._process.wait(END_WITHIN)
        assert status == 0, status
        return time.monotonic() - began

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def size(folder: Path) -> str:
    return subprocess.run(["du", "-sh", folder], capture_output=True, text=True, check=True).stdout.split()[0]


if __name__ == "__main__":
    main()
