"""`send`, `next`, `rules`, `advance`, `resend`, `receive`: what they do, by the control API alone."""

from pathlib import Path

import pytest

from tests.cli.commands.conftest import Terminal


def test_a_fax_is_sent_through_the_vendors_api(terminal: Terminal):
    """`send NUMBER` sends a document of the account and says what it cost; --json is the vendor's answer."""
    said = terminal("send", "+15005550002")
    number = terminal.fakefax.faxes[0].fax_job_id
    assert said == (0, f"fax {number} to +15005550002: executed, cost 0.15, balance 99.85\n", "")
    reported = terminal("send", "+15005550002", "--json").json
    assert reported == {"status": "executed", "fax_job_id": number + 1, "user_cash_balance": 99.7, "cost": 0.15}


def test_a_file_is_uploaded_first(terminal: Terminal, tmp_path: Path):
    """`send NUMBER FILE` uploads the file; --wait goes to the fax's end and says how it ended."""
    letter = tmp_path / "a letter.txt"
    letter.write_text("Dear Sir")
    assert "busy, receipt not sent" in terminal("send", "+15005550002", letter, "--wait").out
    assert terminal.fakefax.faxes[0].document_id != 10
    assert terminal("send", "+15005550003", letter, "--wait", "--json").json["msg_code"] == "no_answer"


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (["15005550002"], 2, "did you mean +15005550002?"),
        (["001 500 555-0002"], 2, "did you mean +15005550002?"),
        (["nobody"], 2, "'nobody' is not a fax number"),
        (["+15005550101"], 1, "refused: 400"),
        (["+15005550002", "--document", "99"], 1, "refused: 400"),
        (["+15005550002", "no-such-file"], 2, "does not exist"),
    ],
)
def test_refused_sends(terminal: Terminal, words: list[str], status: int, error: str):
    """A wrong number is answered with the one that was meant; a refusal of the API is exit status 1."""
    said = terminal("send", *words)
    assert said.status == status
    assert error in said.err
    assert said.out == ""


def test_an_advance_says_what_it_caused(terminal: Terminal):
    """`advance SPAN` counts ends, attempts with their answers, acknowledgements; it takes a time too."""
    terminal.fakefax.receiver.answers(503, 200)
    terminal("send", "+15005550002")
    terminal("send", "+15005550001")
    said = terminal("advance", "1h")
    assert said.status == 0
    assert "2 faxes ended: 1 x busy, 1 x ok" in said.out
    assert "3 attempts: 2 x 200 OK, 1 x 503" in said.out.replace("2 x 200", "2 x 200 OK").replace("OK OK", "OK")
    assert "2 receipts acknowledged" in said.out
    assert "nothing is waiting" in said.out
    assert terminal("advance", "--until-idle", "--json").json["settled"] is True


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ([], "one of SPAN, --next, --to and --until-idle"),
        (["15m", "--next"], "not SPAN and --next"),
        (["15"], "did you mean 15s or 15m?"),
        (["a while"], "'a while'"),
        (["--to", "2020-01-01"], "2020"),
    ],
)
def test_an_advance_that_cannot_be(terminal: Terminal, words: list[str], error: str):
    """How far is said once, with a unit; simulated time does not go back."""
    said = terminal("advance", *words)
    assert said.status == 2
    assert error in said.err


def test_an_absolute_time(terminal: Terminal):
    """`advance 2030-01-05T09:00` goes to that simulated time, as --to does."""
    assert "to 2099-01-05 09:00:00" in terminal("advance", "2099-01-05T09:00").out
    assert "to 2099-01-06 00:00:00" in terminal("advance", "--to", "2099-01-06").out


def test_receipts_are_posted_again(terminal: Terminal):
    """`resend ID` says what the endpoint answered; exit status 1 when it was no acknowledgement."""
    terminal.fakefax.receiver.answers(200, 503, 200)
    terminal("send", "+15005550002", "--wait")
    number = terminal.fakefax.faxes[0].fax_job_id
    failed = terminal("resend", number)
    assert (failed.status, "503" in failed.out) == (1, True)
    assert terminal("resend", number, "--json").json[0]["fax_job_id"] == number
    assert terminal("resend").status == 2
    unknown = terminal("resend", 7)
    assert (unknown.status, "7" in unknown.err) == (2, True)


def test_a_fax_arrives(terminal: Terminal, tmp_path: Path):
    """`receive` lets a fax arrive: made up, with a text, or from a file."""
    assert "2 pages" in terminal("receive", "--pages", 2).out
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Sir")
    reported = terminal("receive", letter, "--from", "+12125550123", "--json").json
    assert (reported["sender"], reported["pages"]) == ("12125550123", 1)
    assert terminal("receive", "--from", "2125550123").status == 2
    assert "arrives at" in terminal("receive", "--after", "10m").out


def test_the_outcome_of_the_next_fax(terminal: Terminal):
    """`next OUTCOME` puts a one-shot rule in front: any row of the table of faults, also for some numbers only."""
    assert terminal("next", "busy").out.startswith("the fax ends busy: once; take it away with")
    terminal("send", "+442071838750", "--wait")
    terminal("send", "+442071838750", "--wait")
    assert [fax.msg_code for fax in terminal.fakefax.faxes] == ["busy", "ok"]
    assert "for +44*" in terminal("next", "lose_reply_after_commit", "--to", "+44*", "--times", 0).out
    assert terminal("send", "+12125550123").status == 0
    assert "no fakefax answers" in terminal("send", "+442071838750").err


def test_every_row_of_the_table_can_be_next(terminal: Terminal):
    """Each row of the table of faults is taken, listed by `rules`, and cleared."""
    names = [row["name"] for row in terminal.faults()]
    assert len(names) > 30
    for name in names:
        assert terminal("next", name).status == 0, name
    listed = terminal("rules").out
    assert "run-time rule" in listed
    assert "1 left" in listed
    assert terminal("rules", "--json").json["faxes"]
    assert terminal("rules", "--clear").out == "the rules put in at run time are gone\n"
    assert "run-time rule" not in terminal("rules").out


def test_an_outcome_that_there_is_not(terminal: Terminal):
    """A wrong outcome is answered with what was meant, and with what there is."""
    said = terminal("next", "bussy")
    assert (said.status, "did you mean 'busy'?" in said.err, "no_answer" in said.err) == (2, True, True)
