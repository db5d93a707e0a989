"""WireMock with its request journal, as it starts by itself; its webhook posts the callback."""

import json

from benchmarks.install import home
from benchmarks.peer import ANSWER, FAX, FORM, RECEIPT, Peer, Place

VERSION = "3.13.2"


def command(place: Place) -> list[str]:
    mapping = {
        "request": {
            "method": "POST",
            "urlPath": "/api/v2/fax",
            "formParameters": {"fax_number": {"matches": "\\+1555.*"}},
        },
        "response": {"status": 200, "jsonBody": ANSWER, "headers": {"Content-Type": "application/json"}},
    }
    if place.callback_url:
        webhook = {"method": "POST", "url": place.callback_url, "headers": FORM, "body": RECEIPT}
        mapping["serveEventListeners"] = [{"name": "webhook", "parameters": webhook}]
    mappings = place.folder / "mappings"
    mappings.mkdir()
    (mappings / "fax.json").write_text(json.dumps(mapping))
    jar = home("wiremock") / f"node_modules/wiremock/build/wiremock-standalone-{VERSION}.jar"
    start = ["java", "-jar", str(jar), "--bind-address", "127.0.0.1", "--port", str(place.port)]
    return [*start, "--root-dir", str(place.folder)]


PEER = Peer(
    "WireMock",
    command,
    FAX,
    log="request journal",
    npm=f"wiremock@{VERSION}",
    needs=("java", "npm"),
    calls_back=True,
    warm_up=8.0,  # a JVM compiles what is hot as it goes
)
