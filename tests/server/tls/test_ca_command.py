"""`fakefax ca`: where the authority is, and how each language trusts it."""

import os
import ssl
from pathlib import Path

from fakefax.server.tls.private_files import per_user_folder
from tests.processes import run
from tests.server.tls.conftest import Secure


def test_the_first_line_is_the_path(secure: Secure):
    """A script takes the first line; the rest has a line for each language that the README names."""
    result = run("ca", "--tls-dir", str(secure.folder))
    assert result.returncode == 0, result.stderr
    first, *rest = result.stdout.splitlines()
    assert first == str(secure.authority)
    text = "\n".join(rest)
    for name in ("Python", "requests", "httpx", "aiohttp", "Node", "Java", "PHP", "Go", "curl", "Dockerfile"):
        assert name in text
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        assert f"{variable}={secure.authority}" in text


def test_the_certificate_itself_can_be_printed(secure: Secure):
    """--pem prints what is to be trusted, for a pipe out of a container."""
    result = run("ca", "--tls-dir", str(secure.folder), "--pem")
    assert result.stdout == secure.authority.read_text()
    ssl.create_default_context(cadata=result.stdout)


def test_the_authority_is_made_when_there_is_none(tmp_path: Path):
    """It can be trusted before the first start; a path with blanks is quoted for the shell."""
    result = run("ca", FAKEFAX_TLS_DIR=str(tmp_path / "my state"))
    path = tmp_path / "my state" / "authority.pem"
    assert result.stdout.splitlines()[0] == str(path)
    assert f"SSL_CERT_FILE='{path}'" in result.stdout
    assert path.exists()


def test_a_folder_that_cannot_be_used_is_one_line(tmp_path: Path):
    """Status 2 and a line that names the folder and the setting."""
    (tmp_path / "file").write_text("")
    result = run("ca", "--tls-dir", str(tmp_path / "file"))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"fakefax: {tmp_path / 'file'}: cannot be made: ")


def test_the_authority_of_a_user_is_with_the_users_state(monkeypatch):
    """By default it is in the folder for a program's state, or where XDG_STATE_HOME says."""
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/ada")
    assert per_user_folder() == Path("/home/ada/.local/state/fakefax/tls")
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert per_user_folder() == Path("/state/fakefax/tls")
    assert os.environ["XDG_STATE_HOME"] == "/state"
    monkeypatch.setenv("XDG_STATE_HOME", "state")  # relative ones are to be ignored, as its specification says
    assert per_user_folder() == Path("/home/ada/.local/state/fakefax/tls")
