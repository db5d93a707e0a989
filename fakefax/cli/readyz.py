"""The health check: asks a running fakefax whether it is ready. Standard library only, so that it costs little.

In a container it follows the port of the `fakefax serve` that is the first process, also when a flag has chosen it.
"""

import http.client
import json
import os
import urllib.error
import urllib.request
from itertools import pairwise
from pathlib import Path, PurePath

FIRST_PROCESS = Path("/proc/1/cmdline")
"""The command line of a container's own program, its words ended by NUL."""


def is_ready(url: str | None, timeout: float, first_process: Path = FIRST_PROCESS) -> tuple[bool, str]:
    """Whether fakefax answers at `url`, or where it was told to listen; and a line that says so."""
    base = url or _configured(_flags(first_process))
    if "://" not in base:
        base = f"http://{base}"
    try:
        # A proxy of the environment has no business between a container and itself.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{base.rstrip('/')}/_fakefax/readyz", timeout=timeout) as answer:
            state = json.load(answer)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return False, f"fakefax is not ready at {base}: {_cause(error)}"
    if not isinstance(state, dict) or state.get("status") != "ready" or "version" not in state:
        return False, f"something answers at {base}, but it is not fakefax"
    return True, f"fakefax {state['version']} is ready at {base}"


def _cause(error: Exception) -> str:
    """What went wrong, in one line and without the system's number for it."""
    cause = getattr(error, "reason", error)
    return " ".join((getattr(cause, "strerror", None) or str(cause)).split())


def _flags(first_process: Path) -> dict[str, str]:
    """The flags of the first process, by name, if that is a `fakefax serve`."""
    try:
        words = first_process.read_text(encoding="utf-8", errors="replace").rstrip("\0").split("\0")
    except OSError:  # no /proc, or not ours to read
        return {}
    if "serve" not in words or not any(PurePath(word).name == "fakefax" for word in words):
        return {}
    pairs = (word.split("=", 1) if "=" in word else (word, after) for word, after in pairwise([*words, ""]))
    return {name: value for name, value in pairs if name.startswith("--")}


def _configured(flags: dict[str, str]) -> str:
    """Where it listens: a flag beats the environment, which beats the default, as for `serve`."""
    host = flags.get("--host") or os.environ.get("FAKEFAX_HOST") or "127.0.0.1"
    port = flags.get("--port") or os.environ.get("FAKEFAX_PORT") or "8080"
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (an address to replace)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
