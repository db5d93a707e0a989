"""The parts of a probe: requests, and what is known of each answer; and the page that a run uploads.

A `{name}` in a path or a field is a value that an earlier answer of the run has given.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, NamedTuple


class Tier(IntEnum):
    """The effect of a probe at the server, and so its possible cost."""

    READ = 0
    FILES = 1
    SEND = 2
    RECEIPTS = 3


class CannotTell(Exception):
    """The account lacks the data that the row is about; the message says what is missing."""


Check = Callable[[Any, Mapping[str, Any]], str | None]
"""Gets an answer's JSON and the saved values; answers in what it differs, or None. Raises CannotTell."""


class Step(NamedTuple):
    """One request. Its fields and the key go into the query, unless said otherwise.

    `status` None takes any. `key` is where the api_key goes: query, form, header, HEADER (in capitals), or none.
    `saves` names values of the answer by their place, such as `inbox.0.number`. `upload` sends the made-up page.
    `version` replaces the version in the base URL. The method OPEN gets the URL that was saved under `path`,
    without a key; RECEIPT and SILENCE wait for the callbacks of the fax that was sent.
    """

    method: str
    path: str
    fields: Mapping[str, str] = {}
    status: int | None = 200
    shape: object = None
    key: str = "query"
    saves: Mapping[str, str] = {}
    check: Check | None = None
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    upload: bool = False
    version: str | None = None
    content_type: str = "application/json"


class Probe(NamedTuple):
    """Steps that settle one row of the fidelity table."""

    name: str
    row: str
    tier: Tier
    steps: tuple[Step, ...]


def at(answer: Any, place: str) -> Any:
    """The value at a place such as `inbox.0.number`; None where there is none."""
    for part in place.split("."):
        if isinstance(answer, dict):
            answer = answer.get(part)
        elif isinstance(answer, list) and part.isdigit() and int(part) < len(answer):
            answer = answer[int(part)]
        else:
            return None
    return answer


PAGE = b"fakefax verify: one made-up page.\n"
BOUNDARY = "fakefax-verify-3f1c"
UPLOAD_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
UPLOAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="verify.txt"\r\n'
    f"Content-Type: text/plain\r\n\r\n{PAGE.decode()}\r\n--{BOUNDARY}--\r\n"
).encode()
