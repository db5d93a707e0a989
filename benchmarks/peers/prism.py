"""Prism's command line: a mock of an OpenAPI description, which checks each request against it."""

import json

from benchmarks.install import script_of
from benchmarks.peer import ANSWER, FAX, Peer, Place

FIELDS = ("api_key", "fax_number", "document_id")


def command(place: Place) -> list[str]:
    form = {"type": "object", "required": FIELDS, "properties": {name: {"type": "string"} for name in FIELDS}}
    description = {
        "openapi": "3.0.3",
        "info": {"title": "fax", "version": "2"},
        "paths": {
            "/api/v2/fax": {
                "post": {
                    "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form}}},
                    "responses": {
                        "200": {
                            "description": "sent",
                            "content": {"application/json": {"schema": {"type": "object"}, "example": ANSWER}},
                        }
                    },
                }
            }
        },
    }
    document = place.folder / "fax.json"
    document.write_text(json.dumps(description))
    return [script_of("prism-cli", "prism"), "mock", "--port", str(place.port), str(document)]


PEER = Peer("Prism CLI", command, FAX, log="log lines", npm="@stoplight/prism-cli@5.16.0", needs=("npm",))
