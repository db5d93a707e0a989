"""Variables that look like settings and are not: Kubernetes and Docker links name theirs after a Service."""

import os
import re

_INJECTED = re.compile(
    r"FAKEFAX_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?|NAME|ENV_\w+)"
)
_ADDRESS = re.compile(r"(tcp|udp|sctp)://", re.IGNORECASE)


def forget_injected_variables() -> list[str]:
    """Take what a cluster has set beside a Service named `fakefax` out of this process's environment; their names.

    FAKEFAX_PORT is one of them only if its value is an address such as tcp://10.0.0.1:8080.
    """
    names = [name for name in sorted(os.environ) if _INJECTED.fullmatch(name)]
    if _ADDRESS.match(os.environ.get("FAKEFAX_PORT", "")):
        names.append("FAKEFAX_PORT")
    for name in names:
        del os.environ[name]
    return names
