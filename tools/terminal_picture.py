"""Makes the pictures of the terminal that the README shows, from what `fakefax demo` prints.

    python -m tools.terminal_picture docs/images

It needs nothing but fakefax, on a system with pseudo-terminals.
"""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

COMMAND = ("fakefax", "demo", "--fast")
COLUMNS = 80
LINE, COLUMN, MARGIN = 20, 8.4, 16

FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

SCHEMES = {
    "light": {"back": "#f6f8fa", "": "#1f2328", "31": "#b3261e", "32": "#1a7f37", "33": "#8a5a00", "36": "#0b6a8f"},
    "dark": {"back": "#161b22", "": "#e6edf3", "31": "#ff8a80", "32": "#56d364", "33": "#e3b341", "36": "#6cc7e8"},
}
"""The colour of each code that a command uses, and of what has none."""

_CODE = re.compile(r"\x1b\[([0-9;]*)m")


def output() -> str:
    """What the command prints on a terminal, colours and all."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    path = os.pathsep.join((str(Path(sys.executable).parent), environment.get("PATH", "")))
    environment |= {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "PATH": path}
    with subprocess.Popen(COMMAND, stdin=subprocess.DEVNULL, stdout=theirs, env=environment) as running:
        os.close(theirs)
        text = b"".join(_read(ours))
    os.close(ours)
    if running.returncode:
        raise SystemExit(f"{' '.join(COMMAND)} ended with {running.returncode}")
    return text.decode().replace("\r\n", "\n")


def _read(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            read = os.read(terminal, 65536)
        except OSError:  # Linux has EIO at the end of a pseudo-terminal
            return
        if not read:
            return
        yield read


def plain(text: str) -> str:
    """A text without its colours."""
    return _CODE.sub("", text)


def picture(text: str, scheme: str) -> str:
    """The text as SVG, below the command that printed it."""
    lines = [f"$ {COMMAND[0]} {COMMAND[1]}", *text.rstrip("\n").split("\n")]
    colours = SCHEMES[scheme]
    width, height = COLUMNS * COLUMN + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN
    drawn = "\n".join(_line(number, line, colours) for number, line in enumerate(lines))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height}"'
        f' viewBox="0 0 {width:g} {height}" font-family="{FONT}" font-size="14">\n'
        f'<rect width="100%" height="100%" rx="8" fill="{colours["back"]}"/>\n{drawn}\n</svg>\n'
    )


def _line(number: int, line: str, colours: dict[str, str]) -> str:
    """One line: each run of one colour at the column where it begins, as wide as a terminal has it."""
    y = MARGIN + number * LINE + 14
    runs, column = [], 0
    for code, text in _runs(line):
        if text.strip():
            x, width = MARGIN + column * COLUMN, len(text) * COLUMN
            weight = ' font-weight="bold"' if "1" in code.split(";") else ""
            colour = next((colours[each] for each in code.split(";") if each in colours), colours[""])
            runs.append(
                f'<text xml:space="preserve" x="{x:g}" y="{y}" textLength="{width:g}" fill="{colour}"{weight}>'
                f"{escape(text)}</text>"
            )
        column += len(text)
    return "".join(runs)


def _runs(line: str) -> Iterator[tuple[str, str]]:
    """The parts of a line, each with the codes in force."""
    first, *rest = _CODE.split(line)
    yield "", first
    force = ""
    for code, text in zip(rest[::2], rest[1::2], strict=True):
        force = "" if code in ("", "0") else f"{force};{code}".lstrip(";")
        yield force, text


def main() -> None:
    """One picture for each colour scheme."""
    folder = Path(sys.argv[1])
    text = output()
    for scheme in SCHEMES:
        (folder / f"terminal-{scheme}.svg").write_text(picture(text, scheme), encoding="utf-8")


if __name__ == "__main__":
    main()
