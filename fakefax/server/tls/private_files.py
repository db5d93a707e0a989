"""Files that only their owner reads, written whole or not at all; and the folder where they are kept."""

import logging
import os
import stat
import sys
import tempfile
from pathlib import Path

log = logging.getLogger(__name__)

OTHERS = stat.S_IRWXG | stat.S_IRWXO


PER_USER = "per-user"
"""Stands for the folder where programs of this user keep what they want to find again."""


def per_user_folder() -> Path:
    """$XDG_STATE_HOME/fakefax/tls, ~/.local/state/fakefax/tls, or on Windows %LOCALAPPDATA%\\fakefax\\tls.

    For a user without a home it lies below the folder for temporary files.
    """
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "fakefax" / "tls"
    state = os.environ.get("XDG_STATE_HOME", "")
    if state.startswith("/"):
        return Path(state) / "fakefax" / "tls"
    try:
        return Path.home() / ".local" / "state" / "fakefax" / "tls"
    except RuntimeError:  # no HOME, and a user id that the system does not know, as in some containers
        return Path(tempfile.gettempdir()) / f"fakefax-{os.getuid()}" / "tls"


class TlsError(Exception):
    """HTTPS cannot be served; the message names the file or the value, and the cure."""


def make_private_folder(folder: Path) -> None:
    """A folder that only its owner enters. Raises TlsError when it cannot be had."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        cure = "give another --tls-dir, one that can be written"
        raise TlsError(f"{folder}: cannot be made: {error.strerror}; {cure}") from None
    close_to_others(folder)


def close_to_others(path: Path) -> None:
    """Remove the permissions of other users from a private file or folder. Raises TlsError when that fails."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "nt" or not mode & OTHERS:  # Windows has no such mode; a user's own folder is closed there
        return
    try:
        path.chmod(mode & ~OTHERS)
    except OSError as error:
        raise TlsError(
            f"{path}: others may use it (mode {mode:o}) and that cannot be changed: {error.strerror}; "
            f"make it yours alone with chmod go= {path}"
        ) from None
    log.warning(
        "%s was open to others (mode %o) and is now yours alone; if somebody may have read it, "
        "delete the folder and trust the new authority",
        path,
        mode,
    )


def read_private(path: Path) -> bytes | None:
    """Read a private file; None if it does not exist. Raises TlsError when it cannot be read."""
    try:
        close_to_others(path)
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TlsError(f"{path}: cannot be read: {error.strerror}; give another --tls-dir") from None


def temporary_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    """A new file in the folder, on the disk as a whole, that its owner alone may read unless `mode` says more.

    Raises TlsError when it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")  # always 0600 from its first moment
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
    except OSError as error:
        raise TlsError(f"{folder}: cannot be written: {error.strerror}; give another --tls-dir") from None
    return Path(name)


def create(path: Path, content: bytes) -> bool:
    """Make a private file unless another process was first; whether it was made."""
    temporary = temporary_file(path.parent, content)
    try:
        if hasattr(os, "link"):
            os.link(temporary, path)
        else:  # pragma: no cover (a platform where rename refuses to overwrite)
            temporary.rename(path)
    except FileExistsError:
        return False
    except OSError as error:
        raise TlsError(f"{path}: cannot be written: {error.strerror}; give another --tls-dir") from None
    finally:
        temporary.unlink(missing_ok=True)
    return True


def replace(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put a file in place of another at once, so that a reader sees the one or the other."""
    temporary_file(path.parent, content, mode).replace(path)
