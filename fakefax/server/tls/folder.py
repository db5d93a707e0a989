"""The default folder of the local authority."""

import os
import sys
import tempfile
from pathlib import Path

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
