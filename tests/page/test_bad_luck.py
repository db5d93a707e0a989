"""Bad input and bad luck in a browser: hostile text, bursts, a server that goes and comes back, a hidden tab."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from fakefax import FakeFax
from tests.page.conftest import START, Visit, expect, visiting
from tests.page.story import Api

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\">",
    "<script>document.title='owned'</script>",
    "\"'><svg/onload=document.title='owned'>",
    "javascript:document.title='owned'//",
    "${document.title='owned'}{{constructor.constructor('x')()}}",
    "&lt;b&gt;&amp;&#x3c;",
    "\u202egpj.exe\u202c\u0000\u0007\ufeff",
    "]]><!--<style>*{display:none}</style>",
)


class HostileEndpoint(BaseHTTPRequestHandler):
    """An endpoint that answers with hostile headers and a hostile body."""

    def do_POST(self) -> None:
        """Refuse, with all of the corpus."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = "\n".join(HOSTILE).encode()
        self.send_response(500, HOSTILE[1])
        self.send_header("Content-Type", "text/html")
        self.send_header("X-Hostile", HOSTILE[0])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def be_hostile(api: Api) -> None:
    """Put the corpus everywhere where a client, an endpoint or a scenario can put text."""
    rules = [
        {
            "name": text[:60].replace("\u0000", "").replace("\u0007", ""),
            "when": {"nth": 1000 + place},
            "then": {"msg_code": "busy"},
        }
        for place, text in enumerate(HOSTILE)
    ]
    api.control(
        "PUT", "/scenario", {"description": HOSTILE[1], "faxes": rules, "clock": {"rate": 0, "start": START}}
    )
    for text in HOSTILE:
        boundary = "frontier"
        name = text.replace('"', "%22").replace("\u0000", "")
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in (("api_key", api.key), ("fax_number", "+15005550001"), ("tsi_number", text))
        ]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}.txt"\r\n'
            f"Content-Type: text/plain\r\n\r\n{text}\r\n--{boundary}--\r\n"
        )
        api.post("/api/v2/fax", "".join(parts).encode(), f"multipart/form-data; boundary={boundary}")
        api.send(text)
        api.post("/api/v2/fax", urlencode({"api_key": api.key, "fax_number": text, text: text}).encode())
        api.control(
            "POST",
            "/incoming-faxes",
            {"from": text.replace("\u0000", "")[:60], "text": text, "rsid": text[:20].replace("\u0000", "")},
        )
    api.advance("20m")


def test_hostile_text_is_shown_as_text(visit: Visit, api: Api):
    """Wherever a client, an endpoint or a scenario can put text: it is text, nothing runs, nothing is fetched."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), HostileEndpoint)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/{HOSTILE[2]}"
        api.control("PUT", "/scenario", {"clock": {"rate": 0, "start": START}})
        be_hostile(api)
        api.control(
            "PATCH",
            "/account",
            {"callback_url": url.replace('"', "%22").replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")},
        )
        for fax in api.control("GET", "/faxes")["faxes"]:
            api.control("POST", f"/faxes/{fax['fax_job_id']}/resend")
        api.advance("20m")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    first = api.control("GET", "/faxes")["faxes"][0]["fax_job_id"]
    received = api.control("GET", "/incoming-faxes")["incoming_faxes"][0]["incoming_fax_id"]
    for view in (
        "faxes",
        f"faxes/{first}",
        f"received/{received}",
        "next",
        "money",
        "problems",
        "scenario",
        "journal",
    ):
        page = visit.open(view)
        page.locator("main > *").first.wait_for()
        page.wait_for_timeout(300)
        if view == "journal":
            for button in page.locator(".entry .seq").all()[:40]:
                button.click()
        assert "owned" not in page.title()
        assert (
            page.evaluate(
                "document.querySelectorAll('main script, main svg:not(.spark), main img[src=x], main style').length"
            )
            == 0
        )
    page = visit.open(f"faxes/{first}?attempt=1")
    attempt = page.get_by_role("region", name="Attempt 1")
    expect(attempt.get_by_label("Body of the answer")).to_contain_text(HOSTILE[1])
    expect(attempt.locator("dd", has_text=HOSTILE[0])).to_be_visible()
    assert attempt.locator("script, svg, img, style").count() == 0
    assert "owned" not in page.title()
    visit.check()
    page.goto(f"{visit.url}/_fakefax/ui/faxes?{urlencode({'q': HOSTILE[0]})}")
    page.wait_for_timeout(300)
    assert "owned" not in page.title()
    visit.expected = re.compile("status of 4")


def longest_task(trace: bytes) -> float:
    """Milliseconds of processor time that the longest task of the main thread took."""
    events = json.loads(trace)["traceEvents"]
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks: list[float] = [
        event["tdur"] / 1000
        for event in events
        if "RunTask" in event["name"] and "tdur" in event and (event["pid"], event["tid"]) in main
    ]
    assert tasks
    return max(tasks)


@pytest.mark.parametrize("view", ["journal", "faxes"])
def test_a_burst_neither_stops_the_page_nor_loses_anything(visit: Visit, browser: "Browser", api: Api, view: str):
    """1,200 entries in a row: all are there, in order, and no frame keeps the page for a tenth of a second."""
    page = visit.open(view)
    page.wait_for_timeout(500)
    browser.start_tracing(page=page, categories=["toplevel"])
    for _ in range(600):
        api.send("+4930123456")
    last = api.control("GET", "/journal?limit=1")["last_seq"]
    newest = page.locator(".entry .seq" if view == "journal" else "[data-row]").first
    expect(newest).to_have_text(str(last if view == "journal" else 799))
    assert longest_task(browser.stop_tracing()) < 100
    if view == "journal":
        shown = [int(text) for text in page.locator(".entry .seq").all_text_contents()]
        assert shown == list(range(last, last - len(shown), -1))
        assert len(shown) >= 200


def test_the_server_goes_and_comes_back(request: pytest.FixtureRequest, browser: "Browser"):
    """The page says so, and catches up by itself."""
    with FakeFax(start=START) as first:
        url = first.base_url.removesuffix("/api/v2")
    port = int(url.rpartition(":")[2])
    with visiting(request, browser, url) as visit:
        visit.expected = re.compile("ERR_|Failed to load|network")
        with FakeFax(start=START, port=port):
            page = visit.open()
            Api(url).send("+15005550001")
            expect(page.locator("[data-row]")).to_have_text(["200"])
        expect(page.get_by_role("alert")).to_contain_text("does not answer")
        expect(page.get_by_text("no connection")).to_be_visible()
        with FakeFax(start=START, port=port):
            Api(url).send("+15005550002")
            Api(url).send("+15005550002")
            expect(page.get_by_text("live", exact=True)).to_be_visible()
            expect(page.locator("[data-row]")).to_have_text(["201", "200"])
            expect(page.get_by_role("alert")).to_be_hidden()


def test_a_hidden_tab_closes_its_stream_and_catches_up(visit: Visit, api: Api):
    """It reads nothing while nobody looks, and nothing is missing afterwards: it resumes behind the last entry."""
    page = visit.open("journal")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    api.send("+15005550001")
    expect(page.locator(".entry").first).to_contain_text("send_fax: 200")
    seen = int(page.locator(".entry .seq").first.text_content() or 0)
    page.evaluate(hide, True)
    expect(page.get_by_text("asleep")).to_be_visible()
    for _ in range(20):
        api.send("+15005550001")
    page.wait_for_timeout(300)
    assert int(page.locator(".entry .seq").first.text_content() or 0) == seen
    page.evaluate(hide, False)
    last = api.control("GET", "/journal?limit=1")["last_seq"]
    expect(page.locator(".entry .seq").first).to_have_text(str(last))
    shown = [int(text) for text in page.locator(".entry .seq").all_text_contents()]
    assert shown == list(range(last, 0, -1))
    streams = [url for url in asked if "/events" in url]
    assert f"after={seen}" in streams[-1]


def test_a_journal_that_was_evicted_says_from_when_on_it_knows(request: pytest.FixtureRequest, browser: "Browser"):
    """Neither the list of entries nor a fax that it no longer reports is a blank page."""
    from tests.processes import serving  # noqa: PLC0415

    with serving("--journal-limit", "100", "--rate", "0", "--start", START, "--log-format", "off") as server:
        api = Api(server.url)
        for _ in range(80):
            api.send("+15005550001")
        with visiting(request, browser, server.url) as visit:
            visit.expected = re.compile("status of 410")
            page = visit.open("journal")
            expect(
                page.get_by_text(re.compile(r"The journal knows from .* on: \d+ older entries are no longer"))
            ).to_be_visible()
            page = visit.open("faxes/200")
            expect(page.get_by_role("heading", name="Fax 200")).to_be_visible()
            expect(page.get_by_role("region", name="The request as it came")).not_to_contain_text("POST")


class SlowEndpoint(BaseHTTPRequestHandler):
    """An endpoint that takes its time and then refuses."""

    slow = threading.Event()

    def do_POST(self) -> None:
        """Refuse after a moment, or at once when the test has ended."""
        self.slow.wait(0.3)
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_long_advance_shows_how_far_it_is_and_can_be_left(visit: Visit, api: Api):
    """A slow endpoint makes 48 hours long: there is progress, and the page can be used without waiting for it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), SlowEndpoint)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        api.control("PATCH", "/account", {"callback_url": f"http://127.0.0.1:{server.server_port}/"})
        api.send("+15005550001")
        page = visit.open()
        page.get_by_role("button", name="Advance +48 h").click()
        progress = page.get_by_role("progressbar", name="Advancing +48 h")
        expect(progress).to_be_visible()
        expect(page.get_by_role("button", name="Next due")).to_be_disabled()
        expect(page.get_by_role("row").nth(1)).to_contain_text("again in")
        page.get_by_role("button", name="leave it").click()
        expect(progress).to_be_hidden()
        expect(page.get_by_role("button", name="Next due")).to_be_enabled()
        page.get_by_role("link", name="200", exact=True).click()
        expect(page.get_by_role("button", name=re.compile(r"^attempt 2, "))).to_be_visible()
        SlowEndpoint.slow.set()
        expect(page.locator("time.time")).to_have_text("Wed 7 Jan 09:00:00")
        expect(page.get_by_role("button", name=re.compile(r"^attempt \d+, "))).to_have_count(192)
    finally:
        SlowEndpoint.slow.set()
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_server_with_a_control_token_asks_for_it(request: pytest.FixtureRequest, browser: "Browser"):
    """The page itself needs no token; what it shows does, and the token is kept where no script can read it."""
    from tests.processes import serving  # noqa: PLC0415

    token = "a-token-of-this-test"
    with (
        serving("--control-token", token, "--rate", "0", "--start", START, "--log-format", "off") as server,
        visiting(request, browser, server.url) as visit,
    ):
        visit.expected = re.compile("status of 401")
        visit.page.goto(f"{server.url}/_fakefax/ui/faxes")
        field = visit.page.get_by_label("Control token")
        title = visit.page.get_by_role("heading", name="This server wants its control token").bounding_box()
        box = field.bounding_box()
        assert title is not None
        assert box is not None
        assert box["y"] - title["y"] < 100, "the question is one block"
        field.fill("another")
        visit.page.get_by_role("button", name="Open", exact=True).click()
        expect(visit.page.get_by_role("alert")).to_be_visible()
        field.fill(token)
        visit.page.get_by_role("button", name="Open", exact=True).click()
        visit.page.get_by_text("live", exact=True).wait_for()
        expect(visit.page.get_by_text("No fax yet")).to_be_visible()
        assert token not in visit.page.evaluate("document.cookie")


def test_seven_tabs_are_all_live(request: pytest.FixtureRequest, browser: "Browser", api: Api):
    """A browser has six connections to a host; tabs that are not looked at give theirs back."""
    with visiting(request, browser, api.url) as visit:
        context = visit.page.context
        visit.open()
        hide = "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        hide += "document.dispatchEvent(new Event('visibilitychange'))"
        for _ in range(6):
            context.pages[-1].evaluate(hide)
            page = context.new_page()
            page.goto(f"{api.url}/_fakefax/ui/faxes")
            page.get_by_text("live", exact=True).wait_for()
        api.send("+15005550001")
        expect(page.locator("[data-row]")).to_have_text(["200"])
