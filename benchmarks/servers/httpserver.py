"""A pytest-httpserver outside of a test: `httpserver.py PORT`."""

import sys
import threading

from pytest_httpserver import HTTPServer

ANSWER = {"status": "executed", "fax_job_id": 200, "user_cash_balance": 99.85, "cost": 0.15}

server = HTTPServer(host="127.0.0.1", port=int(sys.argv[1]))
server.expect_request("/api/v2/fax", method="POST").respond_with_json(ANSWER)
server.start()
threading.Event().wait()
