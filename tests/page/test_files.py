"""The page's files: what is served under which headers, how large all of it is, and whose code is in it."""

import gzip
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from fakefax import FakeFax
from fakefax.page.routes import COMMENT, STATIC, TYPES

BROWSER = {"Accept": "text/html,application/xhtml+xml", "User-Agent": "Mozilla/5.0"}
LIMIT = 60_000
"""Bytes of the whole page, compressed."""


@pytest.fixture(scope="module")
def fakefax_url() -> Iterator[str]:
    with FakeFax() as fakefax:
        yield fakefax.base_url.removesuffix("/api/v2")


def get(url: str, path: str, headers: dict[str, str] | None = None) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(url.removeprefix("http://"), timeout=20)
    connection.request("GET", path, headers=BROWSER if headers is None else headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def served() -> list[Path]:
    return sorted(path for path in STATIC.rglob("*") if path.suffix in TYPES)


def as_served(file: Path) -> bytes:
    """A file without its comments."""
    return re.sub(COMMENT, b"", file.read_bytes())


@pytest.mark.parametrize("path", ["/", "/_fakefax", "/_fakefax/", "/_fakefax/ui", "/_fakefax/ui/"])
def test_a_browser_is_sent_to_the_page(fakefax_url: str, path: str):
    """Wherever a person may begin, the list of faxes is what comes."""
    response, _ = get(fakefax_url, path)
    assert (response.status, response.headers["Location"]) == (302, "/_fakefax/ui/faxes")


@pytest.mark.parametrize("path", ["/", "/_fakefax/"])
def test_a_program_still_finds_nothing_there(fakefax_url: str, path: str):
    """The page does not change what a program gets: Fax.to has nothing at these paths either."""
    response, body = get(fakefax_url, path, {"Accept": "*/*"})
    assert response.status == 404
    assert json.loads(body)["status"] == "failed"


def test_every_view_is_the_page_under_its_policy(fakefax_url: str):
    """A view is a path of its own; nothing but the page's own files may run in it, and no other site frame it."""
    response, body = get(fakefax_url, "/_fakefax/ui/faxes/200?q=is:busy")
    assert response.status == 200
    assert body == (STATIC / "index.html").read_bytes()
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_is_sent_once(fakefax_url: str):
    """Every file has its type and a tag; a browser that has it gets 304, and may have it compressed."""
    for file in served():
        path = f"/_fakefax/page/{file.relative_to(STATIC).as_posix()}"
        response, body = get(fakefax_url, path, {"Accept-Encoding": "gzip"})
        assert response.status == 200, path
        assert response.headers["Content-Type"].startswith(TYPES[file.suffix])
        assert gzip.decompress(body) == as_served(file)
        again, nothing = get(fakefax_url, path, {"If-None-Match": response.headers["ETag"]})
        assert (again.status, nothing) == (304, b""), path


@pytest.mark.parametrize(
    "name",
    ["nothing.js", "../routes.py", "%2e%2e/routes.py", "vendor/../../routes.py", "vendor/versions.json", "vendor"],
)
def test_only_the_files_of_the_page_are_served(fakefax_url: str, name: str):
    """Nothing outside the folder, and nothing of another kind."""
    response, _ = get(fakefax_url, f"/_fakefax/page/{name}")
    assert response.status == 404


def test_the_page_is_small():
    """All of it, compressed, is within its budget."""
    sizes = {file.name: len(gzip.compress(as_served(file), mtime=0)) for file in served()}
    assert sum(sizes.values()) <= LIMIT, sizes


def test_vendored_libraries_are_what_their_authors_published():
    """Each file has the hash of the one in the npm package that it is named after, and its licence beside it."""
    vendor = STATIC / "vendor"
    versions = json.loads((vendor / "versions.json").read_text())
    assert set(versions) == {file.name for file in vendor.glob("*.mjs")}
    for name, known in versions.items():
        content = (vendor / name).read_bytes()
        if name == "hooks.mjs":
            content = content.replace(b'from"./preact.mjs"', b'from"preact"')
        assert hashlib.sha256(content).hexdigest() == known["sha256"], name
    assert "MIT" in (vendor / "LICENSE-preact").read_text()
    assert "Apache License" in (vendor / "LICENSE-htm").read_text()


def test_modules_can_be_inlined():
    """Every import is a plain one of another file of the page, and index.html has all loaded side by side."""
    modules = {file.relative_to(STATIC).as_posix() for file in served() if file.suffix in (".js", ".mjs")}
    for name in sorted(modules):
        text = (STATIC / name).read_text()
        assert "import(" not in re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL), name
        for found in re.findall(r"""^import[^;]*?from\s*['"]([^'"]+)['"]""", text, flags=re.MULTILINE):
            assert (STATIC / name).parent.joinpath(found).resolve().relative_to(STATIC).as_posix() in modules, name
    index = (STATIC / "index.html").read_text()
    loaded = re.findall(r'(?:modulepreload" href|script type="module" src)="/_fakefax/page/([^"]+)"', index)
    assert sorted(loaded) == sorted(modules)


def test_the_page_names_no_other_host():
    """Nothing in it leads a browser anywhere else; names of XML namespaces are no addresses."""
    allowed = ("http://www.w3.org/", "http://localhost:8000/")
    for file in served():
        for url in re.findall(r"https?://[a-z0-9.]+[^\s'\"`)]*", file.read_text()):
            assert url.startswith(allowed), f"{file.name}: {url}"


def test_a_server_without_a_reader_pays_nothing():
    """No file of the page is read, and nothing that only the page needs is imported, before it is asked for."""
    shown = "print([name for name in ('gzip', 'importlib.resources') if name in sys.modules])"
    loaded = [
        subprocess.run(
            [sys.executable, "-c", f"import sys, {name}; {shown}"], capture_output=True, text=True, check=True
        )
        for name in ("aiohttp.web", "fakefax.page.routes")
    ]
    assert loaded[0].stdout == loaded[1].stdout


def test_only_comments_are_left_out():
    """Only lines of comments are taken out before a file is served, never code or a line of a template."""
    for file in served():
        for comment in re.findall(COMMENT, file.read_bytes()):
            lines = [line.strip() for line in comment.decode().splitlines()]
            assert lines[0].startswith("/**"), file.name
            assert all(line.startswith("*") for line in lines[1:]), file.name
            assert "*/" not in comment.decode().rstrip()[:-2], file.name
