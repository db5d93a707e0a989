"""All tiers of `fakefax verify` against a second fakefax that plays the live service: HTTPS, and a slow network."""

import json
import socket
import urllib.request
from pathlib import Path

from click.testing import CliRunner, Result

from fakefax.cli.main import cli
from tests.processes import DEADLINE, Serving, serving
from tests.server.tls.conftest import secure_port

SLOW = """
accounts:
  - api_key: live-key
    numbers: ["+12048134698"]
requests:
  - then: {real_delay: 5ms}
"""
RATE = 6000
"""Simulated seconds in a real one: fifteen minutes take 0.15 s."""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def verify(*options: str) -> Result:
    return CliRunner().invoke(cli, ["verify", "--api-key", "live-key", *options])


def faxes(server: Serving) -> list[object]:
    url = f"{server.url}/_fakefax/faxes"
    with urllib.request.urlopen(url, timeout=DEADLINE) as answer:
        reported: list[object] = json.load(answer)["faxes"]
        return reported


def test_all_tiers_against_a_live_service(tmp_path: Path):
    """Reads, files, one send, and its receipts answered 503, 204, 200; the cost is shown, nothing differs."""
    scenario = tmp_path / "live.yaml"
    scenario.write_text(SLOW)
    receipts = f"127.0.0.1:{free_port()}"
    authority = tmp_path / "tls" / "authority.pem"
    with serving(
        "--tls", "--tls-port", "0", "--tls-dir", str(tmp_path / "tls"), "--rate", str(RATE),
        "--callback-url", f"http://{receipts}/receipts", "--scenario", str(scenario),
    ) as server:  # fmt: skip
        live = f"https://localhost:{secure_port(server)}/api/v2"
        refused = verify("--live", live, "--yes")
        assert refused.exit_code == 2
        assert "CERTIFICATE_VERIFY_FAILED" in refused.output
        to_it = (
            "--live",
            live,
            "--ca",
            str(authority),
            "--send",
            "+15005550009",
            "--max-cost",
            "0.20",
            "--receipts",
        )
        elsewhere = verify(
            *to_it, "--public-url", f"http://127.0.0.1:{free_port()}/", "--listen", receipts, "--yes"
        )
        assert elsewhere.exit_code == 2
        assert "mend the tunnel" in elsewhere.output
        assert faxes(server) == []
        record = tmp_path / "recording.json"
        done = verify(
            *to_it, "--public-url", f"http://{receipts}/receipts", "--listen", receipts, "--retry-after", "150ms",
            "--record", str(record), "--yes",
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        assert "waiting for the first receipt, which comes to the account" in done.output
        assert "waiting for the next receipt, for at most" in done.output
        assert "fakefax: " not in done.output
        no_base = verify("--live", live.removesuffix("/api/v2"), "--ca", str(authority), "--yes")
        assert "fakefax: GET /balance is not there: is --live a base URL, such as https://fax.to/api/v2?" in (
            no_base.output
        )
        no_key = verify("--live", live, "--ca", str(authority), "--yes", "--api-key", "another")
        assert "fakefax: the server does not take the key: is --api-key right?" in no_key.output
        assert len(faxes(server)) == 1
    lines = done.output.splitlines()
    assert lines[-1] == "balance before 100, after 99.85: the run has cost 0.15"
    for row in ("send", "charge", "receipt", "repeated receipt", "204 to a receipt", "delete"):
        assert f"same       {row}" in lines
    written = record.read_text()
    assert json.loads(written)["host"] == "localhost"
    for secret in ("live-key", "5005550009", "12048134698", "verify.txt"):
        assert secret not in written
