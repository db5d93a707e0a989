"""compose.yaml: right by the Compose specification as far as it goes, and its program does what it says."""

import socket
import subprocess
import sys
from typing import Any

import pytest
import yaml

from fakefax.cli.settings import SETTINGS
from tests.documentation import ROOT
from tests.processes import DEADLINE, environment, serving

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
TOP = {"services", "volumes"}
SERVICE = {
    *("build", "image", "command", "environment", "ports", "volumes", "networks", "depends_on"),
    *("read_only", "cap_drop", "security_opt", "sysctls", "healthcheck"),
}
"""Keys of the Compose specification that are used; another one is a misspelling until somebody has looked it up."""

FAKEFAX = COMPOSE["services"]["fakefax"]
PROGRAM = COMPOSE["services"]["program"]


def test_only_known_keys_are_used():
    """Each key is one of the specification's."""
    assert set(COMPOSE) == TOP
    for service in COMPOSE["services"].values():
        assert set(service) <= SERVICE
    assert PROGRAM["depends_on"] == {"fakefax": {"condition": "service_healthy"}}


def test_every_variable_is_a_setting():
    """Each variable in its environment is a setting of fakefax, and every value is text, as Compose wants it."""
    known = {setting.variable: setting for setting in SETTINGS}
    for name, value in FAKEFAX["environment"].items():
        assert isinstance(value, str)
        known[name].parse(value)


def test_the_names_and_the_volume_fit_together():
    """The vendor's names are fakefax's, the callback goes to a service that is there, the volume is shared."""
    assert FAKEFAX["networks"]["default"]["aliases"] == ["fax.to", "api.fax.to"]
    assert FAKEFAX["environment"]["FAKEFAX_CALLBACK_URL"].startswith("http://program:8000/")
    assert FAKEFAX["environment"]["FAKEFAX_TLS_PORT"] == "443"
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for service, folder in ((FAKEFAX, "/tls"), (PROGRAM, "/authority")):
        named = {volume.split(":")[0]: volume.split(":")[1] for volume in service["volumes"]}
        assert named["authority"] == folder
        for source in (name for name in named if name.startswith("./")):
            assert (ROOT / source).exists()
    assert "FAKEFAX_TLS_DIR=/tls" in image
    assert PROGRAM["environment"]["SSL_CERT_FILE"] == "/authority/authority.pem"
    assert "authority" in COMPOSE["volumes"]


PATCH = """
import runpy, socket
look_up = socket.getaddrinfo
def here(host, port, *rest, **options):
    place = ("127.0.0.1", PORT) if host == "fax.to" else (host, port)
    return look_up(*place, *rest, **options)
socket.getaddrinfo = here
runpy.run_path("tests/examples/composed_program.py", run_name="__main__")
"""


def test_the_program_sends_a_fax_and_hears_of_it(tmp_path, unused_tcp_port: int):
    """The example's own program, with the alias and the callback as Compose gives them, on one machine."""
    callback = f"http://127.0.0.1:{unused_tcp_port}/faxto"
    flags = ("--tls", "--tls-port", "0", "--tls-dir", str(tmp_path), "--callback-url", callback, "--rate", "1000")
    with serving(*flags) as server:
        while (secure := server.stdout.next()).split()[0] != "https":
            pass
        port = secure.split()[1].rpartition(":")[2]
        run = subprocess.run(
            [sys.executable, "-u", "-c", PATCH.replace("PORT", port)],
            cwd=ROOT,
            env=environment(SSL_CERT_FILE=str(tmp_path / "authority.pem"), PORT=str(unused_tcp_port)),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
    sent, receipt = run.stdout.splitlines()
    assert "'fax_job_id': 200" in sent
    assert "'msg_code': 'busy'" in receipt


@pytest.fixture
def unused_tcp_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
