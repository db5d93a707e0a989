"""Gets the peers: each into a folder of its own under benchmarks/.peers, with the versions named in its file."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.peer import Peer

HOME = Path(__file__).parent / ".peers"
INSTALL_WITHIN = 600
"""Real seconds."""


def home(slug: str) -> Path:
    """Where a peer is installed."""
    return HOME / slug


def python_of(slug: str) -> str:
    """The Python that a peer from PyPI runs on."""
    return str(home(slug) / "bin" / "python")


def script_of(slug: str, name: str) -> str:
    """A command of a peer from npm."""
    return str(home(slug) / "node_modules" / ".bin" / name)


def install(peer: Peer) -> str | None:
    """Get a peer unless it is there; why it cannot be had, or None."""
    missing = [program for program in peer.needs if shutil.which(program) is None]
    if missing:
        return f"{peer.name} is left out: it needs {' and '.join(missing)}, which this machine has not"
    package = peer.pip or peer.npm
    if package is None or _installed(peer, package):
        return None
    print(f"installing {peer.name} ({package}) ...", flush=True)
    try:
        _install(peer, package)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(home(peer.slug), ignore_errors=True)
        return f"{peer.name} is left out: {package} could not be installed ({error})"
    (home(peer.slug) / "installed").write_text(package)
    return None


def _installed(peer: Peer, package: str) -> bool:
    mark = home(peer.slug) / "installed"
    return mark.exists() and mark.read_text() == package


def _install(peer: Peer, package: str) -> None:
    folder = home(peer.slug)
    folder.mkdir(parents=True, exist_ok=True)
    if peer.npm:
        command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder), package]
    else:
        venv.create(folder, with_pip=True)
        command = [python_of(peer.slug), "-m", "pip", "install", "--quiet", package]
    done = subprocess.run(command, timeout=INSTALL_WITHIN, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
        raise subprocess.SubprocessError(f"{command[0]} ended with {done.returncode}")
