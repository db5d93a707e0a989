"""What a test patches in its process does not reach the server that runs there."""

import contextlib
import json
import urllib.request
from pathlib import Path
from unittest import mock

import pytest

from fakefax import FakeFax
from tests.documents import files

load = json.loads

BROKEN = OSError("patched by a test")

PATCHES = {
    "open": ["builtins.open"],
    "json": ["json.loads", "json.dumps"],
    "path": ["pathlib.Path.read_text", "pathlib.Path.read_bytes", "pathlib.Path.is_file", "pathlib.Path.open"],
}


def ask(url: str, body: bytes | None = None, **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with urllib.request.urlopen(urllib.request.Request(url, body, named), timeout=60) as answer:
        content: bytes = answer.read()
        return content


@pytest.mark.parametrize("patched", PATCHES)
def test_a_patched_function_does_not_reach_the_server(patched: str):
    """Tables, a made-up letter, a file, a fax and the page are there, whichever of these functions fails."""
    upload = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + files.pdf(2)
    upload += b"\r\n--b--\r\n"
    with FakeFax() as fax, contextlib.ExitStack() as patches:
        key, control = f"?api_key={fax.api_key}", fax.url + "/_fakefax"
        for name in PATCHES[patched]:
            patches.enter_context(mock.patch(name, side_effect=BROKEN))
        assert len(load(ask(f"{fax.base_url}/countries{key}"))) > 0
        assert ask(f"{fax.base_url}/files/10/preview.jpg{key}").startswith(b"\xff\xd8")
        form = {"content_type": "multipart/form-data; boundary=b"}
        document_id = load(ask(f"{fax.base_url}/files{key}", upload, **form))["document_id"]
        assert ask(f"{fax.base_url}/files/{document_id}/preview.jpg{key}").startswith(b"\xff\xd8")
        assert load(ask(f"{control}/incoming-faxes{key}", b"{}"))["pages"] == 1
        assert b"<html" in ask(f"{control}/ui/faxes")
        assert ask(f"{control}/page/style.css")
        assert ask(f"{fax.base_url}/fax{key}&fax_number=%2B123456789&document_id=10")
    assert Path(__file__).is_file()
