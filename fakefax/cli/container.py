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
