"""Makes docs/images/architecture.svg, the rooms of the package and who imports whom.

    python -m tools.architecture_picture

One picture serves both colour schemes: it has a background of its own.
"""

from html import escape
from pathlib import Path

PICTURE = Path(__file__).parent.parent / "docs" / "images" / "architecture.svg"
WIDTH, ROW, GAP, MARGIN = 760, 58, 12, 16

ROWS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("your program", "sends faxes, answers callbacks"), ("your tests", "pytest, or any language")),
    (("cli", "commands"), ("pytest_plugin", "fixture, verdict"), ("explore", "every fault"), ("verify", "probes")),
    (("client", "FakeFax, assertions"), ("bundles", "a failed run as one file")),
    (("server", "both APIs on one port, limits, TLS"),),
    (("api", "Fax.to's operations"), ("control", "/_fakefax"), ("page", "static files")),
    (("state", "the state file, snapshots"),),
    (("sandbox", "one account world: keys, uploads, rules"),),
    (
        ("callbacks", "posts, over HTTP"),
        ("scenario", "YAML"),
        ("documents", "files, pages"),
        ("geography", "coverage"),
    ),
    (("schemas", "what the control API shows"),),
    (("core", "clock, engine, ledger, journal, faults: no input or output"),),
    (("values", "durations, money, URLs"),),
)
"""The rooms, highest first. Each imports only what is below it."""


def picture() -> str:
    """The rooms in rows."""
    height = len(ROWS) * (ROW + GAP) - GAP + 2 * MARGIN
    boxes = "\n".join(box for number, row in enumerate(ROWS) for box in _row(number, row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="system-ui, sans-serif">\n'
        "<title>The rooms of fakefax; each imports only what is below it</title>\n"
        f'<rect width="100%" height="100%" rx="8" fill="#f6f8fa"/>\n{boxes}\n</svg>\n'
    )


def _row(number: int, row: tuple[tuple[str, str], ...]) -> list[str]:
    width = (WIDTH - 2 * MARGIN - GAP * (len(row) - 1)) / len(row)
    y = MARGIN + number * (ROW + GAP)
    outside = number == 0
    back, line = ("#ffffff", "#8c959f") if outside else ("#dcebfa", "#5b8bb8")
    boxes = []
    for place, (name, text) in enumerate(row):
        x = MARGIN + place * (width + GAP)
        dashed = ' stroke-dasharray="5 4"' if outside else ""
        boxes.append(
            f'<g><rect x="{x:g}" y="{y}" width="{width:g}" height="{ROW}" rx="6" fill="{back}"'
            f' stroke="{line}"{dashed}/>'
            f'<text x="{x + width / 2:g}" y="{y + 25}" text-anchor="middle" font-size="16" font-weight="600"'
            f' fill="#1f2328">{escape(name)}</text>'
            f'<text x="{x + width / 2:g}" y="{y + 45}" text-anchor="middle" font-size="13" fill="#424a53">'
            f"{escape(text)}</text></g>"
        )
    return boxes


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
