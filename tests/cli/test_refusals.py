"""Messages of `fakefax serve` when it cannot serve: one line on standard error, status 2, nothing else."""

import re
import socket
from pathlib import Path

import pytest

from fakefax.cli.settings import SETTINGS
from tests.processes import run, serving

WRONG = {
    "host": ["", "no such host", "\N{LATIN SMALL LETTER E WITH ACUTE}" * 70],
    "port": ["http", "65536", "-1"],
    "scenario": ["defualt", "missing/file.yaml", "."],
    "rate": ["fast", "-1", "100001", "nan"],
    "callback_url": ["localhost:8000/faxto", "ftp://localhost/"],
    "received_fax_url": ["http://"],
    "api_key": ["", "two words"],
    "balance": ["lots", "-0.01", "0.0000001"],
    "callback_timeout": ["soon", "0", "2h", "3601"],
    "callback_host_map": ["localhost", "localhost=", "=b"],
    "state": [""],
    "state_sync": ["", "sometimes"],
    "tls_port": ["https", "65536"],
    "tls_dir": [""],
    "tls_host": ["my_app", "a b", "x..y", "[::1]", "-"],
    "tls_cert": [""],
    "tls_key": [" "],
    "connection_limit": ["9", "all"],
    "client_timeout": ["60x", "0s"],
    "browser_host": [""],
    "start": ["tomorrow", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00Z"],
    "seed": ["seven", "1.5"],
    "id_offset": ["-1", "10000"],
    "id_step": ["0", "two"],
    "log_format": ["xml"],
    "journal_limit": ["99", "many"],
    "fax_limit": ["99", "all"],
    "sandbox_limit": ["0"],
    "sandbox_idle": ["1ms"],
    "scenarios_dir": ["missing/folder"],
    "upload_limit": ["0", "20XB"],
    "storage_limit": ["lots"],
    "page_limit": ["0", "many"],
    "pixel_limit": ["0", "all"],
    "file_timeout": ["0s"],
    "file_memory": ["1MB"],
    "remote_files": ["some"],
    "browser_origin": ["not an origin"],
    "control_token": [""],
}


def test_every_setting_has_a_wrong_value_here():
    """A setting cannot be added without a test of what it refuses."""
    assert set(WRONG) == {setting.name for setting in SETTINGS if not setting.switch}


@pytest.mark.parametrize(
    ("name", "value"),
    [pytest.param(name, value, id=f"{name}={value[:12]}") for name, values in WRONG.items() for value in values],
)
def test_a_wrong_value_is_one_line_and_status_2(name: str, value: str):
    """For every wrong setting, standard error has one line about it and standard output nothing."""
    flag = "--" + name.replace("_", "-")
    port = [] if name == "port" else ["--port", "0"]
    result = run("serve", *port, flag, value)
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    if name in ("scenario", "host") and value:
        assert value in line
    else:
        shown = "a control token" if name == "control_token" else f"{value!r} "  # a secret is not repeated
        assert line.startswith(f"fakefax: Invalid value for '{flag}': {shown}")
        assert line.endswith("(see fakefax serve --help)")


def test_a_wrong_variable_is_named():
    """A wrong value in the environment says which setting it is and what would be right."""
    result = run("serve", FAKEFAX_RATE="quick")
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert "'quick' is not a rate from 0 (paused) to 100,000" in line
    assert "FAKEFAX_RATE" in line
    assert "--rate" not in line


def test_a_misspelt_variable_is_pointed_out():
    """An unknown variable would do nothing: a warning names the one that was meant."""
    result = run("serve", "--port", "nope", FAKEFAX_SCENARO="busy")
    assert "--port" in result.stderr
    result = run("serve", "--host", "256.256.256.256", FAKEFAX_SCENARO="busy")
    warning = result.stderr.splitlines()[0]
    assert warning == "fakefax: warning: FAKEFAX_SCENARO is not a setting; did you mean FAKEFAX_SCENARIO?"


def test_a_variable_that_is_like_no_setting_is_not_answered_with_a_guess():
    """The prefix that all variables share does not make two of them similar."""
    result = run("serve", "--host", "256.256.256.256", FAKEFAX_BOGUS="busy")
    assert result.stderr.splitlines()[0] == "fakefax: warning: FAKEFAX_BOGUS is not a setting"


@pytest.mark.parametrize(
    ("arguments", "variables", "message"),
    [
        (["--tls-port", "8443"], {}, "--tls-port is about HTTPS, but HTTPS is off; add --tls"),
        (["--tls-host", "app.test"], {}, "--tls-host is about HTTPS, but HTTPS is off; add --tls"),
        (["--tls-dir", "tls"], {}, "--tls-dir is about HTTPS, but HTTPS is off; add --tls"),
        (
            [],
            {"FAKEFAX_TLS_KEY": "key.pem"},
            "FAKEFAX_TLS_KEY is about HTTPS, but HTTPS is off; set FAKEFAX_TLS=on",
        ),
    ],
)
def test_a_setting_of_https_without_https_is_refused(arguments: list[str], variables: dict[str, str], message: str):
    """An option that has no effect without --tls is refused, and the line says what to add."""
    result = run("serve", "--port", "0", *arguments, **variables)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"fakefax: {message}\n")


def test_https_that_is_turned_off_may_have_its_settings():
    """--no-tls turns off what the environment turned on, and a folder for `fakefax ca` may stand there anyway."""
    with (
        serving("--no-tls", "--log-format", "off", FAKEFAX_TLS="on", FAKEFAX_TLS_PORT="443") as off,
        serving("--log-format", "off", FAKEFAX_TLS_DIR="/tls") as plain,
    ):
        assert (off.end(), plain.end()) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "slip", "meant"),
    [
        (["readyz", "--timeout", "1s"], "FAKEFAX_PROT", "FAKEFAX_PORT"),
        (["ca", "--tls-dir", "/dev/null/tls"], "FAKEFAX_TSL_DIR", "FAKEFAX_TLS_DIR"),
    ],
)
def test_a_misspelt_variable_of_another_command_is_pointed_out(arguments: list[str], slip: str, meant: str):
    """A misspelt variable of readyz or ca gets a warning too, before the line that says what went wrong."""
    result = run(*arguments, FAKEFAX_PORT="1", **{slip: "9"})
    warning, _ = result.stderr.splitlines()
    assert warning == f"fakefax: warning: {slip} is not a setting; did you mean {meant}?"


def test_a_port_in_use_names_the_cure():
    """Another server on the port: the line says so, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run("serve", "--port", str(port))
    assert (result.returncode, result.stdout) == (2, "")
    cure = "the port is in use; give another --port, or 0 for a free one"
    assert result.stderr == f"fakefax: cannot listen on 127.0.0.1:{port}: {cure}\n"


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("nowhere.invalid", "the host name is not known; give another --host"),
        ("192.0.2.1", "this machine has no such address; give another --host"),
    ],
)
def test_a_host_that_is_not_ours_names_the_cure(host: str, reason: str):
    """A host name that is unknown, or an address of another machine, is reported apart."""
    result = run("serve", "--host", host, "--port", "0")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"fakefax: cannot listen on {host}:0: {reason}\n"


def test_a_wrong_scenario_file_has_a_line_for_each_problem(tmp_path: Path):
    """Every problem of the file is reported at once, each with file, line and column."""
    file = tmp_path / "wrong.yaml"
    file.write_text("clock: {rate: fast}\naccounts: [{api_key: a, balance: -1}]\nfaxs: []\n")
    result = run("serve", "--port", "0", "--scenario", str(file))
    assert (result.returncode, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert len(lines) == 3
    assert [re.match(rf"{re.escape(str(file))}:(\d+):\d+: ", line)[1] for line in lines] == ["1", "2", "3"]  # type: ignore[index]
    assert "did you mean 'faxes'?" in lines[2]


def test_a_scenario_that_is_not_text_is_one_line(tmp_path: Path):
    """A binary file is refused with its name."""
    file = tmp_path / "binary.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    result = run("serve", "--port", "0", "--scenario", str(file))
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{file}: is not UTF-8 text")


def test_a_key_that_another_account_has_is_refused(tmp_path: Path):
    """--api-key cannot take the key of the scenario's second account."""
    file = tmp_path / "two.yaml"
    file.write_text("accounts: [{api_key: first}, {api_key: second}]\n")
    result = run("serve", "--port", "0", "--scenario", str(file), "--api-key", "second")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "fakefax: 'second' is the key of another account of the scenario\n"


def test_a_replica_that_is_none_of_its_step_is_refused():
    """--id-offset has to be below --id-step, or two replicas would give out the same ids."""
    result = run("serve", "--port", "0", "--id-offset", "3", FAKEFAX_ID_STEP="3")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "fakefax: the id offset 3 is not from 0 to 2, which id step 3 allows; "
        "replica n of N, counted from 0, has offset n and step N\n"
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["serve", "--scenari", "ok"], r"fakefax: No such option:? '?--scenari'?.*--scenario.*"),
        (["serve", "--nope"], r"fakefax: No such option:? '?--nope'?.*\(see fakefax serve --help\)"),
        (["serve", "extra"], r"fakefax: Got unexpected extra argument \(extra\) \(see fakefax serve --help\)"),
        (["server"], r"fakefax: No such command '?server'?.*\(see fakefax --help\)"),
        (["check"], r"fakefax: Missing argument 'FILE\.\.\.'.*\(see fakefax check --help\)"),
    ],
)
def test_an_unknown_word_gets_a_hint(arguments: list[str], line: str):
    """A misspelt flag or command is one line that says what was meant or where to look."""
    result = run(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert re.fullmatch(line + r"\n", result.stderr), result.stderr
