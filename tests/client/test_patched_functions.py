"""Functions that a test patches in its process are not patched for the server that runs there."""

import contextlib
import json
import urllib.request
from pathlib import Path
from unittest import mock

import pytest
from pyfakefs.fake_filesystem_unittest import Patcher

from fakefax import FakeFax
from tests.documents import files

load = json.loads

BROKEN = OSError("patched by a test")

PATCHES = {
    "open": ["builtins.open"],
    "os": ["os.listdir", "os.getcwd", "os.stat", "os.path.exists", "os.path.isfile", "os.scandir"],
    "json": ["json.loads", "json.dumps"],
    "path": ["pathlib.Path.read_text", "pathlib.Path.read_bytes", "pathlib.Path.is_file", "pathlib.Path.open"],
}


def ask(url: str, body: bytes | None = None, method: str | None = None, **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with urllib.request.urlopen(urllib.request.Request(url, body, named, method=method), timeout=60) as answer:
        content: bytes = answer.read()
        return content


@pytest.mark.parametrize("patched", PATCHES)
def test_a_patched_function_does_not_reach_the_server(patched: str):
    """Tables, a made-up letter, a file, a fax and the page are there, whichever of these functions fails.

    The modules that serve them are loaded before: pytest, which rewrites them, loads one by these functions.
    """
    with FakeFax() as fax:
        use_all_files(fax)
    with FakeFax() as fax, contextlib.ExitStack() as patches:
        for name in PATCHES[patched]:
            patches.enter_context(mock.patch(name, side_effect=BROKEN))
        use_all_files(fax)
    assert Path(__file__).is_file()


def test_a_file_system_of_pyfakefs_does_not_reach_the_server():
    """Where pyfakefs has put an empty file system in the place of the real one, also for its worker processes."""
    with FakeFax() as fax, Patcher():
        assert not Path(__file__).exists()
        use_all_files(fax)
        large = multipart(b" " * 1_500_000 + b"hello", "large.txt")
        answer = load(ask(f"{fax.base_url}/files?api_key={fax.api_key}", large, **FORM))
        assert answer["status"] == "success"
    assert Path(__file__).is_file()


UPLOAD = files.pdf(2)
FORM = {"content_type": "multipart/form-data; boundary=b"}


def multipart(content: bytes, name: str) -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--b--\r\n"


def use_all_files(fax: FakeFax) -> None:
    """Tables, a made-up letter, a file, a fax, a shipped scenario and the page."""
    key, control = f"?api_key={fax.api_key}", fax.url + "/_fakefax"
    assert len(load(ask(f"{fax.base_url}/countries{key}"))) > 0
    assert ask(f"{fax.base_url}/files/10/preview.jpg{key}").startswith(b"\xff\xd8")
    document_id = load(ask(f"{fax.base_url}/files{key}", multipart(UPLOAD, "a.pdf"), **FORM))["document_id"]
    assert ask(f"{fax.base_url}/files/{document_id}/preview.jpg{key}").startswith(b"\xff\xd8")
    assert load(ask(f"{control}/incoming-faxes{key}", b"{}"))["pages"] == 1
    assert b"<html" in ask(f"{control}/ui/faxes")
    assert ask(f"{control}/page/style.css")
    assert ask(f"{fax.base_url}/fax{key}&fax_number=%2B123456789&document_id=10")
    assert load(ask(f"{control}/scenario{key}", b"busy", method="PUT"))["scenario"] == "Every line is busy."
