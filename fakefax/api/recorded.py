"""A request to Fax.to's API as a recording has it: to the byte, but for passwords, and with what was answered."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from aiohttp import hdrs, web

from fakefax.api.params import Params
from fakefax.api.reply import Reply
from fakefax.values.urls import is_secret_name

if TYPE_CHECKING:
    from fakefax.sandbox.recording import Recording

KEPT_OF_ANSWER = 4096
"""Bytes of an answer that are noted."""

A = TypeVar("A", bound=Reply | web.StreamResponse)


class Note(Protocol):
    """Takes the answer to a request."""

    def of(self, answer: A) -> A: ...


class _NoNote:
    """Of a sandbox that is not recorded."""

    def of(self, answer: A) -> A:
        return answer


class _Answer:
    """Add the answer to its recorded request."""

    def __init__(self, item: dict[str, Any]) -> None:
        self._item = item

    def of(self, answer: A) -> A:
        body = answer.body if isinstance(answer, Reply | web.Response) else None
        noted: dict[str, Any] = {"status": answer.status}
        if isinstance(body, bytes) and answer.content_type == "application/json":
            noted["body"] = body[:KEPT_OF_ANSWER].decode("utf-8", "replace")
        self._item["answered"] = noted
        return answer


@contextmanager
def noted(
    recording: "Recording | None", request: web.BaseRequest, params: Params, headers: Sequence[str] = ()
) -> Iterator[Note]:
    """Note a request while it is carried out, if its sandbox is recorded. `headers` are those that it may use."""
    if recording is None:
        yield _NoNote()
        return
    with recording.noting("request", request_record(recording, request, params, headers)) as item:
        yield _Answer(item)


def request_record(
    recording: "Recording", request: web.BaseRequest, params: Params, headers: Sequence[str] = ()
) -> dict[str, Any]:
    """A request, so that it can be sent again."""
    path, mark, query = request.raw_path.partition("?")
    record: dict[str, Any] = {"method": request.method, "target": path + mark + recording.without_secrets(query)}
    used = {name: request.headers[name] for name in ("api_key", *headers) if name in request.headers}
    if used:
        record["headers"] = {
            name: recording.word_for(value) if is_secret_name(name) else value for name, value in used.items()
        }
    content_type = request.headers.get(hdrs.CONTENT_TYPE)
    if isinstance(params.body, dict):
        from fakefax.sandbox.recording import file_record  # noqa: PLC0415 (loaded already)

        fields = {
            name: recording.word_for(value) if is_secret_name(name) else value
            for name, value in params.body.items()
        }
        files = {
            name: file_record(file.filename, file.content_type, file.content) for name, file in params.files.items()
        }
        record |= {"fields": fields, "files": files}
    elif params.body is not None:
        record |= {"content_type": content_type, "body": recording.body_record(params.body, content_type or "")}
    elif request.body_exists:
        record["unread"] = True
    return record
