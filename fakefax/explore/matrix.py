"""The exploration as one HTML page: a matrix of points by faults, and the findings below it. It needs no server."""

from collections.abc import Callable
from html import escape

from fakefax.bundles.files import EXPLORED, GENERATOR
from fakefax.core.faults.fault import FaultGroup
from fakefax.core.faults.table import TABLE
from fakefax.explore.cases import Case, spelled
from fakefax.explore.causes import Cause, FlawedRun, by_cause
from fakefax.explore.explorer import AND, Exploration
from fakefax.explore.oracle import FAILED
from fakefax.explore.points import Point

STYLE = """
:root { color-scheme: light dark; --bad: light-dark(#b3261e, #ff8a80); --good: light-dark(#1b6e3c, #7ddc9f);
  --own: light-dark(#8a5a00, #e3b341);
  --line: light-dark(#d8dade, #3a3d42); --dim: light-dark(#6b7076, #9aa0a6); }
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem;
  background: light-dark(#fff, #17181a); color: light-dark(#1d1f22, #e6e7e9); }
h1 { font-size: 1.25rem; margin: 0 0 .25rem; overflow-wrap: anywhere; } h2 { font-size: 1rem; margin-top: 2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin-top: 1rem; }
th, td { border: 1px solid var(--line); padding: .2rem .4rem; text-align: center; white-space: nowrap; }
thead th { vertical-align: bottom; height: 12.5rem; padding: .4rem .2rem; font-weight: 500; }
thead th span { writing-mode: vertical-rl; transform: rotate(180deg); }
tbody th { text-align: left; font-weight: 500; position: sticky; left: 0; background: inherit; }
tbody tr { background: light-dark(#fff, #17181a); }
.bad { background: var(--bad); color: light-dark(#fff, #17181a); font-weight: 600; } .bad a { color: inherit; }
.bad.own { background: var(--own); } .failed { color: var(--own); } .ok { color: var(--good); }
.out, .dim { color: var(--dim); }
code { font: 12.5px ui-monospace, monospace; overflow-wrap: anywhere; } li { margin: .75rem 0; }
"""

OK, LEFT_OUT, NOT_RUN, NEVER_STRUCK = "\N{CHECK MARK}", "\N{EN DASH}", "?", "\N{EMPTY SET}"
TEST_FAILED = "!"
"""The test's own assertions failed, and nothing that is judged."""


def matrix(title: str, found: Exploration, again: Callable[[str], str]) -> str:
    """The page. `again` has the command that makes the run of a name once more; a cell with a report links it."""
    findings = {finding.name: finding for finding in found.findings}
    spellings = list(dict.fromkeys((row.group, spelled(row)) for row in TABLE.values()))
    used = {(case.row.group, spelled(case.row)) for case in found.cases}
    columns = [column for column in spellings if column in used]
    rows: dict[Point, dict[tuple[FaultGroup, str], Case]] = {}
    alike = len({case.point for case in found.cases if case.point.alike})
    for case in found.cases:
        if case.point.alike:
            continue
        rows.setdefault(case.point, {})[case.row.group, spelled(case.row)] = case
    head = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for _, name in columns)
    body = "".join(
        f'<tr><th scope="row"><code>{escape(point.name)}</code></th>'
        + "".join(_cell(cells.get(column), found, findings) for column in columns)
        + "</tr>"
        for point, cells in rows.items()
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{GENERATOR}{EXPLORED}'
        f'<title>{escape(title)}</title><meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1><p>{escape(found.summary)}</p>"
        f'<p class="dim">{OK} ok, {TEST_FAILED} ok, though the test itself failed, {LEFT_OUT} needless, '
        f"{NEVER_STRUCK} the fault never struck, {NOT_RUN} not run; "
        "an empty cell: the fault does not fit the point."
        f"{f' Not shown: {alike} points that are like the ones before and after them.' if alike else ''}</p>"
        f'<div class="scroll"><table><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        f"{_listed(found, again)}</body></html>\n"
    )


def _cell(case: Case | None, found: Exploration, findings: dict[str, FlawedRun]) -> str:
    if case is None:
        return "<td></td>"
    name = case.name
    finding = findings.get(name)
    if finding is not None:
        text = escape(finding.kind)
        shown = f'<a href="{escape(finding.report)}">{text}</a>' if finding.report else text
        own = " own" if finding.kind == FAILED else ""
        return f'<td class="bad{own}" title="{escape(finding.sentence)}">{shown}</td>'
    if name in found.left_out:
        return f'<td class="out" title="{escape(f"{name}: {found.left_out[name]}")}">{LEFT_OUT}</td>'
    result = found.results.get(name)
    if result is None:
        return f'<td class="out" title="{escape(name)}: not run">{NOT_RUN}</td>'
    if not result.struck:
        return f'<td class="out" title="{escape(name)}: the fault never struck">{NEVER_STRUCK}</td>'
    if result.failure is not None:
        said = escape(f"{name}: the test itself failed: {result.failure}")
        return f'<td class="failed" title="{said}">{TEST_FAILED}</td>'
    return f'<td class="ok" title="{escape(name)}">{OK}</td>'


def _listed(found: Exploration, again: Callable[[str], str]) -> str:
    items = [_bug(cause, again) for cause in by_cause(found.findings)]
    pairs = [name for name in found.results if AND in name]
    note = f'<p class="dim">{len(pairs)} pairs of faults were run too.</p>' if pairs else ""
    return f"<h2>Findings</h2><ol>{''.join(items)}</ol>{note}" if items else f"<p>No findings.</p>{note}"


def _bug(cause: Cause, again: Callable[[str], str]) -> str:
    """A bug in a list: what happened, how it is seen again, and where it shows too."""
    finding = cause.finding
    link = f' <a href="{escape(finding.report)}">its report</a>' if finding.report else ""
    others = ", ".join(
        f'<a href="{escape(other.report)}">{escape(other.name)}</a>' if other.report else escape(other.name)
        for other in cause.others
    )
    return (
        f"<li><strong>{escape(finding.kind)}</strong>: {escape(finding.sentence)}.{link}"
        f"<br><code>{escape(again(finding.name))}</code>{f'<br>also at {others}' if others else ''}</li>"
    )
