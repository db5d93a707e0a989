"""A program that has https://fax.to/api/v2 written into it: it sends a fax and waits for the receipt.

compose.yaml runs it beside fakefax. It knows nothing of fakefax; only its environment does.
"""

import json
import os
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

ORDER = {"api_key": "f@x2r0ckkz", "fax_number": "+15005550002", "document_id": "10"}


class Callback(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        print("receipt", dict(urllib.parse.parse_qsl(form)))  # noqa: T201
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing but the receipt."""


server = HTTPServer(("", int(os.environ.get("PORT", "8000"))), Callback)
form = urllib.parse.urlencode(ORDER).encode()
with urllib.request.urlopen("https://fax.to/api/v2/fax", form, timeout=10) as answer:
    print("sent", json.load(answer))  # noqa: T201
server.handle_request()
