"""The default scenario as it was read once, in place of reading it at every start."""

import subprocess
import sys
from pathlib import Path

import pytest

from fakefax.scenario import cache as kept
from fakefax.scenario import loader
from fakefax.scenario.loader import find_scenario, load_scenario, parse_scenario, shipped_folder


def test_what_is_kept_is_what_the_file_says():
    """The kept scenario is the shipped file's, to the byte; `python -m fakefax.scenario.kept` makes it anew."""
    text = find_scenario("default").read_text(encoding="utf-8")
    read = parse_scenario(text, "default.yaml")
    assert kept.keep(text, read) == kept.FILE.read_bytes()
    assert repr(kept.cached_scenario(text)) == repr(read)


def test_a_changed_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever changes the shipped file gets what it says, and not what was kept."""
    text = (shipped_folder() / "default.yaml").read_text(encoding="utf-8")
    (tmp_path / "default.yaml").write_text(text.replace("per_page: 0.15", "per_page: 0.25"), encoding="utf-8")
    monkeypatch.setattr(loader, "SHIPPED", tmp_path)
    assert load_scenario("default").pricing.per_page == 0.25


def test_a_server_of_the_default_scenario_needs_no_yaml():
    """A server with the default scenario starts without the library that reads YAML."""
    program = (
        "import sys, fakefax.cli.serve; from fakefax.scenario.loader import load_scenario; load_scenario('default')"
    )
    check = "assert 'yaml' not in sys.modules, 'YAML was loaded'"
    subprocess.run([sys.executable, "-c", f"{program}; {check}"], check=True)
