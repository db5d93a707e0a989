"""The hooks of the documentation's site, which mkdocs.yml names.

They let the pages in docs/ be plain Markdown that reads well on a forge: names of blocks and comments are removed,
links that lead out of docs/ become links of the site or plain text, and the changelog is a page.
"""

import re
from pathlib import Path
from posixpath import join, normpath, relpath
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
FROM_OUTSIDE = {"changelog.md": "CHANGELOG.md"}
"""Pages of the site that stand elsewhere in the checkout."""

ON_THE_SITE = {"README.md": "index.md", "scenarios/README.md": "reference/scenario-file.md"}
"""What a page of the site stands for, beside those."""

_BOTH = r"![\1](\2-light.png#only-light)![\1](\2-dark.png#only-dark)"
"""A picture that there is for both colour schemes; a forge shows the light one."""

_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(((?:\.\./)+[^)\s#]*)(#[^)\s]*)?\)")


def on_files(files: Files, *, config: Any) -> Files:
    """Add the pages from outside."""
    for page, source in FROM_OUTSIDE.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """A page as the site's Markdown wants it."""
    place = page.file.src_uri
    if place in FROM_OUTSIDE:
        page.meta["search"] = {"boost": 0.2}
    markdown = re.sub(r"!\[([^\]]*)\]\((\S*)-light\.png\)", _BOTH, markdown)
    markdown = re.sub(r"^(```\w+) [\w-]+$", r"\1", markdown, flags=re.MULTILINE)
    markdown = re.sub(r"^<!-- /?[\w-]+ -->\n", "\n", markdown, flags=re.MULTILINE)
    return _LINK.sub(lambda link: _link(link, place), markdown)


def on_post_page(output: str, *, page: Any, **_: Any) -> str:
    """Refuse a page that would fetch something from another host."""
    fetched = re.findall(
        r"""<(?:script|link|img|iframe|source|video)\b[^>]*\b(?:src|href|srcset)=["']?(?:https?:)?(//[^"' >]+)""",
        output,
    )
    if fetched or "mermaid" in output:
        raise PluginError(f"{page.file.src_uri} fetches from another host: {', '.join(fetched) or 'mermaid'}")
    return output


def _link(link: re.Match[str], place: str) -> str:
    """A link out of docs/ as one to the page that stands for its target; as plain text if there is none."""
    text, target = link[1], normpath(join("docs", place, "..", link[2]))
    if target.startswith("docs/"):
        return link[0]
    pages = {source: page for page, source in FROM_OUTSIDE.items()} | ON_THE_SITE
    if target not in pages:
        return text
    return f"[{text}]({relpath(pages[target], join(place, '..'))})"
