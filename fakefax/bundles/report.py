"""Reports: a bundle and the page that shows it in one HTML file, which opens without a server; and their index."""

import html
import json
import os
import re
import shlex
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from fakefax.bundles.files import GENERATOR, MAX_HEAD, bundles_in, packed
from fakefax.page.routes import COMMENT, STATIC
from fakefax.values.unpatched import read_file, read_package_file
from fakefax.values.urls import masked_urls

REPORT = STATIC.parent / "report"
MAX_NAME = 60
IMPORTED = re.compile(r"""(from\s*)(['"])\.{1,2}/(?:vendor/|static/)?([\w.]+)\2""")

POLICY = "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; img-src data:"
"""Nothing is fetched, whatever is in the bundle."""

HEAD = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
{GENERATOR}
<meta http-equiv="Content-Security-Policy" content="{{policy}}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{title}}</title>
{{icon}}
<style>{{style}}</style>
</head>
"""
REPORT_BODY = """<body>
<noscript>
<h1>{title}</h1>
<pre>{failure}</pre>
<p>With JavaScript this file shows the whole run: download it and open it.</p>
<p>To run it again: <code>{replay}</code></p>{again}
</noscript>
<div id="app"></div>
<script type="application/gzip" id="fakefax-bundle">{bundle}</script>
<script type="importmap">{modules}</script>
<script type="module">import {{ begin }} from 'source.js'; await begin(); await import('app.js');</script>
</body>
</html>
"""
INDEX_STYLE = """
:root { color-scheme: light dark; }
body { font: 14px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
li { margin: .5em 0; overflow-wrap: anywhere; } small { opacity: .75; display: block; }
"""


class IndexRow(NamedTuple):
    """A line of the index: a report's file name, its test, and what there is to say of it.

    `also` has the file names and the titles of reports that show the same.
    """

    name: str
    title: str
    note: str = ""
    also: Sequence[tuple[str, str]] = ()


def report_name(test_id: str) -> str:
    """The file name of a test's report: safe on every file system, short, and another one for every test."""
    last = test_id.rpartition("::")[2] or "report"
    plain = re.sub(r"[^A-Za-z0-9_]+", "-", last).strip("-")[:MAX_NAME].rstrip("-") or "report"
    return f"{plain}-{sha256(test_id.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}.html"


def replay_line(path: Path) -> str:
    """The command that runs a report again."""
    return f"fakefax replay {shlex.quote(str(path))}"


def write_report(folder: Path, bundle: dict[str, Any]) -> Path:
    """Write the report of a bundle, over an earlier one of the same test. Raises OSError.

    `bundle["test"]` has the `id`, and the text of the `failure`; a `point` makes it another report of the same
    test, and `again` is the command that runs the program itself once more. The bundle is masked already.
    """
    test = {name: masked_urls(str(value)) for name, value in bundle.get("test", {}).items()}
    title = "@".join(filter(None, (test.get("id", "a recorded run"), test.get("point"))))
    path = folder / report_name(title)
    whole = {**bundle, **({"test": test} if test else {})}
    page = HEAD.format(policy=POLICY, title=html.escape(title), icon=_icon(), style=_style()) + REPORT_BODY.format(
        title=html.escape(title),
        failure=html.escape(test.get("failure", "")),
        replay=html.escape(replay_line(path)),
        again=_again(test.get("again")),
        bundle=packed(whole),
        modules=_modules(),
    )
    _write(path, page)
    return path


def _again(command: str | None) -> str:
    return "" if command is None else f"\n<p>The program itself: <code>{html.escape(command)}</code></p>"


def write_index(folder: Path, rows: Iterable[IndexRow]) -> Path | None:
    """Write the list of a folder's reports: those of this run, and those that are there from earlier ones.

    Without any the list is taken away. A page that fakefax has not made is left alone. Raises OSError.
    """
    rows = list(rows)
    names = {row.name for row in rows}.union(name for row in rows for name, _ in row.also)
    earlier = {path.name: _title(path) for path in bundles_in(folder) if path.suffix == ".html"}
    rows += [
        IndexRow(name, title, "of an earlier run") for name, title in earlier.items() if title and name not in names
    ]
    index = folder / "index.html"
    if index.exists() and _title(index) is None:
        index = folder / "fakefax-index.html"
    if not rows:
        index.unlink(missing_ok=True)
        return None
    count = sum(1 + len(row.also) for row in rows)
    title = f"fakefax: {count} {'report' if count == 1 else 'reports'}"
    items = "\n".join(map(_item, rows))
    page = HEAD.format(policy=POLICY, title=title, icon=_icon(), style=INDEX_STYLE)
    _write(index, f"{page}<body>\n<h1>{title}</h1>\n<ul>\n{items}\n</ul>\n</body>\n</html>\n")
    return index


def _item(row: IndexRow) -> str:
    also = ", ".join(f'<a href="{html.escape(name)}">{html.escape(title)}</a>' for name, title in row.also)
    return (
        f'<li><a href="{html.escape(row.name)}">{html.escape(row.title)}</a>'
        f"<small>{html.escape(row.note)}{f'; also at {also}' if also else ''}</small></li>"
    )


def _title(path: Path) -> str | None:
    """The title of a page of fakefax; None for another page."""
    with path.open("rb") as file:
        begin = file.read(MAX_HEAD).decode("utf-8", "replace")
    found = re.search(r"<title>(.*?)</title>", begin, re.DOTALL)
    return html.unescape(found[1]) if found and GENERATOR in begin else None


def _write(path: Path, text: str) -> None:
    """Put it in place whole: another process may read or write the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}.tmp")
    beside.write_text(text, encoding="utf-8", errors="backslashreplace")
    beside.replace(path)


@cache
def _modules() -> str:
    """The page's modules as an import map: each name, and the module as a data: URL."""
    files = [*STATIC.glob("*.js"), *STATIC.glob("vendor/*.mjs"), *REPORT.glob("*.js")]
    imports = {file.name: _data_url(_code(file)) for file in sorted(files)}
    return json.dumps({"imports": imports}, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _code(file: Path) -> str:
    text = re.sub(COMMENT, b"", read_file(str(file))).decode()
    return IMPORTED.sub(r"\1\2\3\2", text)


def _data_url(code: str) -> str:
    for char in "%#\n\r\t":  # the percent sign first
        code = code.replace(char, f"%{ord(char):02X}")
    return f"data:text/javascript;charset=utf-8,{code}"


@cache
def _style() -> str:
    return read_package_file("page/static/style.css").decode()


@cache
def _icon() -> str:
    found = re.search(
        r'<link\s+rel="icon"\s+href="[^"]*"\s*/>', read_package_file("page/static/index.html").decode()
    )
    return "" if found is None else found[0]
