"""The health check: asks a running fakefax whether it is ready. Standard library only, so that it costs little."""

import http.client
import json
import os
import urllib.error
import urllib.request


def is_ready(url: str | None, timeout: float) -> tuple[bool, str]:
    """Whether fakefax answers at `url`, or where FAKEFAX_HOST and FAKEFAX_PORT say; and a line that says so."""
    base = url or _configured()
    if "://" not in base:
        base = f"http://{base}"
    try:
        # A proxy of the environment has no business between a container and itself.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{base.rstrip('/')}/_fakefax/readyz", timeout=timeout) as answer:
            state = json.load(answer)
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = " ".join(str(getattr(error, "reason", error)).split())
        return False, f"fakefax is not ready at {base}: {reason}"
    if not isinstance(state, dict) or state.get("status") != "ready" or "version" not in state:
        return False, f"something answers at {base}, but it is not fakefax"
    return True, f"fakefax {state['version']} is ready at {base}"


def _configured() -> str:
    host = os.environ.get("FAKEFAX_HOST") or "127.0.0.1"
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (an address to replace)
    return f"http://{f'[{host}]' if ':' in host else host}:{os.environ.get('FAKEFAX_PORT') or '8080'}"
