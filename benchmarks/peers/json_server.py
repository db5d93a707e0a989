"""json-server: a send is a new row of `faxes`, which it writes to its file each time."""

import json

from benchmarks.install import script_of
from benchmarks.peer import FAX, Peer, Place, Send


def command(place: Place) -> list[str]:
    data = place.folder / "db.json"
    data.write_text(json.dumps({"faxes": []}))
    start = [script_of("json-server", "json-server"), "--host", "127.0.0.1", "--port", str(place.port)]
    return [*start, str(data)]


PEER = Peer(
    "json-server",
    command,
    Send("/faxes", FAX.body, status=201),
    log="log lines; a file of all rows",
    npm="json-server@0.17.4",
    needs=("npm",),
)
