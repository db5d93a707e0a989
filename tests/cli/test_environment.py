"""Odd environments: a cluster that sets variables named like settings, a user without a home."""

import os
import shutil
import subprocess

import pytest

from tests.processes import COMMAND, DEADLINE, environment, run, serving

KUBERNETES = {
    "FAKEFAX_PORT": "tcp://10.0.0.1:8080",
    "FAKEFAX_SERVICE_HOST": "10.0.0.1",
    "FAKEFAX_SERVICE_PORT": "8080",
    "FAKEFAX_SERVICE_PORT_HTTP": "8080",
    "FAKEFAX_PORT_8080_TCP": "tcp://10.0.0.1:8080",
    "FAKEFAX_PORT_8080_TCP_ADDR": "10.0.0.1",
    "FAKEFAX_PORT_8080_TCP_PORT": "8080",
    "FAKEFAX_PORT_8080_TCP_PROTO": "tcp",
}


def test_variables_of_kubernetes_are_not_settings():
    """Beside a Service named fakefax the server starts as without one, and says that FAKEFAX_PORT is ignored."""
    with serving(**KUBERNETES) as server:
        assert server.ask("/_fakefax/readyz")["status"] == "ready"
        said = server.stderr.next()
        assert said == "fakefax: FAKEFAX_PORT is an address that the cluster has set, not a port; it is ignored"
        server.end()
        assert [line for line in server.stderr.rest() if "FAKEFAX" in line] == []


def test_the_health_check_is_not_misled():
    """`readyz` asks at the port of the image, whatever Kubernetes has set."""
    said = run("readyz", "--timeout", "1", **KUBERNETES)
    assert "10.0.0.1" not in said.stdout + said.stderr
    assert "FAKEFAX_" not in said.stderr


@pytest.mark.parametrize("variables", [{"FAKEFAX_NAME": "/web/fakefax", "FAKEFAX_ENV_PATH": "/bin"}])
def test_variables_of_docker_links_are_not_settings(variables: dict[str, str]):
    """Docker's links set variables too; nothing is said of them."""
    with serving(**variables) as server:
        server.end()
        assert [line for line in server.stderr.rest() if "FAKEFAX" in line] == []


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="needs root, to become somebody else")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
def test_a_user_without_a_home():
    """Without HOME, and with a user id that the system does not know, commands work."""
    words = ["setpriv", "--reuid=54321", "--clear-groups", "env", "-u", "HOME", *COMMAND, "serve", "--help"]
    ended = subprocess.run(
        words, env=environment(), capture_output=True, text=True, timeout=DEADLINE, check=False, cwd="/"
    )
    if "Permission denied" in ended.stderr:
        pytest.skip("that user may not read this Python")
    assert ended.returncode == 0, ended.stderr
    ended = subprocess.run(
        [*words[:-2], "serve", "--host", "192.0.2.1"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
        cwd="/",
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)
