"""Keys are in no sentence of the journal and no line of the log, wherever a message quotes them."""

import io
import json

import pytest

from fakefax.cli.log import JournalLog
from tests.api.wire import KEY, open_wire

SECRET = "team/secret?key"
SCENARIO = f"accounts: [{{api_key: {KEY}}}, {{api_key: 'k-0123456789'}}, {{api_key: '{SECRET}'}}]"


@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_no_key_is_reported(log_format):
    """Not as a taken key, in a path, as a fax number, a number's account or a wrong value, nor in a detail."""
    stream = io.StringIO()
    async with open_wire(SCENARIO) as wire:
        log = JournalLog(stream, log_format)
        wire.server.sandboxes.listen(log)
        for key in ("k-0123456789", SECRET):
            for method, path, body in (
                ("POST", "/_fakefax/sandboxes", {"api_key": key}),
                ("POST", "/_fakefax/sandboxes?api_key=k-0123456789", {"api_key": SECRET}),
                ("POST", "/_fakefax/clock/advance", {"by": key}),
                ("PATCH", "/_fakefax/account", {"callback_url": key}),
                ("PATCH", "/_fakefax/account", {"callback_url": f"http://localhost:1/?for={key}"}),
                ("POST", "/api/v2/fax", {"api_key": KEY, "fax_number": key, "document_id": key}),
                ("POST", f"/_fakefax/{key.replace('?', '%3F')}", {}),
                ("GET", "/api/v2/k%2D0123456789", {}),
                ("GET", "/api/v2/files?AddRemoteFile=http%3A//localhost%3A1/%3Ffor%3Dk%252D0123456789", {}),
                ("GET", f"/api/v2/files?api_key={KEY}&AddRemoteFile=ftp%3A//k%252D0123456789", {}),
            ):
                await wire.call(method, path, json=body)
        log.flush()
        entries = (await wire.get("journal"))["entries"]
        reported = stream.getvalue() + "".join(entry["message"] + str(entry["detail"]) for entry in entries)
    assert "k-0..." in reported
    assert "k-0123456789" not in reported
    assert SECRET not in reported
    assert "0123456789" not in reported.replace("+", "")


async def test_a_snapshot_quotes_no_key_either():
    """Its own keys are masked as URLs have them, too, and those of other sandboxes where its texts quote them."""
    async with open_wire() as wire:
        other = (await wire.call("POST", "/_fakefax/sandboxes", json={"api_key": "other.key~1"})).json["api_key"]
        for key in (KEY, "f%40x2r0ckkz", other, "other%2Ekey%7E1"):
            await wire.call("POST", "/_fakefax/clock/advance", json={"by": key})
            await wire.patch("account", {"callback_url": f"http://localhost:1/?for={key}"})
        await wire.patch("account", {"callback_url": "http://localhost:1/?for=f%40x2r0ckkz"})
        snapshot = await wire.get("snapshot")
    saved = json.dumps(snapshot)
    assert snapshot["accounts"][0]["callback_url"] == "http://localhost:1/?for=<key 1>"
    assert not [key for key in ("x2r0ckkz", "other.key", "other%2E") if key in saved]
