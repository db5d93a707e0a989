"""Where the host of a callback URL is: asked once for many attempts, and again after a while."""

import asyncio
import socket
import threading
from typing import Any

import pytest

from fakefax.callbacks import resolver as lookup
from fakefax.callbacks.client import CallbackClient
from fakefax.callbacks.resolver import Resolver
from fakefax.values.forms import PostedBody
from fakefax.values.unpatched import own_getaddrinfo
from tests.callbacks.endpoints import DEADLINE


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that the system was asked for; one that ends in .invalid is known from the second time on."""
    names: list[str] = []

    def getaddrinfo(host: str, port: int, *options: Any) -> Any:
        names.append(host)
        if host.endswith(".invalid") and names.count(host) > 1:
            host = "127.0.0.1"
        return own_getaddrinfo(host, port, *options)

    monkeypatch.setattr(lookup, "own_getaddrinfo", getaddrinfo)
    return names


async def a_moment() -> None:
    """Return when all timers have fired that are due."""
    fired = asyncio.Event()
    asyncio.get_running_loop().call_later(0, fired.set)
    await fired.wait()


async def test_many_who_ask_at_once_cost_one_lookup(asked):
    """Receipts that come due together ask the system once, and so do those of the next seconds."""
    resolver = Resolver()
    first = await asyncio.gather(*(resolver.addresses("localhost", 8000) for _ in range(20)))
    again = await resolver.addresses("localhost", 8000)
    assert first == 20 * [again]
    assert asked == ["localhost"]
    await resolver.addresses("localhost", 8001)
    assert asked == ["localhost", "localhost"]


async def test_addresses_are_looked_up_again_after_a_while(asked, monkeypatch):
    """A host that moves is found again."""
    monkeypatch.setattr(lookup, "REMEMBERED", 0)
    resolver = Resolver()
    for times in (1, 2):
        await resolver.addresses("localhost", 8000)
        await a_moment()
        assert asked == times * ["localhost"]


async def test_a_name_that_was_not_known_is_asked_for_again(asked):
    """A service that starts later than fakefax is found by the next attempt."""
    resolver = Resolver()
    with pytest.raises(socket.gaierror):
        await resolver.addresses("later.invalid", 8000)
    await a_moment()
    assert [found[4] for found in await resolver.addresses("later.invalid", 8000)] == [("127.0.0.1", 8000)]


async def test_a_dropped_attempt_leaves_the_lookup_to_the_others(asked, monkeypatch):
    """An attempt that is dropped while the host is looked up leaves the lookup to those that still wait."""
    looking, go_on = threading.Event(), threading.Event()

    def slowly(host: str, *options: Any) -> Any:
        asked.append(host)
        looking.set()
        assert go_on.wait(DEADLINE)
        return own_getaddrinfo(host, *options)

    monkeypatch.setattr(lookup, "own_getaddrinfo", slowly)
    resolver = Resolver()
    dropped, waits = (asyncio.create_task(resolver.addresses("localhost", 8000)) for _ in range(2))
    assert await asyncio.to_thread(looking.wait, DEADLINE)
    dropped.cancel()
    await asyncio.wait([dropped])
    go_on.set()
    assert await waits
    assert (dropped.cancelled(), asked) == (True, ["localhost"])


async def test_an_ipv4_address_is_taken_as_it_stands(asked):
    """It needs no lookup; another spelling of one is refused."""
    resolver = Resolver()
    assert [found[4] for found in await resolver.addresses("127.0.0.1", 8000)] == [("127.0.0.1", 8000)]
    for host in ("127.1", "2130706433", "0177.0.0.1", "1.2.3.256", "0x7f000001", "127.0.0.0x1"):
        with pytest.raises(ValueError, match=f"^{host} is not a canonical IPv4 address$"):
            await resolver.addresses(host, 8000)
    assert asked == []


async def test_a_host_that_cannot_be_reached_is_looked_up_again_at_once(asked):
    """It may have moved: the next attempt does not go to the old address for a second more."""
    client = CallbackClient(timeout=DEADLINE)
    for times in (1, 2):
        answer = await client.post("http://localhost:9/faxto", PostedBody("text/plain", b"x"))
        assert answer.failure == "cannot connect to localhost:9: Connection refused"
        assert asked == times * ["localhost"]
    await client.close()


async def test_a_name_may_begin_with_a_digit(asked):
    """It is looked up as any other, unlike an address."""
    with pytest.raises(socket.gaierror):
        await Resolver().addresses("3scale.invalid", 8000)
    assert asked == ["3scale.invalid"]
