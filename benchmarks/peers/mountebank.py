"""mountebank: an imposter that records its requests."""

import json

from benchmarks.install import script_of
from benchmarks.peer import ANSWER, FAX, Peer, Place
from benchmarks.running import free_port


def command(place: Place) -> list[str]:
    imposter = {
        "protocol": "http",
        "host": "127.0.0.1",
        "port": place.port,
        "recordRequests": True,
        "stubs": [
            {
                "predicates": [
                    {"equals": {"method": "POST", "path": "/api/v2/fax"}},
                    {"matches": {"form": {"fax_number": "^\\+1555"}}},
                ],
                "responses": [
                    {"is": {"headers": {"Content-Type": "application/json"}, "body": json.dumps(ANSWER)}}
                ],
            }
        ],
    }
    config = place.folder / "imposters.json"
    config.write_text(json.dumps({"imposters": [imposter]}))
    start = [script_of("mountebank", "mb"), "start", "--host", "127.0.0.1", "--port", str(free_port())]
    return [*start, "--configfile", str(config)]


PEER = Peer("mountebank", command, FAX, log="recordRequests, and mb.log", npm="mountebank@2.9.1", needs=("npm",))
