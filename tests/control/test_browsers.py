"""Browsers at the control API: no page of another site steers a fake, under whatever name it is reached."""

import pytest

from tests.api.wire import open_wire

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PRIVATE = [
    *("localhost:8080", "127.0.0.1:8080", "[::1]:8080", "192.168.1.7", "fakefax", "fakefax:8080", "FAX.to"),
    *("api.fax.to", "a.localhost", "laptop.local", "fakefax.test.", "host.docker.internal:8080", "nas.home.arpa"),
]
REBOUND = ["evil.example:8080", "fax.to.evil.example", "127.0.0.1.evil.example", "localhost.evil.example"]


@pytest.mark.parametrize("host", [*PRIVATE, *REBOUND])
async def test_a_program_may_call_it_what_it_likes(wire, host):
    """A client that is no browser is let in under every Host."""
    answer = await wire.call("GET", "/_fakefax/clock", headers={"Host": host, "User-Agent": "python-requests/2.32"})
    assert answer.status == 200


@pytest.mark.parametrize("host", PRIVATE)
async def test_a_browser_comes_under_a_private_name(wire, host):
    """Addresses, names without a dot, the vendor's and those never public: pages there are fakefax's own."""
    page = {"Host": host, "User-Agent": FIREFOX, "Origin": f"http://{host}"}
    assert (await wire.call("PATCH", "/_fakefax/clock", headers=page, json={"rate": 1})).status == 200


@pytest.mark.parametrize("host", REBOUND)
@pytest.mark.parametrize(
    "mark",
    [{"User-Agent": FIREFOX}, {"Origin": "http://{host}"}, {"Sec-Fetch-Site": "same-origin"}],
    ids=["user agent", "origin", "fetch metadata"],
)
async def test_a_name_that_others_may_have_pointed_here_is_refused(wire, host, mark):
    """DNS rebinding: evil.example that became 127.0.0.1 is its own site to the browser, and still refused."""
    headers = {"Host": host} | {name: value.format(host=host) for name, value in mark.items()}
    answer = await wire.call("GET", "/_fakefax/journal", headers=headers)
    assert answer.status == 403
    assert "open it as localhost, or start with --browser-host NAME" in answer.json["message"]


async def test_a_public_name_can_be_allowed():
    """--browser-host, and the name that fakefax listens on, are names that its owner has given."""
    page = {"User-Agent": FIREFOX, "Host": "Fakefax.Example:8080"}
    async with open_wire(browser_host=("fakefax.example",)) as wire:
        assert (await wire.call("GET", "/_fakefax/clock", headers=page)).status == 200
        page["Host"] = "other.example"
        assert (await wire.call("GET", "/_fakefax/clock", headers=page)).status == 403


@pytest.mark.parametrize("path", ["/_fakefax/clock", "/_fakefax/reset", "/_fakefax/account"])
async def test_a_preflight_is_never_granted(wire, path):
    """What a browser asks before a cross-site request gets no leave."""
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "PATCH"}
    answer = await wire.call("OPTIONS", path, headers=asked)
    assert answer.status == 405
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
