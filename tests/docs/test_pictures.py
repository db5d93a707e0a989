"""The pictures of the documentation show what there is."""

import re
from html import unescape

import pytest

from tests.documentation import ROOT

pytest.importorskip("pty", reason="there are no pseudo-terminals here")

from tools.terminal_picture import SCHEMES, output, picture


def shown(svg: str) -> str:
    """The text of a picture, without what differs from run to run: ports and real time."""
    text = unescape(re.sub(r"<[^>]+>", "", svg))
    return re.sub(r"127\.0\.0\.1:\d+|took [\d.]+s", "*", re.sub(r"\s+", " ", text))


def test_the_terminal_shows_what_the_command_prints():
    """`python -m tools.terminal_picture docs/images` makes the pictures of the terminal; both are up to date."""
    text = output()
    for scheme in SCHEMES:
        kept = (ROOT / "docs" / "images" / f"terminal-{scheme}.svg").read_text(encoding="utf-8")
        assert shown(kept) == shown(picture(text, scheme))
