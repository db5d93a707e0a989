"""The environment of the process: variables that are not settings, and whether it is a container."""

import os
import re
from pathlib import Path

_INJECTED = r"FAKEFAX_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?|NAME|ENV_\w+)"


def forget_injected_variables() -> list[str]:
    """Take what a cluster has set beside a Service named `fakefax` out of this process's environment; their names.

    FAKEFAX_PORT is one of them only if its value is an address such as tcp://10.0.0.1:8080.
    """
    names = [name for name in sorted(os.environ) if name.startswith("FAKEFAX_") and re.fullmatch(_INJECTED, name)]
    if re.match("(tcp|udp|sctp)://", os.environ.get("FAKEFAX_PORT", "").lower()):
        names.append("FAKEFAX_PORT")
    for name in names:
        del os.environ[name]
    return names


_MARKS = (".dockerenv", "run/.containerenv")
"""Files that Docker and Podman put into every container."""

_ENGINES = ("docker", "kubepods", "containerd", "libpod", "lxc")


def in_container(root: Path = Path("/")) -> bool:
    """Whether an engine has left its mark: a file of Docker or Podman, or its name in the control group."""
    if any((root / mark).exists() for mark in _MARKS):
        return True
    try:
        groups = (root / "proc/1/cgroup").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(engine in groups for engine in _ENGINES)
