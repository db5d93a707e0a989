"""The parameters of a request are in its entry of the journal: masked, bounded, and never in the way."""

import io
import json

from fakefax.cli.log import JournalLog
from tests.api.wire import KEY, Wire, open_wire

TWO = (
    f"accounts: [{{api_key: {KEY}, documents: [{{id: 10, filename: a.pdf, pages: 1}}]}}, {{api_key: k-0123456789}}]"
)


async def parameters(wire: Wire, kind: str) -> list[dict[str, str]]:
    return [entry["detail"]["parameters"] for entry in (await wire.get(f"journal?kind={kind}"))["entries"]]


async def test_the_parameters_of_requests_are_reported():
    """Of a send, a refusal and a poll: as they came, with those of the path; the key is masked."""
    async with open_wire(TWO) as wire:
        await wire.send()
        await wire.call("GET", f"/api/v2/fax/200/status?api_key={KEY}")
        await wire.call("POST", "/api/v2/fax", json={"api_key": KEY, "fax_number": 12, "document_id": [1, {}]})
        await wire.call("GET", "/api/v2/balance")
        sent, polled, wrong, nobody = await parameters(wire, "request")
    assert sent == {"api_key": "f@x...", "fax_number": "+123456789", "document_id": "10"}
    assert polled == {"api_key": "f@x...", "fax_job_id": "200"}
    assert wrong == {"api_key": "f@x...", "fax_number": "12", "document_id": "[1,{}]"}
    assert nobody == {}


async def test_no_log_has_them():
    """The parameters stay in the journal; the lines that `serve` prints are kept elsewhere, and for long."""
    stream = io.StringIO()
    async with open_wire(TWO) as wire:
        log = JournalLog(stream, "json")
        wire.server.sandboxes.listen(log)
        await wire.send(tsi_number="my-sender")
        log.flush()
    assert '"operation":"send_fax"' in stream.getvalue()
    assert "my-sender" not in stream.getvalue()


async def test_a_fault_shows_the_parameters_too():
    """A charge without an answer shows which send it was."""
    async with open_wire() as wire:
        await wire.call("GET", f"/api/v2/fax?api_key={KEY}&fax_number=%2B15005550107&document_id=10&tsi_number=me")
        (reported,) = await parameters(wire, "fault.request")
    assert (reported["fax_number"], reported["tsi_number"]) == ("+15005550107", "me")


async def test_no_secret_is_reported():
    """Keys wherever they stand, passwords by name, and the passwords of URLs."""
    fields = {
        "api_key": KEY,
        "Password": "hunter2",
        "access_token": "t0ken",
        "ApiKey": "another-key",
        "fax_number": "k-0123456789",
        "file": "http://ada:lovelace@host/?api_key=abc",
    }
    async with open_wire(TWO) as wire:
        await wire.call("POST", "/api/v2/fax", json=fields)
        (reported,) = await parameters(wire, "request")
    assert reported == {
        "api_key": "f@x...",
        "Password": "***",
        "access_token": "***",
        "ApiKey": "ano...",
        "fax_number": "k-0...",
        "file": "http://***@host/?api_key=***",
    }


async def test_a_large_value_is_cut():
    """A megabyte, a thousand fields, bytes that are no text, and a file: all of it takes a few kilobytes."""
    async with open_wire(TWO) as wire:
        await wire.call("POST", "/api/v2/fax", json={"api_key": KEY, "fax_number": "é" * 100_000, "x" * 999: 1})
        await wire.call("POST", "/api/v2/fax", json={"api_key": KEY, **{f"n{count}": 1 for count in range(900)}})
        await wire.call("GET", f"/api/v2/fax?api_key={KEY}&fax_number=%FF%ff")
        body = (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
            + b"hi" * 50
            + b"\r\n--x--"
        )
        head = {"Content-Type": "multipart/form-data; boundary=x"}
        await wire.call("POST", f"/api/v2/files?api_key={KEY}", data=body, headers=head)
        long, many, odd, sent = await parameters(wire, "request")
    assert long["fax_number"] == "é" * 200 + "… (100000 characters)"
    assert list(long)[2] == "x" * 200 + "… (999 characters)"
    assert (len(many), odd["api_key"]) == (40, "f@x...")
    assert sent == {"api_key": "f@x...", "file": "a.txt, 100 bytes"}
    assert len(json.dumps([long, many, odd, sent])) < 4000
