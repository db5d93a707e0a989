"""The files for those who join: workflows, hooks, templates, and names that nobody has registered yet."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.documentation import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_scripts_that_exist(path: Path):
    """Each script of the checkout that a step runs is there; each job has a deadline and few rights."""
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert int(job["timeout-minutes"]) <= 60
        for step in job["steps"]:
            for script in re.findall(r"\.ci/\w+", step.get("run", "")):
                assert os.access(ROOT / script, os.X_OK)


def test_ci_runs_on_each_supported_python():
    """The matrix is what the classifiers say."""
    versions = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert read(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["checks"]["strategy"]["matrix"] == {
        "python": versions
    }


def test_the_hooks_are_the_linters():
    """A commit is checked by the tools that CI checks with."""
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    entries = " ".join(hook["entry"] for hook in repository["hooks"])
    lint = (ROOT / ".ci" / "lint").read_text(encoding="utf-8")
    for tool in re.findall(r'"\$tools/(\w+)"', lint):
        assert tool in entries


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.name
)
def test_a_template_is_a_form(path: Path):
    """Each template of an issue has what a forge needs, and each field an id of its own."""
    form = read(path)
    if path.name == "config.yml":
        return
    assert {"name", "description", "body"} <= set(form)
    ids = [field["id"] for field in form["body"]]
    assert len(set(ids)) == len(ids)
    assert all(field["type"] in ("textarea", "input") and field["attributes"]["label"] for field in form["body"])


TEXTS = [
    path
    for folder in ("fakefax", "docs", "tools", "scenarios", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".md", ".txt", ".js", ".mjs", ".yaml", ".html")
]


def test_nothing_sends_people_to_a_name_that_is_not_ours():
    """fakefax is on no index and in no registry yet: whoever registers the name first would be installed."""
    wrong = re.compile(
        r"(pip|pipx|uv) (install|run|tool)[^\n`]*(?<![\w./-])fakefax(?![\w/.-])|uvx fakefax|ghcr\.io/fakefax"
    )
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in [*TEXTS, *ROOT.glob("*.md"), ROOT / "Dockerfile", ROOT / "compose.yaml"]
        for match in wrong.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found
