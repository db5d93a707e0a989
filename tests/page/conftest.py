"""Chromium for the tests of the page. In all of them: no error in its console, no request to another host."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakefax import FakeFax
from tests.page.story import Api

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

START = "2026-01-05T09:00:00Z"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
FAILURES = Path(__file__).parent.parent.parent / "build" / "page-failures"
"""Where the trace, the picture and the accessibility tree of a failed test are left."""


def expect(*arguments: Any) -> Any:
    """Playwright's assertions, which wait; imported only by a test that has a browser."""
    from playwright.sync_api import expect as playwright_expect  # noqa: PLC0415

    return playwright_expect(*arguments)


REPORT = pytest.StashKey[pytest.TestReport]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Keep the result of a test for the fixture that leaves something behind when it has failed."""
    report = yield
    if report.when == "call":
        item.stash[REPORT] = report
    return report


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator["Browser"]:
    """One Chromium for a module: Playwright's event loop must not be there when async tests run."""
    if not request.config.getoption("--ui"):
        pytest.skip("the tests of the page in a browser run with --ui")
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install --editable '.[ui-test]'")
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("there is no Chromium; on Debian: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


class Visit:
    """A page of one fakefax in a browser of its own, and what it must not do."""

    def __init__(self, context: "BrowserContext", url: str) -> None:
        self.page = context.new_page()
        self.url = url
        self.errors: list[str] = []
        self.expected = re.compile(r"(?!)")
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        self.page.on("request", self._asked)

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.text} {message.location.get('url', '')}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:")):
            self.errors.append(f"a request to another host: {request.url}")

    def open(self, path: str = "faxes") -> "Page":
        """Go to a view, and wait until it is live."""
        self.page.goto(f"{self.url}/_fakefax/ui/{path}")
        self.page.get_by_text("live", exact=True).wait_for()
        return self.page

    def drop(self, on: Any, name: str, content: str, content_type: str) -> None:
        """Drag a file from outside of the browser over an element, and let it go there."""
        held = self.page.evaluate_handle(
            """([name, content, type]) => {
                const held = new DataTransfer();
                held.items.add(new File([content], name, { type }));
                return held;
            }""",
            [name, content, content_type],
        )
        for event in ("dragenter", "dragover"):
            on.dispatch_event(event, {"dataTransfer": held})
        assert "over" in (on.get_attribute("class") or "").split()
        on.dispatch_event("drop", {"dataTransfer": held})

    def check(self) -> None:
        """Nothing went wrong that the test did not expect."""
        assert [error for error in self.errors if not self.expected.search(error)] == []


@pytest.fixture
def fakefax() -> Iterator[FakeFax]:
    """A server of its own, on a clock that stands still."""
    with FakeFax(start=START) as own:
        yield own


@pytest.fixture
def api(fakefax: FakeFax) -> Api:
    """The same server, over HTTP."""
    return Api(fakefax.base_url.removesuffix("/api/v2"), fakefax.api_key)


@pytest.fixture
def visit(request: pytest.FixtureRequest, browser: "Browser", api: Api) -> Iterator[Visit]:
    """A browser with the page of that server; `@pytest.mark.parametrize("look", …, indirect)` says how it is."""
    with visiting(request, browser, api.url) as guest:
        yield guest


@contextmanager
def visiting(request: pytest.FixtureRequest, browser: "Browser", url: str, **look: Any) -> Iterator[Visit]:
    """A browser of its own, that leaves something to look at if the test fails."""
    options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **look}
    context = browser.new_context(**options)
    context.set_default_timeout(15_000)
    context.tracing.start(snapshots=True)
    guest = Visit(context, url)
    try:
        yield guest
        guest.check()
    except BaseException:
        _leave_behind(request, context, guest)
        raise
    else:
        report = request.node.stash.get(REPORT, None)
        if report is not None and report.failed:
            _leave_behind(request, context, guest)
    finally:
        context.close()


def _leave_behind(request: pytest.FixtureRequest, context: "BrowserContext", guest: Visit) -> None:
    folder = FAILURES / re.sub(r"[^\w-]+", "_", request.node.name)
    folder.mkdir(parents=True, exist_ok=True)
    context.tracing.stop(path=folder / "trace.zip")
    guest.page.screenshot(path=folder / "page.png")
    (folder / "accessibility.yaml").write_text(guest.page.locator("body").aria_snapshot())
    (folder / "errors.txt").write_text("\n".join(guest.errors))
