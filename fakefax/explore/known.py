"""The file of known findings: a new one fails the exploration, and one that no longer happens does too.

[tests/test_invoices.py::test_each_invoice_arrives]
send_fax#2:lose_reply=after_commit  paid twice      # a comment
"""

from collections.abc import Mapping
from pathlib import Path

from fakefax.explore.causes import FlawedRun
from fakefax.explore.explorer import Exploration

Known = Mapping[str, str]
"""The findings that are known of one test: the kind of each by its name."""


class WrongKnownFile(ValueError):
    """A file of known findings that cannot be read."""


def read_known(path: Path) -> dict[str, dict[str, str]]:
    """The known findings by test. Raises WrongKnownFile, with the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise WrongKnownFile(f"the file of known findings {path} cannot be read: {reason}") from None
    known: dict[str, dict[str, str]] = {}
    test: dict[str, str] | None = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("[") and text.endswith("]"):
            test = known.setdefault(text[1:-1], {})
            continue
        name, _, kind = text.partition("  #")[0].strip().partition(" ")
        if test is None or not kind.strip():
            raise WrongKnownFile(
                f"{path}, line {number}: {text!r} is neither [TEST] nor, below one, a fault at a point and what it "
                f"leads to, such as: send_fax#1:lose_reply=after_commit  paid twice"
            )
        test[name] = kind.strip()
    return known


def new_findings(found: Exploration, known: Known) -> list[FlawedRun]:
    """The findings that are not known, or known as another kind."""
    return [finding for finding in found.findings if known.get(finding.name) != finding.kind]


def gone_findings(found: Exploration, known: Known, *, all_run: bool) -> list[str]:
    """Names that are known and were not found, though they were run, or (with `all_run`) there is no such point."""
    happened = {finding.name for finding in found.findings}
    unsure = set(found.not_run)
    return [
        name for name in known if name not in happened and name not in unsure and (all_run or name in found.results)
    ]


def lines_of(test: str, findings: list[FlawedRun]) -> list[str]:
    """The lines of the file that make these findings known."""
    return [f"[{test}]", *(f"{finding.name}  {finding.kind}" for finding in findings)]
