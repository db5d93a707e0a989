"""Paths of requests find what answers them."""

from collections.abc import Mapping

import pytest
from aiohttp import web

from fakefax.api.routing import HttpRoute, Router


def to(name: str) -> HttpRoute:
    """A route whose answer says its name."""
    methods, _, path = name.partition(" ")

    async def respond(_: web.BaseRequest, values: Mapping[str, str]) -> web.StreamResponse:
        return web.Response(text=f"{name} {dict(values)}")

    return HttpRoute(tuple(methods.split(",")), path, respond)


ROUTES = [
    to("GET,POST /fax"),
    to("DELETE /fax/{id}"),
    to("GET /fax/{id}/status"),
    to("GET /fax/all"),
    to("GET /numbers/{country:[A-Z]{2}}/{area}"),
    to("GET /views/{view:.+}"),
    to("GET /a.b"),
]


async def found(method: str, path: str) -> str:
    respond, values = Router(ROUTES).find(method, path)
    response = await respond(None, values)  # type: ignore[arg-type]  # it is not looked at
    assert isinstance(response, web.Response)
    return response.text or ""


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/fax", "GET,POST /fax {}"),
        ("DELETE", "/fax/7", "DELETE /fax/{id} {'id': '7'}"),
        ("GET", "/fax/a%2Fb%20c/status", "GET /fax/{id}/status {'id': 'a/b c'}"),
        ("GET", "/fax/{id}/status", "GET /fax/{id}/status {'id': '{id}'}"),
        ("GET", "/fax/all", "GET /fax/all {}"),
        ("DELETE", "/fax/all", "DELETE /fax/{id} {'id': 'all'}"),
        ("GET", "/numbers/CA/204", "GET /numbers/{country:[A-Z]{2}}/{area} {'country': 'CA', 'area': '204'}"),
        ("GET", "/views/a/b", "GET /views/{view:.+} {'view': 'a/b'}"),
    ],
)
async def test_a_path_finds_its_route_and_its_values(method: str, path: str, expected: str):
    """A path without placeholders comes first; values are decoded, and a client's unfilled placeholder is one."""
    assert await found(method, path) == expected


@pytest.mark.parametrize("path", ["/", "/fax/", "/fax//status", "/numbers/ca/204", "/views/", "/aXb", "/fax/7/8"])
async def test_other_paths_are_not_found(path: str):
    """A placeholder takes one part of a path, which is not empty, unless it says otherwise."""
    with pytest.raises(web.HTTPNotFound):
        await found("GET", path)


async def test_a_wrong_method_is_told_the_right_ones():
    """They are those of every route that has the path."""
    with pytest.raises(web.HTTPMethodNotAllowed) as refused:
        await found("PUT", "/fax/all")
    assert refused.value.allowed_methods == {"GET", "DELETE"}


def test_further_routes_are_made_when_they_are_first_asked_for():
    """The later routes are made once, for the first path that the others do not have, and found from then on."""
    made: list[str] = []

    def later() -> list[HttpRoute]:
        made.append("later")
        return [to("GET /later/{name}"), to("POST /early")]

    router = Router([to("GET /fixed")], later)
    router.find("GET", "/fixed")
    assert made == []
    assert router.find("GET", "/later/one")[1] == {"name": "one"}
    router.find("POST", "/early")
    for _ in range(2):
        with pytest.raises(web.HTTPNotFound):
            router.find("GET", "/nowhere")
    assert made == ["later"]
