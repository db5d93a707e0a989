"""The default scenario, and everything else that is made from the table of faults."""

import subprocess
import sys
from pathlib import Path

import pytest

from fakefax.scenario import loader
from fakefax.scenario.default import default_scenario, default_text, flow
from fakefax.scenario.loader import find_scenario, load_scenario, parse_scenario, shipped_folder


def test_the_default_scenario_is_what_its_file_says():
    """The scenario made from the table is that of its file, which `python -m fakefax.scenario.default` writes."""
    text = find_scenario("default").read_text(encoding="utf-8")
    assert text == default_text()
    assert repr(default_scenario(text)) == repr(parse_scenario(text, "default.yaml"))


def test_a_changed_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A changed copy of the shipped file is in force as it is, instead of the scenario made from the table."""
    text = (shipped_folder() / "default.yaml").read_text(encoding="utf-8")
    (tmp_path / "default.yaml").write_text(text.replace("per_page: 0.15", "per_page: 0.25"), encoding="utf-8")
    monkeypatch.setitem(loader.SHIPPED, "default", tmp_path / "default.yaml")
    assert load_scenario("default").pricing.per_page == 0.25


def test_a_server_of_the_default_scenario_needs_no_yaml():
    """A server with the default scenario starts without the library that reads YAML."""
    program = (
        "import sys, fakefax.cli.serve; from fakefax.scenario.loader import load_scenario; load_scenario('default')"
    )
    check = "assert 'yaml' not in sys.modules, 'YAML was loaded'"
    subprocess.run([sys.executable, "-c", f"{program}; {check}"], check=True)


def test_values_are_written_so_that_yaml_reads_them_back():
    """Words that YAML takes for something else are in quotes."""
    assert flow({"a": ["ok", "on", "1m", "12", True, 2, "x: y"]}) == '{a: [ok, "on", 1m, "12", true, 2, "x: y"]}'
