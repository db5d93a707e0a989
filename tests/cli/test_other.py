"""The commands beside serve, as processes: check, scenarios, help, version, completion."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from fakefax import __version__
from fakefax.cli.main import COMMANDS, Heading
from fakefax.cli.settings import SETTINGS, Group
from fakefax.scenario.loader import load_scenario, shipped_scenarios
from tests.processes import COMMAND, DEADLINE, environment, run, run_with_input

SHIPPED = list(shipped_scenarios())


def test_check_says_ok_for_each_right_file(tmp_path: Path):
    """Right files, and shipped names, are reported one a line with what is in them; status 0."""
    file = tmp_path / "mine.yaml"
    file.write_text("accounts: [{api_key: a}, {api_key: b}]\nfaxes: [{then: {msg_code: busy}}]\n")
    result = run("check", str(file), "default")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"{file}: ok (2 accounts, 1 rule)\ndefault: ok (1 account, 34 rules)\n"


def test_check_goes_on_after_a_wrong_file(tmp_path: Path):
    """A wrong file costs status 1; its problems and the other files' results are all in what a pipe gets."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("seed: x\nfaxs: []\n")
    result = run("check", str(wrong), "busy")
    assert (result.returncode, result.stderr) == (1, "")
    *problems, right = result.stdout.splitlines()
    assert [line.split(":")[:2] for line in problems] == [[str(wrong), "1"], [str(wrong), "2"]]
    assert right == "busy: ok (1 account, 1 rule)"


@pytest.mark.parametrize(
    ("content", "status", "reported"),
    [
        (b"faxes: [{then: {msg_code: busy}}]\r\n", 0, "-: ok (1 account, 1 rule)\n"),
        (b"\nseed: x\n", 1, "<stdin>:2:7: seed: 'x' is not a whole number\n"),
        (b"a: \xff", 1, "<stdin>: is not UTF-8 text: byte 3 is 0xff; save it as UTF-8\n"),
    ],
)
def test_check_reads_standard_input(content: bytes, status: int, reported: str):
    """`check -` checks what a pipe brings, and its problems begin with <stdin>."""
    result = run_with_input(content, "check", "-")
    assert (result.returncode, result.stdout, result.stderr) == (status, reported, "")


@pytest.mark.parametrize("order", [("missing.yaml", "wrong.yaml"), ("wrong.yaml", "missing.yaml")])
def test_check_ends_with_the_worst_status(tmp_path: Path, order: tuple[str, str]):
    """A file that cannot be read is status 2, also beside a wrong one, in any order."""
    (tmp_path / "wrong.yaml").write_text("seed: x\n")
    result = run("check", *(str(tmp_path / name) for name in order))
    assert result.returncode == 2
    assert result.stdout == f"{tmp_path / 'wrong.yaml'}:1:7: seed: 'x' is not a whole number\n"
    assert result.stderr == f"{tmp_path / 'missing.yaml'}: cannot be read: No such file or directory\n"


def test_scenarios_lists_all_with_what_they_are_for():
    """Each shipped scenario has a line with its description, within 80 columns."""
    result = run("scenarios")
    assert (result.returncode, result.stderr) == (0, "")
    listed = dict(line.split(maxsplit=1) for line in result.stdout.partition("\n\n")[0].splitlines())
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    assert listed == {name: load_scenario(name).description for name in SHIPPED}


@pytest.mark.parametrize("name", ["default", SHIPPED[-1]])
def test_a_printed_scenario_can_be_loaded(tmp_path: Path, name: str):
    """`scenarios NAME` prints the file itself, as the start for a scenario of one's own."""
    mine = tmp_path / "mine.yaml"
    mine.write_text(run("scenarios", name).stdout)
    assert load_scenario(str(mine)) == load_scenario(name)


def test_an_unknown_scenario_gets_a_suggestion():
    """A misspelt name is one line with the name that was meant; status 2."""
    result = run("scenarios", "bussy")
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("bussy: no shipped scenario has this name; did you mean 'busy'? (")


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version_is_reported(flag: str):
    """--version is the name and the version, nothing else."""
    result = run(flag)
    assert (result.returncode, result.stdout, result.stderr) == (0, f"fakefax {__version__}\n", "")


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_lists_every_command(flag: str):
    """--help names every command with a sentence, within 80 columns."""
    result = run(flag)
    assert (result.returncode, result.stderr) == (0, "")
    listed = re.findall(r"^  (\w+)  +[A-Z]", result.stdout.partition("--help")[2], re.MULTILINE)
    assert listed == [name for section in Heading for name, entry in COMMANDS.items() if entry.section is section]
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    assert "..." not in result.stdout.partition("--help")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str):
    """`fakefax COMMAND --help` shows how the command is used."""
    result = run(command, "--help")
    assert result.returncode == 0
    assert result.stdout.startswith(f"Usage: fakefax {command} ")


def test_the_options_of_serve_are_listed_in_groups():
    """`serve --help` has a heading for each group of options, every option below one, within 80 columns."""
    lines = run("serve", "--help").stdout.splitlines()
    headings = [line.removesuffix(":") for line in lines if line[:1].isalpha() and line.endswith(":")]
    assert headings == [*Group, "Other"]
    assert {line.split()[0] for line in lines if line.startswith("  --")} == {setting.flag for setting in SETTINGS}
    assert all(setting.group is not None for setting in SETTINGS)
    assert all(len(line) <= 80 for line in lines)


def in_a_terminal(*arguments: str, **variables: str) -> bytes:
    """The output of a command in a terminal."""
    ours, theirs = os.openpty()
    try:
        process = subprocess.run(
            [*COMMAND, *arguments],
            env=environment(TERM="xterm", **variables),
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            timeout=DEADLINE,
            check=True,
        )
        assert process.returncode == 0
        return os.read(ours, 65536)
    finally:
        os.close(theirs)
        os.close(ours)


def test_colours_are_for_terminals_only():
    """A terminal gets colours; a pipe, or NO_COLOR, gets none."""
    assert b"\x1b[" in in_a_terminal("scenarios")
    assert b"\x1b[" in in_a_terminal("scenarios", NO_COLOR="")
    assert b"\x1b" not in in_a_terminal("scenarios", NO_COLOR="1")
    assert "\x1b" not in run("scenarios").stdout


def test_a_shell_can_complete():
    """The completion script of a shell is produced, and completes options of serve."""
    script = run(_FAKEFAX_COMPLETE="bash_source")
    assert script.returncode == 0
    assert "complete -o nosort -F" in script.stdout
    options = run(_FAKEFAX_COMPLETE="bash_complete", COMP_WORDS="fakefax serve --cal", COMP_CWORD="2")
    assert options.stdout.split() == [
        "plain,--callback-url",
        "plain,--callback-timeout",
        "plain,--callback-host-map",
    ]


def test_a_reader_that_goes_away_is_not_an_error():
    """`fakefax scenarios | head -1` ends without a word on standard error."""
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        result = subprocess.run(
            [*COMMAND, "scenarios"],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.PIPE,
            timeout=DEADLINE,
            check=False,
        )
    finally:
        os.close(theirs)
    assert (result.returncode, result.stderr) == (1, b"")


def test_fakefax_alone_says_how_to_begin():
    """Without a command there are the three to begin with, and exit status 2."""
    result = run()
    assert (result.returncode, result.stderr) == (2, "")
    assert [f"fakefax {name}" in result.stdout for name in ("demo", "serve", "run", "--help")] == [True] * 4
    assert len(result.stdout.splitlines()) < 10


def test_scenario_files_as_json():
    """`check --json` and `scenarios --json` print a list and nothing else."""
    checked = run("check", "default", "no-such-file.yaml", "--json")
    assert (checked.returncode, checked.stderr) == (2, "")
    assert [result["ok"] for result in json.loads(checked.stdout)] == [True, False]
    assert "busy" in [entry["name"] for entry in json.loads(run("scenarios", "--json").stdout)]
    assert json.loads(run("scenarios", "busy", "--json").stdout)["faxes"]
