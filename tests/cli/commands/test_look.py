"""`status`, `log`, `faxes`, `fax`, `ledger`, `open`, `verdict`, `audit`, `wait`: what is seen, and the gates."""

import shlex
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from fakefax import FakeFax
from tests import processes
from tests.cli.commands.conftest import Terminal


def test_status_says_where_and_how_it_stands(terminal: Terminal):
    """Address, key, balance, clock, callback URL with its last attempt, and what is due next."""
    terminal.fakefax.receiver.answers(503)
    terminal("send", "+15005550002", "--wait")
    said = terminal("status")
    assert said.status == 0
    for part in (terminal.url, terminal.fakefax.api_key, "99.85", "paused", terminal.fakefax.receiver.url, "503"):
        assert part in said.out
    assert all(len(line) <= 200 for line in said.out.splitlines())
    reported = terminal("status", "--json").json
    assert reported["account"]["balance"] == 99.85
    assert reported["last_attempt"]["kind"] == "receipt.attempt"
    assert reported["clock"]["pending"] == 1


def test_status_as_shell_assignments(terminal: Terminal):
    """`status -o env` is what a shell evaluates."""
    lines = terminal("status", "-o", "env").out.splitlines()
    given = dict(pair.split("=", 1) for line in lines for pair in shlex.split(line.removeprefix("export ")))
    assert given == {
        "FAKEFAX_URL": terminal.url,
        "FAXTO_URL": terminal.fakefax.base_url,
        "FAXTO_API_KEY": terminal.fakefax.api_key,
    }


def test_the_log_names_the_fax(terminal: Terminal):
    """Each line of `log` has the simulated time and the fax; --kind and --fax choose; JSON is a line an entry."""
    terminal("send", "+15005550002")
    number = terminal.fakefax.faxes[0].fax_job_id
    accepted = [line for line in terminal("log").out.splitlines() if "accepted" in line]
    assert accepted[0].split()[2] == str(number)
    assert len(terminal("log", "--kind", "fax.accepted", "--fax", number).out.splitlines()) == 1
    assert terminal("log", "--kind", "receipt").err == "nothing is in the journal that fits\n"
    assert terminal("log", "--kind", "receipt", "--json") == (0, "", "")


def test_the_ledger(terminal: Terminal):
    """`ledger` lists each movement with what it left."""
    terminal("send", "+15005550002")
    assert "-0.15    99.85" in terminal("ledger").out
    assert terminal("ledger", "--json").json["balance"] == 99.85


def test_the_gates(terminal: Terminal):
    """`verdict` and `audit` end with status 1 on findings, and 0 without; --only chooses parts."""
    assert terminal("verdict").out == "clean: no findings\n"
    assert terminal("audit").status == 0
    terminal("send", "+15005550001")
    terminal("send", "+15005550001")
    judged = terminal("verdict")
    assert (judged.status, judged.out.splitlines()[0].split()[0]) == (1, "double_charge")
    assert terminal("verdict", "--only", "audit,malformed").status == 0
    assert terminal("verdict", "--json").json["findings"][0]["part"] == "double_charge"
    audited = terminal("audit")
    assert (audited.status, "paid twice" in audited.out) == (1, True)
    assert terminal("audit", "--json").json["ok"] is True
    assert "there are: unacknowledged" in terminal("verdict", "--only", "nonsense").err


def test_waiting(terminal: Terminal):
    """`wait` prints the entry that came; without success it ends with status 1 and says what came close."""
    terminal("send", "+15005550002")
    assert "accepted" in terminal("wait", "fax.accepted", "fax_number=+1500*").out
    vain = terminal("wait", "fax.accepted", "fax_number=+44*", "--timeout", "0.1")
    assert (vain.status, vain.out) == (1, "")
    assert "came close" in vain.err
    assert terminal("wait", "fax.accepted", "--json").json["found"] is True
    assert terminal("wait", "fax.accepted", "number").status == 2
    assert "numbr" in terminal("wait", "fax.accepted", "fax_numbr=1").err


def test_the_address_of_the_page(terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    """`open` prints the address of a view without a display; the key stands in the fragment only."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    address = terminal("open", "faxes/200").out.strip()
    assert address.partition("#")[0] == f"{terminal.url}/_fakefax/ui/faxes/200"
    assert address.partition("#")[2] == f"key={terminal.fakefax.api_key}"
    assert terminal("open", "--json").json == {"url": f"{terminal.url}/_fakefax/#key={terminal.fakefax.api_key}"}


def test_open_shows_the_account_of_its_key(tmp_path: Path):
    """The browser gets any key whole; one that no account has is refused before it opens."""
    key = "odd+key&with=all/of#it%41?"
    with FakeFax({"accounts": [{"api_key": key}]}) as fakefax:
        assert fakefax.api_key == key
        url = fakefax.base_url.removesuffix("/api/v2")
        browser = tmp_path / "browser"
        browser.write_text('#!/bin/sh\necho "OPENED $*" >&2\n')
        browser.chmod(0o700)
        variables = {"BROWSER": f"{browser} %s", "DISPLAY": ":9", "FAKEFAX_URL": url}
        opened = processes.run("open", "faxes", FAKEFAX_API_KEY=key, **variables)
        unkeyed = processes.run("open", **variables)
        wrong = processes.run("open", FAKEFAX_API_KEY="nobody's", **variables)
    address = opened.stdout.strip()
    assert f"OPENED {address}\n" in opened.stderr
    assert address.startswith(f"{url}/_fakefax/ui/faxes#")
    assert parse_qs(address.partition("#")[2]) == {"key": [key]}
    assert unkeyed.stdout == f"{url}/_fakefax/\n"
    assert (wrong.returncode, wrong.stdout, "OPENED" in wrong.stderr) == (2, "", False)
    assert "no account has the api_key 'nob...'" in wrong.stderr


@pytest.mark.parametrize("command", [["status"], ["log"], ["faxes"], ["ledger"], ["verdict"], ["advance", "1m"]])
def test_no_server(terminal: Terminal, command: list[str]):
    """Without a server: one line with the cure, status 2; with --json an object on standard error."""
    said = terminal(*command, FAKEFAX_URL="http://127.0.0.1:9")
    assert (said.status, said.out) == (2, "")
    assert "no fakefax answers at http://127.0.0.1:9: Connection refused; start one with" in said.err
    said = terminal(*command, "--json", FAKEFAX_URL="http://127.0.0.1:9")
    assert (said.status, said.out) == (2, "")
    assert said._replace(out=said.err).json["status"] == "failed"


def test_an_unknown_key(terminal: Terminal):
    """A refusal of the control API is its own sentence; with --json its own object."""
    said = terminal("status", FAKEFAX_API_KEY="nobody's")
    assert said.status == 2
    assert "api_key" in said.err
    reported = terminal("faxes", "--json", FAKEFAX_API_KEY="nobody's")
    assert reported._replace(out=reported.err).json["message"]


def test_one_fax_and_the_list(terminal: Terminal):
    """`fax ID` and `faxes QUERY` show what happened; an unknown id is answered with those that there are."""
    terminal.fakefax.receiver.answers(503, 200)
    assert "nothing was sent yet" in terminal("fax", 7).err
    terminal("send", "+15005550002", "--wait")
    terminal("advance", "49h")
    number = terminal.fakefax.faxes[0].fax_job_id
    said = terminal("fax", number)
    assert "busy" in said.out
    assert "503 Service Unavailable" in said.out
    assert terminal("fax", number, "--json").json["fax_job_id"] == number
    assert f"the newest are {number}" in terminal("fax", 7).err
    assert str(number) in terminal("faxes", "is:busy").out
    assert terminal("faxes", "is:ok").err == "no fax fits\n"
    assert terminal("faxes", "is:ok", "--json").json["faxes"] == []
    assert terminal("faxes", "is:busi").status == 2
