"""Programs with https://fax.to/api/v2 written into them, their certificate checks on, against a real TLS server."""

import http.client
import json
import shutil
import ssl
import subprocess
import sys
import urllib.request

import httpx
import pytest
import requests

from tests.processes import DEADLINE
from tests.server.tls.conftest import VENDOR, Secure

URL = "https://fax.to/api/v2/fax"
ORDER = {"api_key": "f@x2r0ckkz", "fax_number": "+123456789", "document_id": "10"}
BALANCE = "/api/v2/balance?api_key=f@x2r0ckkz"


@pytest.mark.parametrize("host", [*VENDOR, "app.test"])
def test_the_standard_library_opens_the_vendors_url(vendor_is_here: Secure, monkeypatch: pytest.MonkeyPatch, host):
    """urllib, its defaults and SSL_CERT_FILE: the vendor's hosts and a --tls-host have a certificate that holds."""
    monkeypatch.setenv("SSL_CERT_FILE", str(vendor_is_here.authority))
    monkeypatch.setattr(urllib.request, "_opener", None)  # from Python 3.12 on it keeps what it has trusted first
    with urllib.request.urlopen(f"https://{host}{BALANCE}", timeout=DEADLINE) as answer:
        assert json.load(answer)["status"] == "success"


def test_http_client_checks_the_certificate_and_its_name(vendor_is_here: Secure):
    """http.client with a context that trusts the authority: fax.to holds, a name that is not in it does not."""
    context = ssl.create_default_context(cafile=str(vendor_is_here.authority))
    connection = http.client.HTTPSConnection("fax.to", timeout=DEADLINE, context=context)
    connection.request("GET", BALANCE)
    assert connection.getresponse().status == 200
    connection.close()
    other = http.client.HTTPSConnection("other.test", timeout=DEADLINE, context=context)
    with pytest.raises(ssl.SSLCertVerificationError, match=r"other\.test"):
        other.request("GET", BALANCE)
    other.close()


def test_requests_sends_a_fax(vendor_is_here: Secure, monkeypatch: pytest.MonkeyPatch):
    """requests with REQUESTS_CA_BUNDLE."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(vendor_is_here.authority))
    answer = requests.post(URL, data=ORDER, timeout=DEADLINE)
    assert (answer.status_code, answer.json()["status"]) == (200, "executed")


def test_httpx_sends_a_fax(vendor_is_here: Secure, monkeypatch: pytest.MonkeyPatch):
    """httpx with SSL_CERT_FILE."""
    monkeypatch.setenv("SSL_CERT_FILE", str(vendor_is_here.authority))
    with httpx.Client(timeout=DEADLINE) as client:
        answer = client.get(URL, params=ORDER)
    assert (answer.status_code, answer.json()["status"]) == (200, "executed")


AIOHTTP = """
import aiohttp, asyncio, sys
async def main():
    async with aiohttp.ClientSession() as session, session.get(sys.argv[1]) as answer:
        print((await answer.json())["status"])
asyncio.run(main())
"""


def test_aiohttp_opens_an_https_url(vendor_is_here: Secure, monkeypatch: pytest.MonkeyPatch):
    """aiohttp with SSL_CERT_FILE, which it reads when it is imported."""
    monkeypatch.setenv("SSL_CERT_FILE", str(vendor_is_here.authority))
    command = [sys.executable, "-c", AIOHTTP, f"https://127.0.0.1:{vendor_is_here.port}{BALANCE}"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert result.stdout == "success\n", result.stderr


def curl(secure: Secure, *options: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    resolved = (
        "--resolve",
        f"fax.to:{secure.port}:127.0.0.1",
        "--connect-to",
        f"fax.to:443:127.0.0.1:{secure.port}",
    )
    command = ["curl", "--silent", "--show-error", "--noproxy", "*", *resolved, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_curl_opens_the_vendors_url(vendor_is_here: Secure, version: str):
    """curl --cacert, also one that would like HTTP/2; and by --resolve with the port in the URL."""
    result = curl(vendor_is_here, version, "--cacert", str(vendor_is_here.authority), f"https://fax.to{BALANCE}")
    assert json.loads(result.stdout)["status"] == "success", result.stderr
    url = f"https://fax.to:{vendor_is_here.port}{BALANCE}"
    result = curl(vendor_is_here, version, "--cacert", str(vendor_is_here.authority), url)
    assert json.loads(result.stdout)["status"] == "success", result.stderr


NODE = """
const https = require("https");
const lookup = (name, options, done) =>
  options.all ? done(null, [{address: "127.0.0.1", family: 4}]) : done(null, "127.0.0.1", 4);
https.get({host: "fax.to", port: PORT, path: "PATH", lookup}, (answer) => {
  answer.on("data", (text) => process.stdout.write(text));
}).on("error", (error) => { console.error(error.code); process.exitCode = 1; });
"""


def node(secure: Secure) -> subprocess.CompletedProcess[str]:
    command = shutil.which("node")
    if command is None:
        pytest.skip("there is no node here")
    program = NODE.replace("PORT", str(secure.port)).replace("PATH", BALANCE)
    return subprocess.run([command, "-e", program], capture_output=True, text=True, timeout=DEADLINE, check=False)


def test_node_opens_the_vendors_url(vendor_is_here: Secure, monkeypatch: pytest.MonkeyPatch):
    """Node with NODE_EXTRA_CA_CERTS; without it, Node refuses."""
    assert node(vendor_is_here).returncode == 1
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(vendor_is_here.authority))
    result = node(vendor_is_here)
    assert json.loads(result.stdout)["status"] == "success", result.stderr


def test_nobody_trusts_the_authority_unasked(vendor_is_here: Secure):
    """Every client that does not trust it refuses, which shows that their checks are on."""
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"https://fax.to{BALANCE}", timeout=DEADLINE)
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"https://fax.to{BALANCE}", timeout=DEADLINE)
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"https://fax.to{BALANCE}", timeout=DEADLINE)
    assert curl(vendor_is_here, f"https://fax.to{BALANCE}").returncode == 60
