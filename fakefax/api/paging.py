"""Lists in pages: `limit` and `page` of a request, and the pagination of an answer with links that open."""

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from fakefax.api.call import Call
from fakefax.api.errors import MalformedParameter
from fakefax.api.operation import Parameter, ValueKind
from fakefax.api.params import Params

T = TypeVar("T")

PER_PAGE = 15
"""Rows of a page when no `limit` is given; the documentation does not say how many there are."""

LIMIT = Parameter("limit", "Rows of a page; 15 when left out.", ValueKind.WHOLE_NUMBER, example="10")
PAGE = Parameter("page", "The page, counted from 1.", ValueKind.WHOLE_NUMBER, example="1")
PAGING = (LIMIT, PAGE)


class Window(Struct, frozen=True):
    """The page that a request asks for."""

    limit: int = PER_PAGE
    page: int = 1

    def of(self, rows: Sequence[T]) -> Sequence[T]:
        """The rows of this page; none beyond the last one."""
        start = (self.page - 1) * self.limit
        return rows[start : start + self.limit]


def window(params: Params) -> Window:
    """The page asked for by `limit` and `page`. Raises MalformedParameter for anything but a number from 1."""
    return Window(_count(params, "limit", PER_PAGE), _count(params, "page", 1))


def _count(params: Params, name: str, otherwise: int) -> int:
    if not params.has(name):
        return otherwise
    number = params.identifier(name)
    if number < 1:
        raise MalformedParameter(name, number, "a whole number from 1")
    return number


class Links(msgspec.Struct):
    """Links to the neighbouring pages; null where no such page exists (assumed)."""

    previous: str | None
    next: str | None


class Pagination(msgspec.Struct):
    """The position of a page among all rows (documented)."""

    total: int
    count: int
    per_page: int
    current_page: int
    total_pages: int
    links: Links


class Meta(msgspec.Struct):
    """The part of an answer beside its rows."""

    pagination: Pagination


def meta(call: Call, asked: Window, total: int) -> Meta:
    """The pagination of this request's path. The links carry its key and limit, so that they open as they are."""
    pages = max(1, -(-total // asked.limit))
    count = len(asked.of(range(total)))
    previous = _link(call, asked, min(asked.page - 1, pages)) if asked.page > 1 else None
    following = _link(call, asked, asked.page + 1) if asked.page < pages else None
    return Meta(Pagination(total, count, asked.limit, asked.page, pages, Links(previous, following)))


def _link(call: Call, asked: Window, page: int) -> str:
    query = {"page": page, "limit": asked.limit, "api_key": call.account.api_key}
    return f"{call.origin}{call.request.rel_url.raw_path}?{urlencode(query)}"
