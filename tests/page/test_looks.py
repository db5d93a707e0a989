"""Every view in light and dark, wide and narrow: no violation that axe knows, nothing wider than the screen."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakefax import FakeFax
from tests.page.conftest import START, Visit, expect, visiting
from tests.page.story import Api, endpoint, tell

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
VIEWS = (
    *(
        "faxes",
        "faxes?q=is:pending",
        "faxes/200",
        "faxes/239?attempt=1",
        "faxes/233?as_of=2026-01-07T12:40:00Z",
    ),
    *("received", "next", "money", "journal", "problems", "scenario"),
)


NOT_KEPT = re.compile("status of 404 .*/attempts/")
"""The console's message about a server that does not keep the request of an attempt."""


@pytest.fixture(scope="module")
def story(browser: "Browser") -> Iterator[Api]:
    """Forty faxes with every outcome."""
    with FakeFax(start=START) as fakefax, endpoint() as called:
        api = Api(fakefax.base_url.removesuffix("/api/v2"), fakefax.api_key)
        tell(api, called)
        yield api


def violations(visit: Visit) -> list[str]:
    """The violations that axe finds in the page as it is."""
    found: dict[str, Any] = visit.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['html'][:200]}: {node['failureSummary'][:300]}"
        for violation in found["violations"]
        for node in violation["nodes"][:3]
    ]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed; run npm ci")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(request: pytest.FixtureRequest, browser: "Browser", story: Api, scheme: str):
    """In every view, in both colour schemes."""
    with visiting(request, browser, story.url, color_scheme=scheme, bypass_csp=True) as visit:
        visit.expected = NOT_KEPT
        wrong = {}
        for view in VIEWS:
            page = visit.open(view)
            page.wait_for_timeout(400)
            page.evaluate(AXE.read_text(encoding="utf-8"))
            if found := violations(visit):
                wrong[view] = found
        page = visit.open()
        page.keyboard.press("?")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        if found := violations(visit):
            wrong["help"] = found
        reported = "\n".join(f"{view}: {line}" for view, lines in wrong.items() for line in lines)
        assert wrong == {}, reported


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_screen(
    request: pytest.FixtureRequest, browser: "Browser", story: Api, width: int
):
    """No view makes its reader scroll sideways, on a phone either."""
    with visiting(request, browser, story.url, viewport={"width": width, "height": 844}) as visit:
        visit.expected = NOT_KEPT
        for view in VIEWS:
            page = visit.open(view)
            page.locator("main h1").first.wait_for(state="attached")
            wide = page.evaluate(
                "[...document.querySelectorAll('html, body, main, main > *')].filter("
                "box => box.scrollWidth > box.clientWidth + 1).map(box => box.tagName + '.' + box.className)"
            )
            assert wide == [], view
        page = visit.open("faxes/200")
        if width == 390:
            expect(page.locator(".list")).to_be_hidden()
            page.get_by_role("link", name="Back to the list").click()
            expect(page.locator(".list")).to_be_visible()


def test_dark_is_dark_and_light_is_light(request: pytest.FixtureRequest, browser: "Browser", story: Api):
    """The page follows the system's colour scheme."""
    for scheme, dark in (("light", False), ("dark", True)):
        with visiting(request, browser, story.url, color_scheme=scheme) as visit:
            colour = visit.open().evaluate("getComputedStyle(document.body).backgroundColor")
            assert (sum(map(int, colour.removeprefix("rgb(").rstrip(")").split(","))) < 200) is dark, colour
