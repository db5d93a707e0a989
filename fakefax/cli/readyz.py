"""Asks a running fakefax whether it is ready, and explains what went wrong. `health` is its quick beginning."""

import contextlib
import http.client
import json
import urllib.error
import urllib.request
from pathlib import Path

from fakefax.cli.health import FIRST_PROCESS, configured, flags, url_of


def is_ready(url: str | None, timeout: float, first_process: str | Path = FIRST_PROCESS) -> tuple[bool, str]:
    """Whether fakefax answers at `url`, or where it was configured to listen; and a line that says so."""
    base = url or url_of(*configured(flags(str(first_process))))
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
    """The cause of an error, in one line and without the system's number for it; what fakefax says, if it does."""
    if isinstance(error, urllib.error.HTTPError):
        with error, contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return str(json.load(error)["message"])
    cause = getattr(error, "reason", error)
    return " ".join((getattr(cause, "strerror", None) or str(cause)).split())
