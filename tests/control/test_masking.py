"""Keys are in no sentence of the journal and no line of the log, wherever a message quotes them."""

import io

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
            ):
                await wire.call(method, path, json=body)
        log.flush()
        entries = (await wire.get("journal"))["entries"]
        reported = stream.getvalue() + "".join(entry["message"] + str(entry["detail"]) for entry in entries)
    assert "k-0..." in reported
    assert "k-0123456789" not in reported
    assert SECRET not in reported
    assert "0123456789" not in reported.replace("+", "")
