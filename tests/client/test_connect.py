"""The same handle against a fakefax that runs already, such as a container."""

import http.server
from pathlib import Path

import pytest

from fakefax import FakeFax
from fakefax.client import FakeFaxError, FakeFaxServer, NotRunning, Unreachable, WrongValue
from tests.callbacks.endpoints import in_a_thread, send
from tests.processes import serving


def test_a_sandbox_of_a_running_server():
    """Connecting makes a sandbox on a paused clock, with a key of its own, which is gone afterwards."""
    with serving("--rate", "60") as server:
        with FakeFax.connect(server.url, scenario="busy", balance="0.20", start="2026-01-05T09:00:00Z") as fax:
            assert (fax.rate, str(fax.balance), fax.api_key != "f@x2r0ckkz") == (0, "0.2", True)
            send(fax)
            fax.advance("1m")
            fax.assert_sent(msg_code="busy")
            key = fax.api_key
        with (
            pytest.raises(FakeFaxError, match="no account has the api_key"),
            FakeFax.connect(server.url, api_key=key),
        ):
            pass
        with FakeFax.connect(server.url, api_key="f@x2r0ckkz") as first:
            assert first.faxes == []
            send(first)
        with FakeFax.connect(server.url, api_key="f@x2r0ckkz") as first:
            assert len(first.faxes) == 1


def test_a_scenario_file_of_this_machine_is_sent(fax: FakeFax, tmp_path: Path):
    """A scenario's file is read here, where the test is, and not there."""
    own = tmp_path / "own.yaml"
    own.write_text("faxes: [{then: {msg_code: hangup}}]", encoding="utf-8")
    with FakeFax.connect(fax.url, scenario=str(own)) as box:
        send(box)
        box.advance("1m")
        box.assert_sent(msg_code="hangup")
    with pytest.raises(WrongValue, match=r"none\.yaml cannot be read: No such file"):
        FakeFax.connect(fax.url, scenario="none.yaml")
    with (
        pytest.raises(WrongValue, match=r"'bussy' is not a scenario.*'busy'"),
        FakeFax.connect(fax.url, scenario="bussy"),
    ):
        pass


def test_rules_of_a_sandbox_are_asked_in_their_order(fax: FakeFax):
    """The first rule that fits decides, as in a file; a section's name may stand before a rule."""
    rules = [
        {"when": {"fax_number": "+44*"}, "then": {"msg_code": "busy"}},
        {"then": {"msg_code": "hangup"}},
        {"requests": {"when": {"nth": 3}, "then": {"status": 500}}},
    ]
    with FakeFax.connect(fax.url, rules=rules) as box:
        send(box, "+441234567")
        send(box, "+491234567")
        with pytest.raises(AssertionError, match="Internal Server Error"):
            send(box)
        box.advance("1m")
        assert [each.msg_code for each in box.faxes] == ["busy", "hangup"]
    with pytest.raises(WrongValue, match="is not a rule such as"):
        FakeFax.connect(fax.url, rules=["busy"])


def test_a_wrong_rule_leaves_no_sandbox_behind(fax: FakeFax):
    """When a rule is refused, its sandbox is freed again."""
    with (
        FakeFaxServer(fax.url) as server,
        pytest.raises(WrongValue, match="'bussy' is not a msg_code"),
        server.sandbox(rules=[{"then": {"msg_code": "bussy"}}]),
    ):
        pass
    listed = fax._ask("GET", "/sandboxes", dict)
    assert listed["total"] == 1


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://localhost", "http://", "http://localhost/api/v2"])
def test_a_wrong_url_is_refused(url: str):
    """A URL that cannot be a fakefax's is named at once."""
    with pytest.raises(WrongValue, match=r"^.* is not the URL of a fakefax, such as http://127\.0\.0\.1:8080$"):
        FakeFax.connect(url)


def test_nobody_there_is_said():
    """An address where nothing listens, and one that is not a fakefax, are distinguished."""
    with pytest.raises(Unreachable, match=r"^no answer from fakefax at http://127\.0\.0\.1:9: .*refused"):
        FakeFax.connect("http://127.0.0.1:9").__enter__()
    other = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    words = "answered 501, and not as fakefax does; is it the right URL"
    with in_a_thread(other), pytest.raises(FakeFaxError, match=words):
        FakeFax.connect(f"http://127.0.0.1:{other.server_port}").__enter__()


def test_a_server_with_many_sandboxes():
    """One server, two sandboxes that know nothing of each other; outside of its block it says so."""
    with FakeFaxServer() as server:
        with server.sandbox() as one, server.sandbox(scenario="busy") as other:
            send(one)
            assert (len(one.faxes), len(other.faxes)) == (1, 0)
        with pytest.raises(NotRunning):
            _ = one.faxes
    with pytest.raises(WrongValue, match="'everything' is not a part of the verdict"), FakeFaxServer() as server:
        server.sandbox(verdict=["everything"])
    with pytest.raises(Unreachable, match="not running"):
        FakeFaxServer().sandbox()
