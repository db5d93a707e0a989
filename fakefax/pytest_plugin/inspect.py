"""--fakefax-inspect: a failing test stops while its sandbox is there to be looked at."""

import os
import sys

import pytest

from fakefax.pytest_plugin import verdicts

TERMINAL = "CON" if sys.platform == "win32" else "/dev/tty"
"""The terminal itself: pytest captures what passes standard input and output."""


def stop(item: pytest.Item) -> list[str]:
    """Wait for Enter on the terminal. Returns what the failure says where nobody could be asked."""
    handle = item.stash.get(verdicts.HANDLE, None)
    if handle is None or not item.config.getoption("--fakefax-inspect"):
        return []
    url = f"{handle.base_url.removesuffix('/api/v2')}/_fakefax/ui/faxes#key={handle.api_key}"
    if hasattr(item.config, "workerinput"):
        return ["--fakefax-inspect did not stop: pytest-xdist runs this test in a worker; run without -n"]
    try:
        descriptor = os.open(TERMINAL, os.O_RDWR | getattr(os, "O_NOCTTY", 0))
    except OSError:
        return ["--fakefax-inspect did not stop: there is no terminal to ask"]
    with os.fdopen(descriptor, "r+b", buffering=0) as terminal:
        terminal.write(
            f"\nfakefax: {item.nodeid} has failed, and stops here.\n  page: {url}\n  Enter goes on: ".encode()
        )
        while terminal.read(1) not in (b"\n", b"\r", b""):
            pass
    return []
