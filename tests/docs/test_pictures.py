"""The pictures of the documentation show what there is."""

import re
from html import unescape

import pytest

from tests.documentation import ROOT
from tests.test_layers import ORDER
from tools import architecture_picture as architecture

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


def test_the_architecture_has_every_room():
    """`python -m tools.architecture_picture` makes the picture; each room is above those that it imports."""
    kept = (ROOT / "docs" / "images" / "architecture.svg").read_text(encoding="utf-8")
    assert kept == architecture.picture()
    upwards = [
        name for row in reversed(architecture.ROWS[1:]) for name in sorted((n for n, _ in row), key=ORDER.index)
    ]
    assert upwards == [name for name in ORDER if name not in ("handle", "__main__")]
