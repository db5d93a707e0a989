"""A server in this process is asked without HTTP, and answers as it would over HTTP."""

import asyncio
import decimal
import threading
from contextvars import ContextVar

import pytest

from fakefax import FakeFax
from fakefax.client import FakeFaxError, control_client
from fakefax.server.thread import LoopThread
from tests.api.wire import DEADLINE


@pytest.fixture
def no_http(monkeypatch):
    """No request goes over a connection."""

    def refused(*_: object) -> None:
        raise AssertionError("this was asked over HTTP")

    monkeypatch.setattr(control_client._Connection, "exchange", refused)


def test_what_a_test_asks_needs_no_connection(no_http):
    """Time, money, rules, faxes, the journal, the verdict, a change and a reset."""
    with FakeFax() as fakefax:
        fakefax.balance = "5.00"
        assert fakefax.advance("1m").settled
        assert str(fakefax.balance) == "5"
        assert fakefax.faxes == []
        assert fakefax.ledger[-1].reason == "withdrawal"
        assert fakefax.findings() == []
        assert fakefax.journal
        fakefax.reset()


WRONG = {
    "a value": lambda fakefax: fakefax._ask("PATCH", "/account", dict, {"balance": "much"}),
    "a query field": lambda fakefax: fakefax._ask("GET", "/ledger", dict, color="red"),
    "a path": lambda fakefax: fakefax._ask("GET", "/faxez", dict),
    "a method": lambda fakefax: fakefax._ask("DELETE", "/clock", dict),
    "a body": lambda fakefax: fakefax._ask("POST", "/clock/advance", dict, ["1m"]),
    "a body that is too large": lambda fakefax: fakefax._ask("PATCH", "/account", dict, {"a": "x" * 2**20}),
    "an unknown fax": lambda fakefax: fakefax._ask("GET", "/faxes/999", dict),
}


@pytest.fixture(scope="module")
def both():
    """One FakeFax, asked in this process and over HTTP."""
    with FakeFax() as here, FakeFax.connect(here.url, api_key=here.api_key) as over_http:
        yield here, over_http


@pytest.mark.parametrize("ask", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_refused_alike(both, ask):
    """The class and the words of each refusal are the same in both ways."""
    said = []
    for fakefax in both:
        with pytest.raises(FakeFaxError) as refused:
            ask(fakefax)
        said.append((type(refused.value), str(refused.value)))
    assert said[0] == said[1]


def test_a_snapshot_is_taken_over_http():
    """What streams its answer goes over a connection, as does its restoring."""
    with FakeFax() as fakefax:
        fakefax.restore(fakefax.snapshot())
        assert fakefax.faxes == []


def test_a_request_that_takes_too_long_is_cancelled():
    """The caller gets a TimeoutError, and the work does not go on."""
    thread, ended = LoopThread(), threading.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    thread.start()
    try:
        with pytest.raises(TimeoutError):
            thread.run(work(), timeout=0.01)
        assert ended.wait(DEADLINE)
    finally:
        thread.end()


def test_the_context_of_a_test_does_not_reach_the_server():
    """Neither its precision and traps of decimal numbers nor its context variables."""
    with FakeFax() as fakefax, decimal.localcontext() as context:
        context.prec = 1
        context.traps[decimal.Inexact] = context.traps[decimal.Rounded] = True
        fakefax._ask("PATCH", "/account", dict, {"balance": "12.34"})
        assert str(fakefax.balance) == "12.34"
        assert [str(entry.balance) for entry in fakefax.ledger] == ["12.34"]
        assert fakefax.findings() == []


def test_a_context_variable_of_the_caller_is_not_set_for_what_it_runs():
    """Work on the loop begins in a context of its own."""
    variable, thread = ContextVar("variable", default="unset"), LoopThread()
    variable.set("of the test")

    async def seen() -> str:
        return variable.get()

    thread.start()
    try:
        assert thread.run(seen()) == "unset"
    finally:
        thread.end()
