"""Reads bundles: from reports, in which they are packed, and from JSON."""

import base64
import gzip
import json
import re
import shlex
import zlib
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

from fakefax.bundles.shape import problem_of

FORMAT = 1
MOST_BYTES = 256 * 1024 * 1024
"""Bytes of a bundle that is unpacked."""

PACKED = re.compile(r'<script type="application/gzip" id="fakefax-bundle">\s*([A-Za-z0-9+/=\s]*)</script>')
MAX_HEAD = 4096
"""Characters of a page in which its own marks stand."""

NEEDED = ("version", "start", "now", "owned", "whole", "settings", "scenario", "drawn", "inputs", "outcome")

GENERATOR = '<meta name="generator" content="fakefax">'
"""In the head of each page that is written."""

EXPLORED = '<meta name="fakefax" content="exploration">'
"""In the head of the page of an exploration, which has no run of its own, and links to the reports of its runs."""

_REPORT = re.compile(r'href="([^"]+\.html)"')

INDEXES = ("index.html", "fakefax-index.html")
"""The lists of a folder's reports."""


class WrongBundle(Exception):
    """A file that is not a bundle, or one that cannot be used; the message says why."""


def packed(bundle: dict[str, Any]) -> str:
    """A bundle as a report carries it: gzip in base64."""
    text = json.dumps(bundle, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return base64.b64encode(gzip.compress(text, mtime=0)).decode()


def unpacked(text: str) -> Any:
    """Unpack it. Raises WrongBundle."""
    try:
        unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
        content = unpacking.decompress(base64.b64decode(text), MOST_BYTES)
    except (ValueError, zlib.error) as error:
        raise WrongBundle(f"its bundle is damaged: {error}") from None
    if not unpacking.eof:
        raise WrongBundle(f"its bundle is damaged, or has more than {MOST_BYTES:,} bytes")
    return _parsed(content)


def read_bundle(path: Path) -> dict[str, Any]:
    """The bundle of a report, or of a JSON file. Raises WrongBundle."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WrongBundle(f"{path} cannot be read: {error.strerror}") from None
    text = content.decode("utf-8", "replace")
    if EXPLORED in text[:MAX_HEAD]:
        raise WrongBundle(f"{path} is the page of an exploration, not a report of one run; {_runs_of(path, text)}")
    try:
        found = PACKED.search(text)
        bundle = unpacked(found[1]) if found else _parsed(content)
        return checked(bundle)
    except WrongBundle as error:
        raise WrongBundle(f"{path}: {error}") from None


def _runs_of(path: Path, text: str) -> str:
    """A sentence that leads to the reports of the runs of an exploration."""
    names = dict.fromkeys(unescape(name) for name in _REPORT.findall(text))
    if not names:
        return "none of its runs has a report"
    first, *more = (shlex.quote(str(path.parent / name)) for name in names)
    rest = f", and {len(more)} more of which it has links" if more else ""
    return f"replay the report of a run: fakefax replay {first}{rest}"


def checked(bundle: Any) -> dict[str, Any]:
    """The same, if it is a bundle that this version knows. Raises WrongBundle."""
    if not isinstance(bundle, dict) or "fakefax_bundle" not in bundle:
        raise WrongBundle("it is not a bundle of fakefax: neither a report nor JSON with the field fakefax_bundle")
    if bundle["fakefax_bundle"] != FORMAT:
        raise WrongBundle(
            f"it is a bundle of format {bundle['fakefax_bundle']!r}, and this version of fakefax knows format "
            f"{FORMAT}; use the version that wrote it, {bundle.get('version', 'which it does not say')}"
        )
    missing = [name for name in NEEDED if name not in bundle]
    if missing:
        raise WrongBundle(f"its bundle lacks {', '.join(missing)}")
    problem = problem_of(bundle)
    if problem is not None:
        raise WrongBundle(f"its bundle is not as fakefax writes one: {problem}; make the report again")
    return bundle


def bundles_in(folder: Path) -> Iterator[Path]:
    """The files of a folder that may be bundles, in the order of their names, but for its index."""
    for path in sorted(folder.iterdir()):
        if path.suffix in (".html", ".json") and path.name not in INDEXES and path.is_file():
            yield path


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise WrongBundle("it is not a bundle of fakefax: neither a report nor JSON") from None
