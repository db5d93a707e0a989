"""The site that mkdocs builds: blocks, links out of docs/, and nothing from another host."""

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("mkdocs", reason="pip install --editable '.[docs]'")

from mkdocs.exceptions import PluginError

from tools import docs_site


def page(place: str = "how-to/pytest.md") -> Any:
    return SimpleNamespace(file=SimpleNamespace(src_uri=place), meta={})


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("```python test\nx\n```\n", "```python\nx\n```\n"),
        ("<!-- keys -->\n| a |\n<!-- /keys -->\n", "\n| a |\n\n"),
        ("[here](../../README.md#the-first-test)", "[here](../index.md)"),
        ("[figures](../../benchmarks/README.md)", "figures"),
        ("[what changed](../../CHANGELOG.md)", "[what changed](../changelog.md)"),
        ("[a page](../reference/faults.md)", "[a page](../reference/faults.md)"),
        ("![the page](../images/page-light.png)", "![the page](../images/page-light.png#only-light)"),
    ],
)
def test_a_page_becomes_what_the_site_wants(written: str, shown: str):
    """Pages stay plain Markdown for a forge; the hooks make the site's of them."""
    assert docs_site.on_page_markdown(written, page=page()).startswith(shown)


@pytest.mark.parametrize(
    "tag",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/css">',
        "<img src=http://tracker.example/1.gif>",
        '<pre class="mermaid">',
    ],
)
def test_a_page_that_fetches_from_another_host_is_refused(tag: str):
    """The build fails, and names the page and the host."""
    with pytest.raises(PluginError, match=r"^how-to/pytest\.md fetches from another host: "):
        docs_site.on_post_page(f"<html>{tag}</html>", page=page())


def test_a_link_to_another_host_is_no_fetch():
    """A reader may follow a link; the page itself asks for nothing."""
    text = '<a href="https://fax.to">Fax.to</a><img src="../images/page-light.png">'
    assert docs_site.on_post_page(text, page=page()) == text
