"""The findings of an exploration by their cause: one bug shows at every point of the same kind."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fakefax.explore.cases import Case
from fakefax.explore.oracle import Flaw

MAX_NAMES = 6
"""Names of further runs that a text has; the page has all of them."""

_NUMBERS = re.compile(r"\w{0,3}\.\.\.|\w*\d\w*(?:\.\d+)?")
"""Numbers, ids such as 5f3a, and masked keys: what is another one in each run."""


class FlawedRun(NamedTuple):
    """A run with a flaw: its name, the kind of the flaw, the sentence that says it all.

    Findings with the same `cause` are taken for the same bug.
    """

    name: str
    kind: str
    sentence: str
    report: str | None = None
    cause: str = ""


def cause_of(cases: Sequence[Case], flaw: Flaw) -> str:
    """The same for runs that went wrong in the same way, whatever the numbers, after faults in the same place.

    A place is an operation, the receipts, the received faxes or the ends of faxes: a fax that is paid twice after a
    lost reply is another bug than one that is paid twice after a repeated receipt.
    """
    places = " and ".join(case.point.operation or case.point.place for case in cases) or "no fault"
    return f"{places}: {flaw.kind}: {_NUMBERS.sub('N', flaw.what)}"


class Cause(NamedTuple):
    """A bug: the first run that shows it, and the others."""

    finding: FlawedRun
    others: Sequence[FlawedRun] = ()

    @property
    def also(self) -> str | None:
        """ "also at send_fax#2:reset, send_fax#3:reset and 4 more"; None when there is no other."""
        if not self.others:
            return None
        names = [finding.name for finding in self.others]
        more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
        return f"also at {', '.join(names[:MAX_NAMES])}{more}"


def by_cause(findings: Iterable[FlawedRun]) -> list[Cause]:
    """The causes, in the order in which they were found. A finding without one stands for itself."""
    groups: dict[str, list[FlawedRun]] = {}
    for finding in findings:
        groups.setdefault(finding.cause or finding.name, []).append(finding)
    return [Cause(first, others) for first, *others in groups.values()]
