"""Writes what the documentation has from the code: `python -m tools.docs` brings all of it up to date.

A page is made as a whole, or has a part between <!-- NAME --> and <!-- /NAME --> that is made; the rest is written
by hand. tests/docs/test_generated.py fails when something is not up to date.
"""

import re
from collections.abc import Callable
from pathlib import Path

from fakefax.cli.settings import SETTINGS
from fakefax.scenario.default import faults_table
from tests.fidelity import rows
from tools import client_docs, command_line_docs, openapi_docs, scenario_docs, snapshot_docs, state_file_docs

ROOT = Path(__file__).parent.parent
REFERENCE = "docs/reference"

PAGES: dict[str, Callable[[], str]] = {
    f"{REFERENCE}/command-line.md": command_line_docs.page,
    f"{REFERENCE}/control-requests.md": openapi_docs.control_page,
    f"{REFERENCE}/state-file.md": state_file_docs.page,
    "docs/llms.txt": lambda: (ROOT / "fakefax" / "control" / "llms.txt").read_text(encoding="utf-8"),
}
"""The pages that are made as a whole."""


def settings_table() -> str:
    """The options of `serve`."""
    lines = ["| option | environment | default | |", "| --- | --- | --- | --- |"]
    lines += [f"| `{each.flag}` | `{each.variable}` | `{each.default}` | {each.help} |" for each in SETTINGS]
    return "\n".join(lines) + "\n"


def fidelity_table() -> str:
    """How each behaviour of the vendor's API is known, from the marks of the tests."""
    return "\n".join(rows()) + "\n"


PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "settings": (f"{REFERENCE}/settings.md", settings_table),
    "faults": (f"{REFERENCE}/faults.md", faults_table),
    "fidelity": (f"{REFERENCE}/fidelity.md", fidelity_table),
    "keys": (f"{REFERENCE}/scenario-file.md", scenario_docs.keys_table),
    "parameters": (f"{REFERENCE}/faxto-api.md", openapi_docs.parameters_table),
    "snapshot": (f"{REFERENCE}/snapshots.md", snapshot_docs.sections),
    "members": (f"{REFERENCE}/python-client.md", client_docs.members),
}
"""The parts of other pages that are made: by name, the page and the part."""


def names() -> list[str]:
    """The pages that have something made."""
    return sorted({*PAGES, *(name for name, _ in PARTS.values())})


def written() -> dict[str, str]:
    """The text of every page that has something made, by its path in the checkout."""
    pages = {name: make() for name, make in PAGES.items()}
    for part, (name, make) in PARTS.items():
        text = pages.get(name) or (ROOT / name).read_text(encoding="utf-8")
        head, begin, rest = text.partition(f"<!-- {part} -->\n")
        _, end, tail = rest.partition(f"<!-- /{part} -->")
        if not (begin and end):
            raise SystemExit(f"{name} has no place for {part}: it needs <!-- {part} --> and <!-- /{part} -->")
        pages[name] = head + begin + make() + end + tail
    return {name: re.sub(r"\n{3,}", "\n\n", text) for name, text in pages.items()}


def main() -> None:
    """Write all of it."""
    for name, text in written().items():
        (ROOT / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
