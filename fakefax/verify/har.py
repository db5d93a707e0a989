"""Holds captured traffic (a HAR file) against what is known of the API's answers.

Only the operation and the differences are reported: no host, key, number or content.
"""

import binascii
import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from fakefax.verify.exchange import as_json
from fakefax.verify.known import operation
from fakefax.verify.shapes import TEXT, differences

MAX_HAR = 256 * 1024 * 1024
"""Bytes of a HAR file that is read."""
REFUSED = {"status": "=failed", "message": TEXT}


class NoHar(Exception):
    """The file is not a HAR file; the message says why."""


class Held(NamedTuple):
    """The result of one captured exchange; `entry` is its place in the file, from 1."""

    entry: int
    request: str
    result: str
    details: tuple[str, ...] = ()


def held_traffic(path: Path) -> Iterator[Held]:
    """Each entry of a HAR file in its order. Raises NoHar."""
    for number, entry in enumerate(_entries(path), start=1):
        try:
            yield _held(number, entry)
        except (KeyError, TypeError, ValueError, AttributeError):
            yield Held(number, "?", "not tried", ("the entry has no request and response as HAR 1.2 has them",))


def _entries(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > MAX_HAR:
            raise NoHar(f"{path}: is above {MAX_HAR} bytes; capture less, or split it")
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise NoHar(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise NoHar(f"{path}: is not JSON; save the traffic as a HAR file") from None
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise NoHar(f"{path}: has no log.entries; save the traffic as a HAR file")
    return entries


def _held(number: int, entry: Mapping[str, Any]) -> Held:
    method, path = str(entry["request"]["method"]), urlsplit(str(entry["request"]["url"])).path
    below = next((path.partition(mark)[2] for mark in ("/api/v2", "/api/v1") if mark in path), None)
    known = None if below is None else operation(method, below)
    if known is None:
        return Held(number, method, "not tried", ("no operation that is known",))
    request = f"{method} {known.path}"
    response = entry["response"]
    status = response["status"]
    body = _body(response["content"])
    if status == 200:
        found = list(differences(known.shape, body))
    elif isinstance(status, int) and status >= 400:
        found = list(differences(REFUSED, body))
    else:
        found = [f"status {status}, neither 200 nor an error"]
    return Held(number, request, "differs" if found else "same", tuple(dict.fromkeys(found)))


def _body(content: Mapping[str, Any]) -> Any:
    text = content.get("text")
    if not isinstance(text, str):
        return None
    if content.get("encoding") != "base64":
        return as_json(text.encode())
    try:
        return as_json(b64decode(text, validate=True))
    except binascii.Error:
        return None
