"""Where the local authority is kept unless somebody says otherwise."""

import os
import sys
from pathlib import Path

PER_USER = "per-user"
"""Stands for the folder where programs of this user keep what they want to find again."""


def per_user_folder() -> Path:
    """$XDG_STATE_HOME/fakefax/tls, ~/.local/state/fakefax/tls, or on Windows %LOCALAPPDATA%\\fakefax\\tls."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "fakefax" / "tls"
    state = os.environ.get("XDG_STATE_HOME", "")
    base = Path(state) if state.startswith("/") else Path.home() / ".local" / "state"
    return base / "fakefax" / "tls"
