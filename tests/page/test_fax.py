"""One fax in a browser: every attempt on an axis, a slider over it, the pages, and why it went as it did."""

import re

import pytest

from tests.page.conftest import Visit, expect
from tests.page.story import DEAD, Api, endpoint


def test_all_193_attempts_are_on_one_axis(visit: Visit, api: Api):
    """Each attempt is a tick with a name of its own; equal neighbours are one row until they are asked for."""
    api.control("PATCH", "/account", {"callback_url": DEAD})
    api.send("+15005550001")
    page = visit.open("faxes/200")
    page.get_by_role("button", name="Advance +48 h").click()
    page.get_by_role("button", name="Advance +1 h").click()
    expect(page.get_by_role("status").filter(has_text="attempt")).to_be_visible()
    ticks = page.get_by_role("button", name=re.compile(r"^attempt \d+, "))
    expect(ticks).to_have_count(193)
    names = [tick.get_attribute("aria-label") for tick in ticks.all()]
    assert names[:3] == [
        "attempt 1, at 0 minutes, refused",
        "attempt 2, at 15 minutes, refused",
        "attempt 3, at 30 minutes, refused",
    ]
    assert names[192] == "attempt 193, at 48 hours, refused"
    places = [float(re.sub(r"[^\d.]", "", tick.get_attribute("style") or "")) for tick in ticks.all()]
    assert places == sorted(places)
    assert len(set(places)) == 193
    table = page.locator("table.attempts tbody")
    expect(table.get_by_role("row")).to_have_count(1)
    expect(table).to_contain_text("1\u2013193")
    table.get_by_role("button", name="1\u2013193").click()
    expect(table.get_by_role("row")).to_have_count(193)


def test_the_slider_looks_back_and_advances(visit: Visit, api: Api):
    """Moved back it shows fax, list and balance as of then, and changes nothing; moved on, it advances to there."""
    with endpoint() as called:
        called.answers[200] = [(503, "not now"), (503, "not now"), (200, "OK")]
        api.control("PATCH", "/account", {"callback_url": called.url})
        api.send("+15005550002")
        api.advance("16m")
        api.send("+15005550001")
        page = visit.open("faxes/200")
        slider = page.get_by_role("slider", name="Moment on the timeline")
        expect(slider).to_have_attribute("aria-valuetext", re.compile("now$"))
        slider.focus()
        for _ in range(2):
            page.keyboard.press("ArrowLeft")
        expect(page.get_by_text("As of Mon 5 Jan 09:00:30")).to_be_visible()
        expect(slider).to_have_attribute("aria-valuetext", re.compile("attempt 1, at 0 minutes, answered 503"))
        expect(page.locator("[data-row]")).to_have_text(["200"])  # the second fax was not there yet
        expect(page.locator(".as-of")).to_contain_text("balance 99.85")
        page.keyboard.press("Home")
        expect(page.get_by_text("As of Mon 5 Jan 09:00:00")).to_be_visible()
        expect(page.locator("#fax-title")).to_contain_text("sending")
        page.get_by_role("button", name="Back to now").click()
        expect(page.locator("[data-row]")).to_have_text(["201", "200"])
        assert api.control("GET", "/clock")["now"] == "2026-01-05T09:16:00Z"
        slider.focus()
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Advance to here: 09:30:30").click()
        expect(page.locator("#fax-title")).to_be_visible()
        expect(page.locator("tr", has=page.locator("[data-row='200']"))).to_contain_text("acknowledged")
        assert api.control("GET", "/clock")["now"] == "2026-01-05T09:30:30Z"


def test_an_advance_says_what_it_caused(visit: Visit, api: Api):
    """In a sentence, and in order."""
    api.control("PATCH", "/account", {"callback_url": DEAD})
    api.send("+15005550001")
    api.send("+15005550002")
    page = visit.open()
    page.get_by_role("button", name="Advance +1 h").click()
    expect(page.get_by_role("status").filter(has_text="8 attempts, 2 faxes ended in")).to_be_visible()
    page.get_by_role("button", name=re.compile("^8 attempts")).click()
    caused = page.get_by_role("region", name="What the advance caused").get_by_role("listitem")
    expect(caused.first).to_contain_text("fax 200 ends")
    expect(caused.last).to_contain_text("attempt 4")


def test_every_page_is_shown(visit: Visit, api: Api):
    """As the fax machine would show it, small and large."""
    api.send("+15005550001", 11)
    page = visit.open("faxes/200")
    pictures = page.locator("button.page img")
    expect(pictures).to_have_count(12)
    pictures.last.scroll_into_view_if_needed()
    for index in range(12):
        expect(pictures.nth(index)).to_have_js_property("complete", value=True)
        assert pictures.nth(index).evaluate("image => image.naturalWidth") > 100, index
    page.get_by_role("button", name="Page 3, enlarge").click()
    expect(page.get_by_role("dialog")).to_contain_text("page 3")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("page 4")


def test_the_page_says_why(visit: Visit, api: Api):
    """The rule that decided and why others did not, the request as it came, the endpoint's own words, the money."""
    with endpoint() as called:
        called.answers[200] = [(503, '{"error": "database is locked"}')]
        api.control("PATCH", "/account", {"callback_url": called.url})
        api.send("+15005550002", tsi_number="+4930555")
        api.advance("1m")
        page = visit.open("faxes/200")
        why = page.get_by_role("region", name="Why busy")
        expect(why).to_contain_text("dialled busy")
        expect(why).to_contain_text("+15005550002 is not +15005550001")
        expect(page.get_by_role("region", name="Money")).to_contain_text("100.00 → 99.85")
        request = page.get_by_role("region", name="The request as it came")
        expect(request).to_contain_text("POST send_fax → 200")
        expect(request).to_contain_text("+4930555")
        page.get_by_role("button", name="Attempt 1: what was posted").click()
        attempt = page.get_by_role("region", name="Attempt 1")
        expect(attempt).to_contain_text("fax_job_id")
        expect(attempt.get_by_label("Body of the answer")).to_have_text('{"error": "database is locked"}')
        expect(attempt).to_contain_text("application/json")


def test_resend_and_the_next_one_like_this(visit: Visit, api: Api):
    """A receipt is posted once more; a rule makes the next fax end as this one did, and can be taken away."""
    with endpoint() as called:
        api.send("+15005550004")
        api.advance("1m")
        api.control("PATCH", "/account", {"callback_url": called.url})
        page = visit.open("faxes/200")
        expect(page.get_by_text("Not sent: there was no callback URL")).to_be_visible()
        page.get_by_role("button", name="Resend").click()
        expect(page.get_by_role("region", name="Receipt").first).to_contain_text("acknowledged")
        page.get_by_role("button", name="Make the next one like this").click()
        expect(page.get_by_role("status").filter(has_text="The next fax ends hangup")).to_be_visible()
        api.send("+4930123456")
        api.advance("1m")
        expect(page.locator("tr", has=page.locator("[data-row='201']"))).to_contain_text("hangup")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Copy as curl", "curl 'http://127.0.0.1"),
        ("Copy as scenario rule", "faxes:\n  - when:"),
        ("Copy as pytest line", 'fakefax.given(fax_number="+15005550002").busy()'),
    ],
)
def test_a_fax_can_be_copied(visit: Visit, api: Api, name: str, text: str):
    """For a terminal, for a scenario, for a test."""
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    api.send("+15005550002")
    page = visit.open("faxes/200")
    page.get_by_role("button", name=name).click()
    page.get_by_text("Copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith(text)
