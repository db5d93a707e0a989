"""The routes of the control API: path, query, body and handler.

The shape of the body is the type of the handler's second parameter, that of the answer its return type, so that
reading, answering and the OpenAPI description say the same.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from http import HTTPStatus
from typing import Any, get_args, get_origin, get_type_hints

from msgspec import Struct, field

from fakefax.api.body import AROUND_A_FILE, BODY_LIMIT
from fakefax.control.long_answers import LongAnswer

SNAPSHOT_LIMIT = 128 * 1024 * 1024
"""Bytes of a snapshot that is put in force; --storage-limit may be lower."""


class Route(Struct, frozen=True, dict=True):
    """One route. `query` names its query fields, each with a description; `status` is that of its answer.

    A handler that `takes_scenario` reads the body itself: a scenario as JSON or YAML. One that `streams` is handed
    the request, and answers it by itself with this `content_type`, and with JSON of this `shape`. The body of one
    that `takes_file` may hold a file of the upload limit, in base64; that of any other is at most a megabyte.

    One that `has_snapshot` answers a snapshot of a sandbox, or takes one of at most SNAPSHOT_LIMIT.

    An api_key says whose sandbox is meant, unless the body's shape says by `NAMES_A_NEW_KEY` that it is a new one.
    """

    method: str
    path: str
    handler: Callable[..., Awaitable[object]]
    summary: str
    query: Mapping[str, str] = field(default_factory=dict)
    status: HTTPStatus = HTTPStatus.OK
    takes_scenario: bool = False
    takes_file: bool = False
    content_type: str = "application/json"
    streams: bool = False
    shape: object = object
    has_snapshot: bool = False

    def body_limit(self, upload_limit: int, storage_limit: int) -> int:
        """The longest body, in bytes. A file in a JSON body is in base64."""
        if self.has_snapshot:
            return max(BODY_LIMIT, min(SNAPSHOT_LIMIT, storage_limit))
        return max(BODY_LIMIT, upload_limit * 4 // 3 + AROUND_A_FILE) if self.takes_file else BODY_LIMIT

    @cached_property
    def is_input(self) -> bool:
        """Whether it changes something in a sandbox that goes on, so that a recording of that has it."""
        return self.method != "GET" and self.path not in ("/sandboxes", "/wait", "/session", "/bundle")

    @cached_property
    def body(self) -> type[Any] | None:
        """The struct that a JSON body becomes, or None when the handler takes none."""
        if self.streams:
            return None
        hints = self._hints
        hints.pop("return", None)
        shapes = list(hints.values())[1:]
        return shapes[0] if shapes else None

    @cached_property
    def names_a_new_key(self) -> bool:
        """Whether an api_key of the request is one that no account has yet."""
        return getattr(self.body, "NAMES_A_NEW_KEY", False)

    @property
    def answer(self) -> object:
        """The type of the answer."""
        if self.streams and self.has_snapshot:
            return snapshot_shape()
        if self.streams:
            return self.shape
        answer = self._hints.get("return", object)
        return get_args(answer)[0] if get_origin(answer) is LongAnswer else answer

    @property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.handler, include_extras=True)


def snapshot_shape() -> type[Any]:
    """The shape of a snapshot, for the description of the API only."""
    from fakefax.state.records import Snapshot  # noqa: PLC0415 (a server without snapshots does not load it)

    return Snapshot
