"""fakefax's control API, as the measures use it."""

import json
import urllib.request
from typing import Any

from benchmarks.running import Running


def get(target: Running, path: str) -> Any:
    return _ask(target, "GET", path, None)


def post(target: Running, path: str, body: dict[str, Any]) -> Any:
    return _ask(target, "POST", path, body)


def patch(target: Running, path: str, body: dict[str, Any]) -> Any:
    return _ask(target, "PATCH", path, body)


def _ask(target: Running, method: str, path: str, body: dict[str, Any] | None) -> Any:
    """Raises urllib.error.HTTPError for a refusal."""
    request = urllib.request.Request(
        f"{target.url}/_fakefax/{path}",
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)
