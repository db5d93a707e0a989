"""Whether this process runs in a container, where localhost is not the machine that a person means."""

import re
from pathlib import Path

_MARKS = (".dockerenv", "run/.containerenv")
"""Files that Docker and Podman put into every container."""

_ENGINES = re.compile(r"docker|kubepods|containerd|libpod|lxc")


def in_container(root: Path = Path("/")) -> bool:
    """Whether an engine has left its mark: a file of Docker or Podman, or its name in the control group."""
    if any((root / mark).exists() for mark in _MARKS):
        return True
    try:
        groups = (root / "proc/1/cgroup").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return _ENGINES.search(groups) is not None


def is_this_machine(host: str) -> bool:
    """Whether a host means the machine, or the container, that asks."""
    return host.lower().removesuffix(".") in ("localhost", "::1") or host.startswith("127.")


def localhost_hint(host: str) -> str:
    """What to use instead of a callback URL that points into fakefax's own container."""
    return (
        f"{host} is the container that fakefax runs in; if your program is elsewhere, use its service name, or "
        f"host.docker.internal for a program on the host, or start with "
        f"--callback-host-map {host}=host.docker.internal"
    )
