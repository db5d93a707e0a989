"""HTTPS with the user's certificate, and all that can be wrong with it."""

import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from tests.processes import DEADLINE, run, serving
from tests.server.tls.conftest import secure_port


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """An authority of the user's own: chain.pem, key.pem, both.pem, ca.pem, and files that are none of these."""
    authority = trustme.CA()
    leaf = authority.issue_cert("fax.to", not_after=datetime(2999, 1, 1, tzinfo=UTC))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    leaf.cert_chain_pems[0].write_to_path(str(tmp_path / "chain.pem"))
    leaf.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    leaf.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both.pem"))
    authority.issue_cert("other").private_key_pem.write_to_path(str(tmp_path / "other.pem"))
    (tmp_path / "text.pem").write_text("no PEM")
    key = load_pem_private_key(leaf.private_key_pem.bytes(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    (tmp_path / "locked.pem").write_bytes(locked)
    return tmp_path


@pytest.mark.parametrize("flags", [["chain.pem", "key.pem"], ["both.pem"]])
def test_the_given_certificate_is_served(files: Path, flags: list[str]):
    """--tls-cert with --tls-key, or one file that has both; no authority is made."""
    given = [
        text
        for name, file in zip(("--tls-cert", "--tls-key"), flags, strict=False)
        for text in (name, files / file)
    ]
    with serving("--tls", "--tls-port", "0", "--tls-dir", str(files / "unused"), *map(str, given)) as server:
        port = secure_port(server)
        context = ssl.create_default_context(cafile=str(files / "ca.pem"))
        with (
            socket.create_connection(("127.0.0.1", port), DEADLINE) as plain,
            context.wrap_socket(plain, server_hostname="fax.to") as secure,
        ):
            assert secure.version() in ("TLSv1.2", "TLSv1.3")
    assert not (files / "unused").exists()


WRONG = {
    "a key alone": (["--tls", "--tls-key", "key.pem"], "--tls-key goes with --tls-cert"),
    "no such file": (["--tls", "--tls-cert", "none.pem"], "none.pem: cannot be read: No such file or directory"),
    "another's key": (
        ["--tls", "--tls-cert", "chain.pem", "--tls-key", "other.pem"],
        "no certificate with its key",
    ),
    "no PEM": (
        ["--tls", "--tls-cert", "text.pem"],
        "text.pem (without --tls-key it has the key too): no certificate",
    ),
    "a password": (["--tls", "--tls-cert", "chain.pem", "--tls-key", "locked.pem"], "the key has a password"),
    "without --tls": (["--tls-cert", "both.pem"], "HTTPS is off; add --tls"),
}


@pytest.mark.parametrize(("flags", "message"), WRONG.values(), ids=WRONG)
def test_a_certificate_that_cannot_be_used_is_one_line(files: Path, flags: list[str], message: str):
    """Status 2 and a line that names the file and what is wrong with it; nothing is asked at the terminal."""
    given = [str(files / text) if text.endswith(".pem") else text for text in flags]
    result = run("serve", "--port", "0", "--tls-port", "0", *given)
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert message in line


def test_a_port_of_https_in_use_names_its_own_flag(files: Path):
    """The cure for a taken HTTPS port is another --tls-port."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        flags = ("--tls", "--tls-cert", str(files / "both.pem"), "--tls-port", port)
        result = run("serve", "--port", "0", *flags)
    assert result.returncode == 2
    assert f"127.0.0.1:{port}: the port is in use; give another --tls-port, or 0 for a free one" in result.stderr
