"""A report in a browser: the page and a bundle in one file, opened from disk, without a server or a request."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakefax import FakeFax
from fakefax.bundles.report import write_report
from tests.page.conftest import START, expect
from tests.page.story import DEAD, Api

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MOST_BYTES = 250_000
TEST_ID = "tests/test_invoices.py::test_sends_once[</script>]"
AGAIN = "pytest 'test_it[explore]' --fakefax-explore='send_fax#1:reset'"
FAILURE = "def test_sends_once(fakefax):\n>   assert app.sent == 1\nE   assert 2 == 1   </script><b>"


@pytest.fixture
def report(tmp_path: Path, fakefax: FakeFax) -> Path:
    """A report of a test with 193 attempts at a receipt, and a fax that was paid twice."""
    with FakeFax.connect(fakefax.base_url.removesuffix("/api/v2"), start=START, record=True) as own:
        api = Api(fakefax.base_url.removesuffix("/api/v2"), own.api_key)
        api.control("PATCH", "/account", {"callback_url": DEAD})
        api.send("+15005550002")
        api.send("+15005550002")
        api.control("POST", "/incoming-faxes", {"from": "+12125550123", "pages": 1})
        api.advance("49h")
        bundle = own.bundle(test={"id": TEST_ID, "failure": FAILURE, "again": AGAIN})
    return write_report(tmp_path, bundle)


def test_a_report_is_small(report: Path):
    """A test with two receipts of 193 attempts each is below the bound."""
    assert report.stat().st_size < MOST_BYTES


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_is_the_same_page_without_a_server(browser: "Browser", report: Path, scheme: Any):
    """It tells of the test, shows faxes with their timelines, money, journal and problems, and changes nothing."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url))
    page.goto(report.as_uri())
    expect(page.get_by_role("heading", name=TEST_ID)).to_be_visible()
    expect(page.get_by_label("failure")).to_have_text(FAILURE)
    expect(page.locator("body")).not_to_contain_text("color-scheme")
    expect(page.get_by_label("replay", exact=True)).to_have_text(f"fakefax replay {report.name}")
    expect(page.get_by_label("again", exact=True)).to_have_text(AGAIN)
    page.screenshot(path=report.with_suffix(f".{scheme}.test.png"))
    page.get_by_role("link", name=re.compile("^Faxes")).click()
    page.get_by_role("link", name="200", exact=True).click()
    expect(page.get_by_role("heading", name="Fax 200")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"^attempt \d+, "))).to_have_count(193)
    page.get_by_role("button", name=re.compile(r"^attempt 193, ")).click()
    expect(page.get_by_role("heading", name="Attempt 193")).to_be_visible()
    page.screenshot(path=report.with_suffix(f".{scheme}.fax.png"))
    for name in ("Resend", "Next due"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_role("slider")).to_have_count(0)
    box = page.get_by_role("searchbox", name="Search faxes")
    for query, found in (("is:busy to:+1500*", 2), ("-is:twice", 0), ("code:ok|busy id:201", 1), ("pages:>1", 0)):
        box.fill(query)
        expect(page.locator("table.faxes tbody tr td:first-child a")).to_have_count(found)
    page.get_by_role("link", name=re.compile("^Money")).click()
    expect(page.get_by_text("Paid twice").first).to_be_visible()
    page.get_by_role("link", name=re.compile("^Journal")).click()
    expect(page.get_by_role("log").get_by_text("clock advanced by")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^[1-9]\d* entries$"))).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    page.get_by_role("link", name=re.compile("^Problems")).click()
    expect(page.get_by_role("listitem").filter(has_text="never acknowledged").first).to_be_visible()
    page.screenshot(path=report.with_suffix(f".{scheme}.problems.png"))
    context.close()
    assert [each for each in wrong if not each.startswith(("data:", report.as_uri(), "blob:"))] == []
