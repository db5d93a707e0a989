"""Makes the pictures of the page that the README shows, from a story that really happens.

    python -m tools.page_picture docs/images

It needs the extra [ui-test] and Chromium. Other views and sizes: --view problems --width 390.
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

from fakefax import FakeFax
from tests.page.conftest import ARGUMENTS, START
from tests.page.story import Api, endpoint, tell

VIEW = "faxes/239"


def main() -> None:
    """One picture for each colour scheme."""
    parser = argparse.ArgumentParser(description="Make the pictures of the page.")
    parser.add_argument("folder", type=Path, help="Where to write page-light.png and page-dark.png.")
    parser.add_argument("--view", action="append", help=f"Which views, {VIEW} unless given.")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=860)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with FakeFax(start=START) as fakefax, endpoint() as called, sync_playwright() as playwright:
        api = Api(fakefax.base_url.removesuffix("/api/v2"), fakefax.api_key)
        tell(api, called)
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        for scheme in ("light", "dark"):
            viewport = ViewportSize(width=asked.width, height=asked.height)
            context = chromium.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
            page = context.new_page()
            for view in asked.view or [VIEW]:
                page.goto(f"{api.url}/_fakefax/ui/{view}")
                page.get_by_text("live", exact=True).wait_for()
                page.wait_for_timeout(1500)  # pictures of pages come one by one
                name = "page" if view == VIEW and not asked.view else view.partition("?")[0].replace("/", "-")
                page.screenshot(path=asked.folder / f"{name}-{scheme}.png")
            context.close()
        chromium.close()


if __name__ == "__main__":
    main()
