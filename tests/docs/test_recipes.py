"""The recipes for CI, and the image: what can be shown of them without a container engine."""

import ast
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from fakefax.cli.settings import SETTINGS
from tests.documentation import ROOT, blocks

SETTING = {setting.variable: setting for setting in SETTINGS}


def recipe(name: str) -> Any:
    (text,) = blocks(name)
    return yaml.safe_load(text)


def check_variables(variables: dict[str, str]) -> None:
    """Each variable of fakefax is a setting, and its value is one that the setting takes."""
    ours = {name: value for name, value in variables.items() if name.startswith("FAKEFAX_")}
    assert ours
    for name, value in ours.items():
        SETTING[name].parse(value)


def test_the_github_recipe_has_what_a_service_has():
    """The keys are those of a job and of its services, the variables are settings."""
    (job,) = recipe("github")["jobs"].values()
    assert set(job) <= {"runs-on", "services", "steps"}
    service = job["services"]["fakefax"]
    assert set(service) <= {"image", "ports", "options", "env"}
    assert service["ports"] == ["8080:8080"]
    check_variables(service["env"])
    assert "host.docker.internal" in service["options"]
    assert all(set(step) <= {"uses", "run", "env"} for step in job["steps"])


def test_the_gitlab_recipe_has_what_a_service_has():
    """The keys are those of a job and of its services; the alias is the host of the URL."""
    (job,) = recipe("gitlab").values()
    assert set(job) <= {"image", "services", "variables", "script"}
    (service,) = job["services"]
    assert set(service) <= {"name", "alias", "variables"}
    assert job["variables"]["FAXTO_URL"] == f"http://{service['alias']}:8080/api/v2"
    check_variables(service["variables"])


def test_the_testcontainers_example_uses_what_there_is():
    """Each name that it imports exists, and each method that it calls of the container."""
    (example,) = blocks("testcontainers")
    tree = ast.parse(example)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = importlib.import_module(node.module)
            assert all(hasattr(module, name.name) for name in node.names)
    container = importlib.import_module("testcontainers.core.container").DockerContainer
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used = {name for name in called if name.startswith(("with_", "get_", "waiting_"))}
    assert used
    assert {name for name in used if not hasattr(container, name)} == set()


def test_the_testcontainers_example_passes(tmp_path: Path):
    """The example as a reader would copy it; it needs an engine that has the image `fakefax`."""
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "image", "inspect", "fakefax"], capture_output=True, check=False).returncode
    ):
        pytest.skip("there is no container engine with the image fakefax here")
    (example,) = blocks("testcontainers")
    (tmp_path / "test_example.py").write_text(example, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_example.py"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.skipif(not os.environ.get("FRESH_ROOT"), reason="takes a minute or two and root; set FRESH_ROOT=1")
def test_the_dockerfile_can_be_executed():
    """Its steps in a fresh Debian root, and the result run as the image's user, with its health check."""
    run = subprocess.run(
        [sys.executable, ROOT / ".ci" / "fresh_root.py", *os.environ["FRESH_ROOT"].split()[1:]],
        capture_output=True,
        text=True,
        check=False,
    )
    if "skipped" in run.stderr:
        pytest.skip(run.stderr.strip())
    assert run.stdout.endswith("== the Dockerfile was executed\n"), run.stdout[-2000:] + run.stderr[-2000:]
