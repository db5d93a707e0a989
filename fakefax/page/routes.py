"""The paths of the page. A file is read when it is asked for, so that a server without a reader pays nothing."""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from aiohttp import hdrs, web

from fakefax.api.routing import HttpRoute
from fakefax.values.unpatched import read_package_file

READING = ("GET", "HEAD")

STATIC = Path(__file__).parent / "static"

VIEWS = "/_fakefax/ui"
"""Every path below it is a view of the page, which the page itself distinguishes."""

FILES = "/_fakefax/page"
"""Every path below it is a file of the page."""

TYPES = {".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css"}

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    hdrs.CACHE_CONTROL: "no-cache",  # asked again each time, and answered with 304
    hdrs.VARY: "Accept-Encoding",
}


COMMENT = rb"(?m)^[ \t]*/\*\*(?:[^*]|\*(?!/))*\*/\n"
"""A comment with lines of its own. Those of the modules are a seventh of the page, and a browser needs none."""


def page_routes() -> Iterator[HttpRoute]:
    """A redirect from where a browser may begin, the page at every view, and its files."""
    for path in ("/", "/_fakefax", "/_fakefax/", VIEWS, f"{VIEWS}/"):
        yield HttpRoute(READING, path, _to_the_page)
    yield HttpRoute(READING, VIEWS + "/{view:.+}", _page)
    yield HttpRoute(READING, FILES + r"/{name:[a-z0-9_/-]+\.[a-z]+}", _file)


async def _to_the_page(request: web.BaseRequest, _: Mapping[str, str]) -> web.StreamResponse:
    """Send a browser to the page. A program gets 404 here, as from Fax.to."""
    if "text/html" not in request.headers.get(hdrs.ACCEPT, ""):
        raise web.HTTPNotFound
    return web.Response(status=302, headers={hdrs.LOCATION: f"{VIEWS}/faxes"})


async def _page(request: web.BaseRequest, _: Mapping[str, str]) -> web.StreamResponse:
    return _respond(request, "index.html")


async def _file(request: web.BaseRequest, path: Mapping[str, str]) -> web.StreamResponse:
    return _respond(request, path["name"])


def _respond(request: web.BaseRequest, name: str) -> web.Response:
    """A file of the page, compressed if the client takes that, or 304 if it has it already."""
    ending = name[name.rindex(".") :]
    try:
        content = re.sub(COMMENT, b"", read_package_file(f"page/static/{name}"))  # a name has no dots but the last
    except OSError:
        content = None
    if content is None or ending not in TYPES:
        return web.Response(status=404, text=f"the page has no file {name}\n", headers=HEADERS)
    etag = sha256(content).hexdigest()[:16]
    headers = HEADERS | {hdrs.ETAG: f'"{etag}"'}
    if any(known.value in (etag, "*") for known in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        from gzip import compress  # noqa: PLC0415 (a server without a reader needs none)

        headers[hdrs.CONTENT_ENCODING] = "gzip"
        content = compress(content, mtime=0)
    return web.Response(body=content, headers=headers, content_type=TYPES[ending], charset="utf-8")
