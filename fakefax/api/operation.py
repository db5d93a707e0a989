"""The operations of the vendor's API: paths, parameters, answers and handlers.

Routes, reading, the OpenAPI description and the documentation are all made from these, so they cannot drift apart.
"""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum

from msgspec import Struct

from fakefax.api.call import Call
from fakefax.api.params import Params, whole_number
from fakefax.api.reply import Content

BASE_PATHS = ("/api/v2", "/api/v1")

READS = ("GET", "POST")
"""The methods of an operation that only reads: "all requests with a POST or GET call" (documented)."""


class Place(StrEnum):
    """The place of a parameter. A field is in the query or in the body; the query beats the body."""

    FIELD = "field"
    FIELD_OR_HEADER = "field or header"
    PATH = "path"


class ValueKind(StrEnum):
    """The form of a parameter on the wire."""

    TEXT = "text"
    WHOLE_NUMBER = "whole number"
    FAX_NUMBER = "fax number"
    FLAG = "flag"
    FILE = "file"


class Parameter(Struct, frozen=True):
    """One thing that an operation takes. `example` is the documentation's, as text."""

    name: str
    description: str
    kind: ValueKind = ValueKind.TEXT
    place: Place = Place.FIELD
    required: bool = False
    example: str | None = None


Handler = Callable[[Call], Awaitable[Content]]


class Instead(Struct, frozen=True):
    """Another operation on the same path, and whether a method and parameters ask for it."""

    asked_for: Callable[[str, Params], bool]
    operation: "Operation"


class Operation(Struct, frozen=True):
    """One operation of the vendor's API.

    `handler` carries it out, such as `send_fax` in api/faxes.py; `answer` is the type that it answers with.
    `needs_key` is False for what is done before there is a key. `uploads` allows bodies up to the upload limit.
    `instead` is what other parameters on the same path ask for (documented: GET /fax with a limit, or without a
    number, is the history). A `linked` one is what links in answers point to: its path stands alone, not under
    the base paths.
    """

    name: str
    summary: str
    methods: tuple[str, ...]
    path: str
    handler: Handler
    answer: object
    parameters: tuple[Parameter, ...] = ()
    needs_key: bool = True
    uploads: bool = False
    linked: bool = False
    instead: Instead | None = None

    @property
    def mounts(self) -> tuple[str, ...]:
        """The paths where it can be reached."""
        return (self.path,) if self.linked else tuple(base + self.path for base in BASE_PATHS)

    def meant_by(self, method: str, params: Params) -> "Operation":
        """This operation, or the one that this method and these parameters ask for instead."""
        if self.instead is not None and self.instead.asked_for(method, params):
            return self.instead.operation
        return self

    def values_of(self, path: Mapping[str, str]) -> Mapping[str, str]:
        """The values in a path; a whole number that was written as `10.0` is `10`."""
        numbers = {known.name for known in self.parameters if known.kind is ValueKind.WHOLE_NUMBER}
        return {
            name: text.partition(".")[0] if name in numbers and whole_number(text) is not None else text
            for name, text in path.items()
        }

    @property
    def headers(self) -> tuple[str, ...]:
        """The parameters that may come as a request header, as some clients send them (seen)."""
        return tuple(known.name for known in self.parameters if known.place is Place.FIELD_OR_HEADER)
