"""Mockoon's command line, with its log of transactions; a callback of the response posts the receipt."""

import json
from typing import Any

from benchmarks.install import script_of
from benchmarks.peer import ANSWER, FAX, FORM, RECEIPT, Peer, Place

ROUTE, RESPONSE, CALLBACK = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))


def command(place: Place) -> list[str]:
    data = place.folder / "fax.json"
    data.write_text(json.dumps(_environment(place)))
    start = [script_of("mockoon-cli", "mockoon-cli"), "start", "--data", str(data), "--port", str(place.port)]
    return [*start, "--hostname", "127.0.0.1", "--repair"]


def _environment(place: Place) -> dict[str, Any]:
    response = {
        "uuid": RESPONSE,
        "body": json.dumps(ANSWER),
        "statusCode": 200,
        "headers": [{"key": "Content-Type", "value": "application/json"}],
        "bodyType": "INLINE",
        "default": True,
        "callbacks": [{"uuid": CALLBACK, "latency": 0}] if place.callback_url else [],
    }
    callback = {
        "uuid": CALLBACK,
        "id": "receipt",
        "name": "receipt",
        "uri": place.callback_url or "",
        "method": "post",
        "headers": [{"key": name, "value": value} for name, value in FORM.items()],
        "bodyType": "INLINE",
        "body": RECEIPT,
        "sendFileAsBody": True,
    }
    return {
        "uuid": "00000000-0000-4000-8000-000000000000",
        "lastMigration": 33,
        "name": "fax",
        "port": place.port,
        "hostname": "127.0.0.1",
        "routes": [
            {"uuid": ROUTE, "type": "http", "method": "post", "endpoint": "api/v2/fax", "responses": [response]}
        ],
        "rootChildren": [{"type": "route", "uuid": ROUTE}],
        "callbacks": [callback] if place.callback_url else [],
    }


PEER = Peer(
    "Mockoon CLI",
    command,
    FAX,
    log="log of transactions",
    npm="@mockoon/cli@9.9.0",
    needs=("npm",),
    calls_back=True,
)
