"""The list of faxes in a browser: it is live, says how to begin, is searched, and stays where the reader is."""

import json
import re
import shlex
import urllib.request

from tests.page.conftest import Visit, expect
from tests.page.story import DEAD, Api


def test_the_empty_page_says_how_to_begin(visit: Visit, api: Api):
    """Base URL, key and a curl line that works; after a send, why nothing was delivered, and where to mend that."""
    page = visit.open()
    expect(page.get_by_label("base URL", exact=True)).to_have_text(f"{api.url}/api/v2")
    expect(page.get_by_label("api_key", exact=True)).to_have_text(api.key)
    curl, url = shlex.split(page.get_by_label("curl line", exact=True).inner_text())
    assert curl == "curl"
    with urllib.request.urlopen(url) as answer:
        assert json.load(answer)["status"] == "executed"
    page.get_by_role("link", name="200", exact=True).wait_for()
    api.advance("1m")
    hint = page.get_by_role("note")
    expect(hint).to_contain_text("no callback URL")
    hint.get_by_role("link", name="Set one").click()
    expect(page.get_by_label("Receipts are posted to")).to_be_visible()


def test_a_fax_is_there_without_a_reload(visit: Visit, api: Api):
    """A fax shows as it is sent, and so does every change of it; clock and balance go with it."""
    page = visit.open()
    api.control("PATCH", "/account", {"callback_url": DEAD})
    api.send("+15005550002")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="200", exact=True))
    expect(row).to_contain_text("sending", timeout=2000)
    expect(page.get_by_role("navigation", name="Views")).to_contain_text("99.85")
    expect(page.get_by_text(re.compile("next: fax 200 ends.*in 30 s"))).to_be_visible()
    api.advance("16m")
    expect(row).to_contain_text("busy")
    expect(row).to_contain_text("again in 14 min")
    expect(row.get_by_role("img", name="2 attempts: 1 to 2 failed")).to_be_visible()
    expect(page.locator("time.time")).to_have_text("Mon 5 Jan 09:16:00")
    expect(page).to_have_title("(1) fakefax")


def test_a_search_is_in_the_address(visit: Visit, api: Api):
    """The words of the search are those of the API, a wrong one is explained, and the address can be given away."""
    for number in ("+15005550001", "+15005550002", "+442079460018"):
        api.send(number)
    api.advance("1m")
    page = visit.open()
    page.keyboard.press("/")
    page.keyboard.type("is:busy")
    links = page.locator("[data-row]")
    expect(links).to_have_text(["201"])
    assert page.url.endswith("/faxes?q=is%3Abusy")
    page.reload()
    expect(links).to_have_text(["201"])
    expect(page.get_by_label("Search faxes")).to_have_value("is:busy")
    visit.expected = re.compile("status of 400")
    page.get_by_label("Search faxes").fill("isbusy:1")
    expect(page.get_by_role("alert")).to_contain_text("isbusy")
    page.get_by_label("Search faxes").fill("-is:busy to:+44*")
    expect(links).to_have_text(["202"])


def test_a_long_list_has_pages_and_stays_where_the_reader_is(visit: Visit, api: Api):
    """A hundred rows at a time; new faxes are counted while somebody reads further down, and nothing moves."""
    for _ in range(130):
        api.send("+4930123456")
    page = visit.open()
    links = page.locator("[data-row]")
    expect(links).to_have_count(100)
    expect(links.first).to_have_text("329")
    panel = page.get_by_role("region", name="Faxes")
    panel.evaluate("box => box.scrollTo(0, 900)")
    top = "link => Math.round(link.getBoundingClientRect().top / 4)"
    place = links.nth(40).evaluate(top)
    for _ in range(3):
        api.send("+4930123456")
    expect(page.get_by_role("button", name="3 new faxes")).to_be_visible()
    expect(links.first).to_have_text("329")
    assert links.nth(40).evaluate(top) == place
    page.get_by_role("button", name="3 new faxes").click()
    expect(links.first).to_have_text("332")
    page.get_by_role("link", name="older").click()
    expect(links).to_have_count(33)
    page.get_by_role("link", name="newest").click()
    expect(links).to_have_count(100)


def test_the_keyboard_is_enough(visit: Visit, api: Api):
    """j and k move the focus, Enter opens, Escape comes back to the same row, n moves time, ? explains."""
    for _ in range(4):
        api.send("+15005550001")
    page = visit.open()
    page.locator("[data-row]").first.wait_for()
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="202", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Fax 202")).to_be_visible()
    page.keyboard.press("r")
    visit.expected = re.compile("status of 409")
    expect(page.get_by_role("status").filter(has_text="has not ended yet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Fax 202")).to_be_hidden()
    expect(page.get_by_role("link", name="202", exact=True)).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("time.time")).to_have_text("Mon 5 Jan 09:00:30")
    page.keyboard.press("]")
    expect(page.locator("time.time")).to_have_text("Mon 5 Jan 09:15:30")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert api.control("GET", "/clock")["rate"] == 0
    page.keyboard.press("p")
    expect(page.get_by_label("Pause the clock")).to_be_visible()
