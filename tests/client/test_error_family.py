"""Every error of the client is a FakeFaxError that names the value and the cure."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import fakefax
from fakefax import FakeFax, FakeFaxError, WrongValue, client
from tests.callbacks.endpoints import send

Use = Callable[[FakeFax], object]


def test_every_error_can_be_imported_from_the_package():
    """Every error can be imported from where FakeFax is, and `import fakefax` still loads none of it."""
    assert set(fakefax.__all__) == {*client.__all__, "__version__", "fakefax_invariant"}
    assert all(getattr(fakefax, name) is getattr(client, name) for name in client.__all__)
    errors = {cls.__name__ for cls in vars(client.errors).values() if isinstance(cls, type)} & set(dir(client))
    assert {"FakeFaxError", "HistoryGone", "CannotListen", "RunningAlready"} <= errors <= set(fakefax.__all__)
    loaded = (
        "import sys, fakefax; print([name for name in sys.modules if name.startswith(('fakefax.', 'msgspec'))])"
    )
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda fax: fax.advance(60), "^60 is not a duration such as 45s"),
        (lambda fax: fax.advance("-1m"), "^'-1m' is not a duration"),
        (lambda fax: fax.advance("1m", budget="soon"), "^'soon' is not a duration"),
        (lambda fax: fax.advance_to(5), "^5 is not a time such as"),
        (lambda fax: fax.wait_for("fax.accepted", timeout="soon"), "^'soon' is not a duration"),
        (lambda fax: fax.assert_charged("much"), "^'much' is not an amount such as 0.15"),
        (lambda fax: fax.assert_charged_total("much"), "^'much' is not an amount"),
        (lambda fax: fax.receiver.answers("x"), "^'x' is not an HTTP status"),
        (lambda fax: setattr(fax, "callback_url", "x"), "^'x' is not an http or https URL"),
        (lambda fax: setattr(fax, "received_fax_url", "x"), "^'x' is not an http or https URL"),
        (lambda fax: setattr(fax, "balance", "x"), "^'x' is not an amount"),
        (lambda fax: setattr(fax, "rate", -1), "^-1 is not a rate"),
        (lambda fax: setattr(fax, "verdict", 5), "^5 is not a part of the verdict; there are: audit, "),
        (
            lambda fax: fax.receive_fax(document=Path("/nowhere.pdf")),
            "^document /nowhere.pdf cannot be read: No such",
        ),
        (lambda fax: fax.given(fax_number=object()).busy(), "cannot be sent as JSON: "),
        (lambda fax: fax.put_rule("faxes", "busy"), r"^'busy' is not a rule such as \{'when'"),
        (
            lambda fax: fax.put_rule("fax", {}),
            "^'fax' is not a section of rules; did you mean 'faxes'. there are: faxes, requests, callbacks$",
        ),
        (lambda fax: fax.meet("bussy"), "^'bussy' is not an outcome; did you mean 'busy'. there are: ok, busy, "),
        (lambda _: FakeFax(scenario="bussy"), "^bussy: no shipped scenario has this name; did you mean 'busy'"),
        (lambda _: FakeFax(scenario=5), "^scenario 5 is not a shipped name, a path, YAML text or a mapping"),  # type: ignore[arg-type]
        (lambda _: FakeFax(scenario={"fax": []}), "^scenario: fax: unknown key; did you mean 'faxes'"),
        (lambda _: FakeFax(callback_url="x"), "^'x' is not an http or https URL"),
        (lambda _: FakeFax(balance="x"), "^'x' is not an amount"),
        (lambda _: FakeFax(rate=-1), "^-1 is not a rate"),
        (lambda _: FakeFax(start=5), "^5 is not a time such as"),  # type: ignore[arg-type]
        (lambda _: FakeFax(callback_timeout="soon"), "^'soon' is not a duration"),
        (lambda _: FakeFax(port="x"), r"^'x' is not a port from 0 \(a free one\) to 65535$"),  # type: ignore[arg-type]
        (lambda _: FakeFax(port=65_536), "^65536 is not a port"),
        (lambda _: FakeFax.connect("http://a..b"), "^'http://a..b' is not the URL of a fakefax"),
    ],
)
def test_a_wrong_value_is_one_of_the_family(fax: FakeFax, use: Use, message: str):
    """Every method that takes a value refuses a wrong one with a FakeFaxError, which is a ValueError too."""
    with pytest.raises(FakeFaxError, match=message) as caught:
        use(fax)
    assert isinstance(caught.value, WrongValue)
    assert isinstance(caught.value, ValueError)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("127.0.0.1", 0, r"the port is in use; give another port, or 0 for a free one"),
        ("192.0.2.1", 0, r"this machine has no such address; give another host"),
        ("no-such-host.invalid", 0, r"the host name is not known; give another host"),
    ],
)
def test_an_address_that_cannot_be_used_is_one_too(fax: FakeFax, host: str, port: int, reason: str):
    """An address is refused in the words of Python, not in those of the command line."""
    other = FakeFax(host=host, port=int(fax.url.rpartition(":")[2]) if host == "127.0.0.1" else port)
    with pytest.raises(FakeFaxError, match=rf"^cannot listen on \S+: {reason}$") as caught, other:
        pytest.fail("it must not start")
    assert isinstance(caught.value, OSError)


def test_a_second_with_is_one_too(fax: FakeFax):
    """Starting a FakeFax that runs already is an error that says so."""
    with pytest.raises(FakeFaxError, match=r"^this FakeFax is running already"), fax:
        pass


@pytest.mark.parametrize(
    "scenario", [{"faxes": [{"then": {"msg_code": "busy"}}]}, "faxes: \n- then: {msg_code: busy}"]
)
@pytest.mark.parametrize("where", ["own", "connected"])
def test_a_scenario_may_be_what_a_file_has(fax: FakeFax, scenario: object, where: str):
    """As data or as YAML, here and against a server that runs."""
    made = FakeFax(scenario=scenario) if where == "own" else FakeFax.connect(fax.url, scenario=scenario)  # type: ignore[arg-type]
    with made as box:
        send(box)
        box.advance("1m")
        box.assert_sent(msg_code="busy")


@pytest.mark.parametrize("kind", [str, Path])
@pytest.mark.parametrize("where", ["own", "connected"])
def test_a_wrong_file_is_reported_by_its_name(
    fax: FakeFax, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Callable[[str], object], where: str
):
    """Each problem of a scenario's file has the file, the line and the column, as `fakefax check` says it."""
    (tmp_path / "sub").mkdir()
    text = "description: Mine.\nfaxes: [{then: {msg_code: bussy}}]\nseed: x\n"
    (tmp_path / "sub" / "bad.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongValue) as caught:  # noqa: PT012 (one of them is refused when it is entered)
        settings = {"scenario": kind("sub/bad.yaml")}
        (FakeFax(**settings) if where == "own" else FakeFax.connect(fax.url, **settings)).__enter__()  # type: ignore[arg-type]
    first, second = str(caught.value).splitlines()
    assert first.startswith("sub/bad.yaml:2:27: faxes[0].then.msg_code: 'bussy' is not a msg_code; did you mean")
    assert second.startswith("sub/bad.yaml:3:7: seed: 'x' is not a whole number")


def test_an_error_beside_the_file_is_reported_as_it_is(fax: FakeFax, tmp_path: Path):
    """A right file with a wrong balance is refused for the balance."""
    own = tmp_path / "own.yaml"
    own.write_text("faxes: [{then: {msg_code: busy}}]", encoding="utf-8")
    with pytest.raises(WrongValue, match=r"^'much' is not an amount"):
        FakeFax.connect(fax.url, scenario=own, balance="much").__enter__()


def test_an_outcome_is_met_by_its_name(fax: FakeFax):
    """`meet` accepts the names that the marker accepts."""
    fax.meet("busy")
    send(fax, "+4912345")
    fax.advance("1m")
    fax.assert_sent(msg_code="busy")
    assert fax.outcome is not None
    assert fax.outcome.name == "busy"
