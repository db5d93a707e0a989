"""The parameters of a request: from the query and from a form, multipart or JSON body, as one mapping.

Seen of real clients (contract, section 1): a JSON content type with an empty body, multipart without a boundary
and without a body, a bare JSON scalar, broken percent escapes. All are answered; none may break anything.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from aiohttp import hdrs, web
from yarl import query_to_pairs

from fakefax.api.body import BODY_LIMIT, Gate, body_at_hand, read_body, share_of
from fakefax.api.errors import MalformedBody, MalformedParameter, MissingParameter
from fakefax.api.multipart import MAX_FIELDS, UploadedFile, one_line, read_multipart
from fakefax.core.errors import Refusal, clear_tracebacks
from fakefax.values import numbers
from fakefax.values.errors import why_not_json
from fakefax.values.urls import MASK, is_secret_name, masked_key

BROKEN_TRANSFER = (web.RequestPayloadError, ConnectionError)
"""Raised by reading a body with a wrong encoding or after its sender has disconnected."""

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
JSON = "application/json"


HIDDEN = "..."

FLAGS = {"1": True, "true": True, "0": False, "false": False, "": False}

NO_FILES: Mapping[str, UploadedFile] = {}

Sent = bytes | dict[str, Any] | None
"""A body as it was sent: its bytes, or the fields of one that is multipart."""


class Params:
    """The values by name; `problem` is why the body could not be read, reported once the key is known.

    `body` is the body as it was sent: its bytes, or the fields of one that is multipart.
    """

    __slots__ = ("_number", "body", "files", "problem", "values")

    def __init__(
        self,
        values: Mapping[str, Any],
        problem: Refusal | None = None,
        files: Mapping[str, UploadedFile] = NO_FILES,
        body: Sent = None,
    ) -> None:
        self.values = values
        self.problem = problem
        self.files = files
        self.body = body
        self._number: str | None = None

    def has(self, name: str) -> bool:
        """Whether a value was given, and is not empty."""
        return self.values.get(name) not in (None, "")

    def text(self, name: str) -> str:
        """A required value. Raises MissingParameter or MalformedParameter."""
        value = self.values.get(name)
        if value is None or value == "":
            raise MissingParameter(name)
        if type(value) is str:
            return value
        if type(value) is not int:
            raise MalformedParameter(name, value, "text or a whole number")
        return str(value)

    def fax_number(self) -> str:
        """The number as `+` and 5 to 15 digits. Raises MissingParameter or MalformedParameter."""
        if self._number is None:  # rules ask for it before the operation does
            raw = self.text("fax_number")
            self._number = numbers.fax_number(raw)
            if self._number is None:
                raise MalformedParameter("fax_number", raw, "a fax number such as +123456789: 5 to 15 digits")
        return self._number

    def short_text(self, name: str, longest: int) -> str | None:
        """A value of at most so many characters, None when there is none."""
        if not self.has(name):
            return None
        text = self.text(name)
        if len(text) > longest:
            raise MalformedParameter(name, text, f"a text of at most {longest} characters")
        return text

    def secret(self, name: str, longest: int) -> str:
        """A required text that is not repeated in error messages."""
        value = self.values.get(name)
        if value is None or value == "":
            raise MissingParameter(name)
        if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > longest:
            raise MalformedParameter(name, HIDDEN, f"a text of at most {longest} characters")
        return str(value)

    def flag(self, name: str) -> bool:
        """A value such as delete_file: 1 is yes; 0, an empty one and none are no."""
        value = self.values.get(name)
        if value is None:
            return False
        known = FLAGS.get(str(value).strip().lower())
        if known is None:
            raise MalformedParameter(name, value, "1 or 0")
        return known

    def file(self, name: str = "file") -> UploadedFile:
        """A required file. Raises MissingParameter, or MalformedParameter for a part that is not a file."""
        sent = self.files.get(name)
        if sent is None and self.has(name):
            raise MalformedParameter(
                name, self.values[name], "a file: a part of multipart/form-data with a filename"
            )
        if sent is None or not (sent.filename or sent.content):  # a form without a chosen file sends an empty part
            raise MissingParameter(name)
        return sent

    def identifier(self, name: str) -> int:
        """A required whole number such as a document_id; 10.0 is 10, in JSON too."""
        raw = self.values.get(name)
        text = str(raw) if isinstance(raw, float) else self.text(name)
        number = whole_number(text.strip())
        if number is None:
            raise MalformedParameter(name, raw, "a whole number such as 10")
        return number


def whole_number(text: str) -> int | None:
    """The text as a whole number, or None. `10.0` is 10: an SDK turns ids into floats (seen)."""
    digits, dot, zeros = text.partition(".")
    return None if dot and (not zeros or zeros.strip("0")) else numbers.whole_number(digits)


async def read_params(
    request: web.BaseRequest, limit: int, headers: Sequence[str] = (), gate: Gate | None = None
) -> Params:
    """All parameters of the request, from its query, its body and those `headers`.

    If several have a value of one name, that of the query counts, else that of the body. `limit` is the longest
    body, in bytes. A body that `gate` does not admit is not read.
    """
    problem: Refusal | None = None
    asked: dict[str, str] = {}
    if "?" in request.raw_path:
        try:
            asked = _fields(request.raw_path.partition("?")[2].partition("#")[0], "query")
        except MalformedBody as refusal:
            clear_tracebacks(refusal)
            problem = refusal
    values: dict[str, Any] = {}
    for name in headers:
        if name in request.headers:
            values[name] = request.headers[name]
    files = NO_FILES
    sent: Sent = None
    if request.body_exists:
        try:
            content_type = request.content_type if hdrs.CONTENT_TYPE in request.headers else ""
            sent = None if content_type == MULTIPART else body_at_hand(request, limit)
            if sent is not None:
                values |= _read_flat(sent, content_type)
            else:
                if gate is not None:
                    gate.admit_request(request, asked.get("api_key"))
                sent, fields, files = await _read_arriving(request, content_type, limit, gate)
                values |= fields
        except Refusal as refusal:
            clear_tracebacks(refusal)
            problem = refusal
        except BROKEN_TRANSFER as error:
            problem = MalformedBody(f"the body did not arrive whole: {one_line(error)}")
            clear_tracebacks(error)
    return Params(values | asked if asked else values, problem, files, sent)


async def _read_arriving(
    request: web.BaseRequest, content_type: str, limit: int, gate: Gate | None
) -> tuple[Sent, Mapping[str, Any], Mapping[str, UploadedFile]]:
    """A body that is not at hand, since it has not all arrived, say, or is multipart.

    Returns it as it was sent, its fields and its files.
    """
    if content_type == MULTIPART and "boundary=" in request.headers[hdrs.CONTENT_TYPE].lower():
        fields, files = await read_multipart(request, limit, gate)
        return fields, fields, files
    with share_of(gate) as share:
        body = await read_body(request, limit if content_type == MULTIPART else min(limit, BODY_LIMIT), share)
    return body, _read_flat(body, content_type), NO_FILES


def _read_flat(body: bytes, content_type: str) -> dict[str, Any]:
    if not body.strip():
        return {}
    if content_type == FORM:
        return _fields(body.decode("utf-8", "replace"), "form")
    if content_type == JSON or content_type.endswith("+json"):
        return _read_json(body)
    if content_type == MULTIPART:
        raise MalformedBody("the body is multipart/form-data without a boundary")
    raise MalformedBody(
        f"the body has {f'content type {content_type}' if content_type else 'no content type'}; "
        f"send {FORM}, {MULTIPART} or {JSON}"
    )


def _fields(text: str, what: str) -> dict[str, str]:
    """The fields of a query or a form; of those with one name the last counts, as with PHP."""
    if text.count("&") >= MAX_FIELDS:
        raise MalformedBody(f"the {what} has more than {MAX_FIELDS} fields")
    return dict(query_to_pairs(text))


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedBody(f"the body is not JSON: {why_not_json(error)}") from None
    if not isinstance(value, dict):
        raise MalformedBody(f"the JSON body is not an object but {type(value).__name__}")
    return value


MAX_PARAMETERS = 40
"""Parameters that are kept of one request."""

MAX_SHOWN = 200
"""Characters that are kept of a value, and of a name."""

KEYS = ("api_key", "apikey", "key")


class JournalParameters(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The parameters of a request for the journal, made on demand."""

    values: Mapping[str, str]
    path: Mapping[str, str]
    mask: Callable[[str], str]

    def __call__(self) -> dict[str, str]:
        return {
            _sound(name): _masked(name, _sound(value), self.mask)
            for name, value in {**self.values, **self.path}.items()
        }


def parameters_of(params: Params, path: Mapping[str, str], mask: Callable[[str], str]) -> JournalParameters:
    """The parameters for the journal, with those of the path; made on demand, only large values are cut now.

    `mask` masks keys and what URLs should not show.
    """
    values = params.values
    for name, value in values.items():
        if type(value) is not str or len(value) > MAX_SHOWN or len(name) > MAX_SHOWN:
            values = _cut(values)
            break
    if len(values) > MAX_PARAMETERS:
        values = dict(list(values.items())[:MAX_PARAMETERS])
    if params.files:
        values = {**values, **_files(params)}
    return JournalParameters(values, path, mask)


def _cut(values: Mapping[str, Any]) -> dict[str, str]:
    return {_short(name): _short(_text(value)) for name, value in values.items()}


def _files(params: Params) -> dict[str, str]:
    return {
        _short(name): f"{_short(file.filename)}, {len(file.content)} bytes"
        for name, file in list(params.files.items())[:MAX_PARAMETERS]
    }


def _masked(name: str, value: str, mask: Callable[[str], str]) -> str:
    if is_secret_name(name):
        return MASK
    return masked_key(value) if name.lower() in KEYS else mask(value)


def _sound(text: str) -> str:
    """A text as JSON can carry it, whatever bytes it was sent as."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _short(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}… ({len(text)} characters)"


def _text(value: object) -> str:
    """A value of a JSON body as it was written."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
