import threading

import pytest
import requests
from flask import Flask, request
from werkzeug.serving import make_server

app = Flask(__name__)
outcomes = {}


def send_invoice(fax_number, base_url, api_key):  # your program
    order = {"api_key": api_key, "fax_number": fax_number, "document_id": 10}
    return requests.post(f"{base_url}/fax", data=order, timeout=5).json()["fax_job_id"]


@app.post("/faxto")
def receipt():
    outcomes[int(request.form["fax_job_id"])] = request.form["msg_code"]
    return "OK"


@pytest.fixture
def app_url():
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))  # else shutdown() takes half a second
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def test_a_busy_line_is_noted(fakefax, app_url):
    fakefax.callback_url = f"{app_url}/faxto"
    fax_job_id = send_invoice("+15005550002", fakefax.base_url, fakefax.api_key)
    fakefax.advance("1m")
    assert outcomes[fax_job_id] == "busy"
