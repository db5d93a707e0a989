"""Browsers at the control API: no page of another site steers a fake, under whatever name it is reached."""

import asyncio
import itertools

import pytest

from fakefax import FakeFax, FakeFaxError, WrongValue
from fakefax.cli.commands.readyz import is_ready
from tests.api.wire import DEADLINE, QUERY, open_wire
from tests.inner_pytest import ARGUMENTS

pytestmark = pytest.mark.usefixtures("shared_pool")

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PRIVATE = [
    *("localhost:8080", "127.0.0.1:8080", "[::1]:8080", "192.168.1.7", "fakefax", "fakefax:8080", "FAX.to"),
    *("api.fax.to", "a.localhost", "laptop.local", "fakefax.test.", "host.docker.internal:8080", "nas.home.arpa"),
]
REBOUND = ["evil.example:8080", "fax.to.evil.example", "127.0.0.1.evil.example", "localhost.evil.example"]


async def test_a_program_may_call_it_what_it_likes(wire):
    """A client that is not a browser is admitted under every Host."""
    for host in (*PRIVATE, *REBOUND):
        headers = {"Host": host, "User-Agent": "python-requests/2.32"}
        assert (host, (await wire.call("GET", "/_fakefax/clock", headers=headers)).status) == (host, 200)


async def test_a_browser_comes_under_a_private_name(wire):
    """Addresses, names without a dot, the vendor's and those never public: pages there are fakefax's own."""
    for host in PRIVATE:
        page = {"Host": host, "User-Agent": FIREFOX, "Origin": f"http://{host}"}
        answer = await wire.call("PATCH", "/_fakefax/clock", headers=page, json={"rate": 1})
        assert (host, answer.status) == (host, 200)


SEND = f"/api/v2/fax?{QUERY}"
EVERY_KIND = ["/_fakefax/journal", "/api/v2/balance?api_key=f@x2r0ckkz", SEND, "/nowhere"]
IMAGE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize(
    "mark",
    [{"User-Agent": FIREFOX}, {"Origin": "http://{host}"}, {"Sec-Fetch-Site": "same-origin"}],
    ids=["user agent", "origin", "fetch metadata"],
)
async def test_a_name_that_others_may_have_pointed_here_is_refused(wire, mark):
    """DNS rebinding: evil.example that became 127.0.0.1 is its own site to the browser, and still refused."""
    for host, target in itertools.product(REBOUND, EVERY_KIND):
        headers = {"Host": host} | {name: value.format(host=host) for name, value in mark.items()}
        answer = await wire.call("GET", target, headers=headers)
        assert (host, target, answer.status) == (host, target, 403)
        assert "open it as localhost, or start with --browser-host NAME" in answer.reason
    assert (await wire.get("faxes"))["total"] == 0


@pytest.mark.parametrize(
    "marks",
    [
        IMAGE,
        LINK,
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"User-Agent": FIREFOX, "Referer": "http://evil.example/page"},
    ],
    ids=["image", "link", "same site", "origin", "opaque origin", "referer"],
)
async def test_a_page_of_another_site_gets_nothing_done(wire, marks):
    """Neither API answers it, no fax is sent or charged, and the journal of the server says so."""
    for target in EVERY_KIND:
        answer = await wire.call("GET", target, headers={"User-Agent": FIREFOX, **marks})
        assert (target, answer.status, "--browser-origin" in answer.reason) == (target, 403, True)
        assert (await wire.get("account"))["balance"] == 100
        last = (await wire.get("journal"))["entries"][-1]
        assert last["kind"] in ("control.refused", "request.refused")
        assert "--browser-origin" in last["message"]


async def test_an_image_of_another_page_sends_no_fax_where_browsers_mark_nothing(wire):
    """On an address of the network browsers say nothing of where a request comes from, so none is taken there."""
    answer = await wire.call("GET", SEND, headers={"Host": "192.168.1.7:8080", "User-Agent": FIREFOX})
    assert answer.status == 403
    own = {
        "Host": "192.168.1.7:8080",
        "User-Agent": FIREFOX,
        "Referer": "http://192.168.1.7:8080/_fakefax/ui/faxes",
    }
    assert (await wire.call("GET", SEND, headers=own)).status == 200


@pytest.mark.parametrize(
    "agent",
    [
        "curl/8.5.0",
        "node",
        "Mozilla/4.0 (compatible; Win32; WinHttp.WinHttpRequest.5)",
        "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1",
    ],
)
@pytest.mark.parametrize("host", ["192.168.1.7", "evil.example", "localhost:8080"])
async def test_programs_are_never_touched(wire, agent, host):
    """curl, Node's fetch, Excel and PowerShell: what does not say that it is a browser sends its fax anywhere."""
    marks = {"User-Agent": agent, "Host": host, "Sec-Fetch-Mode": "cors", "Accept-Language": "*"}
    assert (await wire.call("GET", SEND, headers=marks)).status == 200


async def test_an_allowed_origin_uses_both_apis():
    """--browser-origin: its requests are taken, its browser may read the answers, and asks before it writes."""
    origin = "http://localhost:3000"
    async with open_wire(browser_origin=(origin,)) as wire:
        marks = {"Origin": origin, "User-Agent": FIREFOX, "Sec-Fetch-Site": "same-site"}
        for target in (SEND, "/_fakefax/faxes"):
            answer = await wire.call("GET", target, headers=marks)
            assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, origin)
            assert answer.headers["Vary"] == "Origin"  # a cache keeps it for this origin only
        asked = {**marks, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "api_key"}
        answer = await wire.call("OPTIONS", "/_fakefax/account", headers=asked)
        assert (answer.status, answer.headers["Access-Control-Allow-Headers"]) == (204, "api_key")
        image = IMAGE | {"Referer": f"{origin}/"}
        preview = "/api/v2/files/10/preview.jpg?api_key=f@x2r0ckkz"
        answer = await wire.call("GET", preview, headers=image)
        assert (answer.status, answer.headers["Cross-Origin-Resource-Policy"]) == (200, "cross-origin")
        other_port = {"Host": "localhost:8080", "Origin": "http://localhost:3001"}
        answer = await wire.call("GET", SEND, headers=other_port)
        assert (answer.status, answer.headers.get("Access-Control-Allow-Origin")) == (403, None)


async def test_an_address_that_is_typed_in_is_taken(wire):
    """A tester may look at the JSON of a path in a browser: then no page has made the request."""
    typed = {"User-Agent": FIREFOX, "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}
    assert (await wire.call("GET", "/_fakefax/journal", headers=typed)).status == 200


async def test_a_link_of_another_site_may_open_the_page(wire):
    """A CI page may point at the page, which is the same for everybody; a frame or an image of it may not."""
    page = "/_fakefax/ui/faxes"
    assert (await wire.call("GET", page, headers=LINK)).status == 200
    assert (await wire.call("GET", page, headers=LINK | {"Sec-Fetch-Dest": "iframe"})).status == 403
    assert (await wire.call("GET", page, headers=IMAGE)).status == 403


async def test_content_of_scenarios_and_uploads_is_shielded():
    """HTML that a rule answers with, and pictures of uploads, are neither run nor guessed at by a browser."""
    html = "{status: 200, body: '<script>', content_type: text/html}"
    scenario = f"requests: [{{when: {{operation: balance}}, then: {html}}}]"
    async with open_wire(scenario) as wire:
        for target in (
            "/api/v2/balance?api_key=f@x2r0ckkz",
            "/api/v2/files/10/preview.jpg?api_key=f@x2r0ckkz",
            "/_fakefax/documents/10/pages/1.png",
            "/_fakefax/scenario",
        ):
            answer = await wire.call("GET", target)
            assert answer.status == 200, answer
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_a_control_token_is_asked_for():
    """With --control-token the control API takes only who shows it, by a header or by a browser's cookie."""
    async with open_wire(control_token="open-sesame") as wire:
        for headers in ({}, {"Authorization": "Bearer open-sesam"}, {"Authorization": "Basic open-sesame"}):
            answer = await wire.call("GET", "/_fakefax/clock", headers=headers)
            assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="fakefax"')
            assert "--control-token" in answer.json["message"]
        shown = {"Authorization": "Bearer open-sesame"}
        assert (await wire.call("GET", "/_fakefax/clock", headers=shown)).status == 200
        shown = {"Authorization": "bearer  open-sesame"}
        assert (await wire.call("GET", "/_fakefax/clock", headers=shown)).status == 200
        assert (await wire.call("GET", SEND)).status == 200
        assert (await wire.call("GET", "/_fakefax/ui/faxes")).status == 200
        wrong = await wire.call("POST", "/_fakefax/session", json={"token": "guess"})
        assert (wrong.status, wrong.json["message"]) == (401, "this is not the control token of this server")
        session = await wire.call("POST", "/_fakefax/session", json={"token": "open-sesame"})
        cookie = session.headers["Set-Cookie"]
        assert "open-sesame" not in cookie
        assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/_fakefax"))
        assert (await wire.call("GET", "/_fakefax/clock", headers={"Cookie": cookie.split(";")[0]})).status == 200


async def test_a_page_of_an_allowed_origin_shows_the_token():
    """With --browser-origin and --control-token a browser first asks, without the token, whether it may send it."""
    origin = "http://localhost:3000"
    async with open_wire(browser_origin=(origin,), control_token="open-sesame") as wire:
        marks = {"Origin": origin, "User-Agent": FIREFOX, "Sec-Fetch-Site": "same-site"}
        asked = marks | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
        answer = await wire.call("OPTIONS", "/_fakefax/clock", headers=asked)
        assert (answer.status, answer.headers["Access-Control-Allow-Headers"]) == (204, "authorization")
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        foreign = await wire.call("OPTIONS", "/_fakefax/clock", headers=asked | {"Origin": "http://evil.example"})
        assert foreign.status == 403
        for shown, status in (({}, 401), ({"Authorization": "Bearer open-sesame"}, 200)):
            assert (await wire.call("GET", "/_fakefax/clock", headers=marks | shown)).status == status


async def test_the_python_client_shows_the_token(monkeypatch):
    """FAKEFAX_CONTROL_TOKEN is sent with each request; without it the error names the variable."""

    def balance(url):
        with FakeFax.connect(url) as fax:
            return fax.balance

    async with open_wire(control_token="open-sesame") as wire:
        with pytest.raises(FakeFaxError, match="FAKEFAX_CONTROL_TOKEN"):
            await asyncio.to_thread(balance, wire.url)
        monkeypatch.setenv("FAKEFAX_CONTROL_TOKEN", "open-sesame")
        assert await asyncio.to_thread(balance, wire.url) == 100
        monkeypatch.setenv("FAKEFAX_CONTROL_TOKEN", "open\r\nsesame: é")
        with pytest.raises(WrongValue, match="FAKEFAX_CONTROL_TOKEN has a character that a header cannot carry"):
            await asyncio.to_thread(balance, wire.url)


async def test_the_fixture_shows_the_token(monkeypatch, pytester):
    """A run of pytest against a fakefax elsewhere works by the same variable."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile("def test_it(fakefax): assert fakefax.balance == 100")
    monkeypatch.setenv("FAKEFAX_CONTROL_TOKEN", "open-sesame")
    async with open_wire(control_token="open-sesame") as wire:
        arguments = (*ARGUMENTS, f"--fakefax-url={wire.url}")
        run = await asyncio.to_thread(lambda: pytester.runpytest_subprocess(*arguments))
    run.assert_outcomes(passed=1)


async def test_a_health_check_needs_no_token():
    """`fakefax readyz`, which an image runs every few seconds, says that a server with a token is ready."""
    async with open_wire(control_token="open-sesame") as wire:
        assert (await asyncio.to_thread(is_ready, wire.url, DEADLINE))[0]
        assert (await wire.call("POST", "/_fakefax/readyz")).status == 405


async def test_a_public_name_can_be_allowed():
    """--browser-host, and the name that fakefax listens on, are names that its owner has given."""
    page = {"User-Agent": FIREFOX, "Host": "Fakefax.Example:8080"}
    async with open_wire(browser_host=("FakeFax.example",)) as wire:
        assert (await wire.call("GET", "/_fakefax/clock", headers=page)).status == 200
        page["Host"] = "other.example"
        assert (await wire.call("GET", "/_fakefax/clock", headers=page)).status == 403


@pytest.mark.parametrize("path", ["/_fakefax/clock", "/_fakefax/reset", "/_fakefax/account"])
async def test_a_preflight_is_never_granted(wire, path):
    """A preflight request gets no permission for a cross-site request."""
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "PATCH"}
    answer = await wire.call("OPTIONS", path, headers=asked)
    assert answer.status == 403
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
