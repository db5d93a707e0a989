"""A server with files that take for ever to draw: it handles signals, reports what it waits for, and goes on."""

import asyncio
import base64
import json
import signal
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import aiohttp

from tests.api.wire import KEY, Wire, open_wire
from tests.documents import files, hostile
from tests.processes import has_failed, serving

GENEROUS = 60.0
"""Real seconds in which what a test waits for happens, on a busy machine too."""

HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'


async def upload(wire: Wire, content: bytes) -> int:
    form = aiohttp.FormData()
    form.add_field("file", content, filename="a.pdf")
    return int((await wire.call("POST", f"/api/v2/files?api_key={KEY}", data=form)).json["document_id"])


def test_a_signal_is_heard_while_a_picture_is_drawn():
    """SIGTERM ends a server with its usual status, and at once, though a preview would be drawn for ever."""
    with serving("--file-timeout", "1h", "--rate", "0") as server, ThreadPoolExecutor(1) as pool:
        url = f"{server.url}/api/v2/files"
        body = HEAD + hostile.tiling() + b"\r\n--b--\r\n"
        request = urllib.request.Request(
            f"{url}?api_key={KEY}", body, {"Content-Type": "multipart/form-data; boundary=b"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=GENEROUS) as answer:
            assert answer.status == 200
            document_id = json.load(answer)["document_id"]
        preview = f"{url}/{document_id}/preview.jpg?api_key={KEY}"
        drawing = pool.submit(urllib.request.urlopen, preview, timeout=GENEROUS)
        while not server.ask("/_fakefax/clock")["holds"]:
            pass
        assert server.end(signal.SIGTERM) == 0
        assert has_failed(drawing)


async def test_an_advance_shows_which_file_it_waits_for():
    """An advance gives up in its budget with the file's name, and goes on when the file's time is over."""
    async with open_wire(file_timeout=1.5) as wire:
        document_id = await upload(wire, hostile.tiling())
        preview = asyncio.create_task(wire.call("GET", f"/api/v2/files/{document_id}/preview.jpg?api_key={KEY}"))
        while not (await wire.get("clock"))["holds"]:
            pass
        advance = await wire.post("clock/advance", {"by": "1h", "budget": "10ms"})
        assert advance["settled"] is False
        assert f"still waiting for: document {document_id} is rendered" in advance["message"]
        assert (await preview).status == 400
        assert (await wire.post("clock/advance", {"by": "1h"}))["settled"] is True


async def test_received_faxes_count_for_the_storage_limit():
    """Faxes that arrive are refused when there is no room, given or made up; a reset makes room."""
    document = base64.b64encode(files.pdf(1)).decode()
    size = len(files.pdf(1))
    async with open_wire(storage_limit=10 * size) as wire:
        asked = {"document": document}
        for _ in range(9):
            assert (await wire.call("POST", "/_fakefax/incoming-faxes", json=asked)).status == 200
        for more in (asked, asked, {"pages": 1}):
            answer = await wire.call("POST", "/_fakefax/incoming-faxes", json=more)
            if answer.status == 200:
                answer = await wire.call("POST", "/_fakefax/incoming-faxes", json=more)
        assert (answer.status, "--storage-limit" in answer.json["message"]) == (413, True)
        assert len((await wire.get("incoming-faxes"))["incoming_faxes"]) == 10
        await wire.post("reset")
        assert (await wire.call("POST", "/_fakefax/incoming-faxes", json=asked)).status == 200
