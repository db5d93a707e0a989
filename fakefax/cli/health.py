"""The health check of a container, every few seconds: sockets and nothing that takes long to import.

In a container it follows the port of the `fakefax serve` that is the first process, also when a flag has chosen it.
"""

import os
import socket

FIRST_PROCESS = "/proc/1/cmdline"
"""The command line of a container's own program, its words ended by NUL."""

QUICK_SECONDS = 2.0
MAX_ANSWER = 65_536


def quick_check() -> str | None:
    """The version of the fakefax that is ready where it was configured to listen, and its address; or None.

    None also stands for everything that `readyz` should examine and explain.
    """
    if os.environ.get("FAKEFAX_URL"):
        return None
    host, port = configured(flags(FIRST_PROCESS))
    try:
        with socket.create_connection((host, int(port)), QUICK_SECONDS) as connection:
            connection.sendall(f"GET /_fakefax/readyz HTTP/1.0\r\nHost: {_in_url(host)}:{port}\r\n\r\n".encode())
            answer = b""
            while (piece := connection.recv(MAX_ANSWER)) and len(answer) < MAX_ANSWER:
                answer += piece
    except (OSError, ValueError):
        return None
    head, _, body = answer.partition(b"\r\n\r\n")
    text = body.decode("utf-8", "replace").replace(" ", "")
    version = text.partition('"version":"')[2].partition('"')[0]
    if (
        not head.startswith(b"HTTP/1.")
        or b" 200 " not in head[:14]
        or '"status":"ready"' not in text
        or not version
    ):
        return None
    return f"fakefax {version} is ready at {url_of(host, port)}"


def flags(first_process: str) -> dict[str, str]:
    """The flags of the first process, by name, if that is a `fakefax serve`."""
    try:
        with open(first_process, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 (pathlib is slow to load)
            words = file.read().rstrip("\0").split("\0")
    except OSError:  # no /proc, or it may not be read
        return {}
    if "serve" not in words or not any(os.path.basename(word) == "fakefax" for word in words):  # noqa: PTH119
        return {}
    following = [*words[1:], ""]
    pairs = [word.split("=", 1) if "=" in word else [word, following[at]] for at, word in enumerate(words)]
    return {name: value for name, value in pairs if name.startswith("--")}


def configured(given: dict[str, str]) -> tuple[str, str]:
    """Host and port to ask: a flag beats the environment, which beats the default, as for `serve`."""
    host = given.get("--host") or os.environ.get("FAKEFAX_HOST") or "127.0.0.1"
    port = given.get("--port") or os.environ.get("FAKEFAX_PORT") or "8080"
    return reachable(host), port


def reachable(host: str) -> str:
    """The address to ask for one that is listened on: `0.0.0.0` is all addresses, and cannot be asked."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (an address to replace)


def url_of(host: str, port: str | int) -> str:
    return f"http://{_in_url(host)}:{port}"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
