"""`fakefax faxes`, `fakefax fax`, `fakefax ledger`: what was sent, and what it cost."""

from typing import Any

import click

from fakefax.cli.completion import fax_ids
from fakefax.cli.output import amount, facts, outcome, plural, table, when, wrapped
from fakefax.cli.remote import Context, Refused, talks

LIST_FIELDS = (
    "fax_job_id,status,msg_code,fax_number,document_id,pages,cost,receipt,accepted_at,attempts,attempt_count,twice"
)
SPARKS = 10
"""Ticks of the line of attempts in the list."""


@click.command()
@talks
@click.argument("query", nargs=-1, metavar="[QUERY]...")
@click.option("-n", "--limit", type=click.IntRange(1), default=50, show_default=True, help="The newest so many.")
def faxes(context: Context, query: tuple[str, ...], limit: int) -> None:
    """List faxes, the newest first; QUERY is the search of the page.

    \b
    to:+44*  doc:10  code:503  rule:text  after:2026-01-05  cost:>1
    is:busy | pending | unacknowledged | expired | twice    -is:ok
    Each mark under ATTEMPTS is one attempt: . acknowledged, x not.

    \b
    Example:  fakefax faxes to:+44* is:unacknowledged
    """
    asked = {"q": " ".join(query) or None, "order": "newest", "limit": limit}
    if context.as_json:
        click.echo(context.remote.get("/faxes", **asked).text)
        return
    answer = context.remote.get("/faxes", fields=LIST_FIELDS, attempts="runs", **asked).data
    if not answer["faxes"]:
        click.echo("no fax fits" if query else "nothing was sent yet", err=True)
        return
    rows = [_row(fax) for fax in answer["faxes"]]
    table(("FAX", "TO", "DOC", "PAGES", "COST", "OUTCOME", "RECEIPT", "ATTEMPTS"), rows, right=(0, 2, 3, 4))
    left = answer["total"] - len(rows)
    if left > 0:
        click.secho(f"and {plural(left, 'older fax')}; see them with --limit {answer['total']}", dim=True)


def _row(fax: dict[str, Any]) -> list[str]:
    return [
        str(fax["fax_job_id"]),
        fax["fax_number"],
        str(fax["document_id"]),
        str(fax["pages"]),
        amount(fax["cost"]),
        outcome(fax["msg_code"] or "pending") + (click.style(" twice", fg="red") if fax["twice"] else ""),
        outcome(fax["receipt"]),
        _sparks(fax["attempts"], fax["attempt_count"]),
    ]


def _sparks(runs: list[dict[str, Any]], count: int) -> str:
    marks = "".join(("." if run["failure"] is None else "x") * min(run["count"], SPARKS) for run in runs)
    return marks if count <= SPARKS else f"{marks[: SPARKS - 3]}… {count}"


@click.command()
@talks
@click.argument("fax_job_id", type=int, metavar="ID", shell_complete=fax_ids)
def fax(context: Context, fax_job_id: int) -> None:
    """Show one fax: what decided it, its timeline, and its receipt's attempts with equal neighbours folded.

    \b
    Example:  fakefax fax 200
    """
    try:
        answer = context.remote.get(f"/faxes/{fax_job_id}", attempts="runs")
    except Refused as refused:
        raise _with_ids(context, refused) from None
    if context.as_json:
        click.echo(answer.text)
        return
    job = answer.data
    click.echo(f"fax {job['fax_job_id']} to {job['fax_number']}: {outcome(job['msg_code'] or 'pending')}")
    facts(
        [
            ("document", f"{job['document_id']} {job.get('filename', '')}, {plural(job['pages'], 'page')}"),
            ("cost", amount(job["cost"])),
            ("decided by", job["plan"]["rule"]),
            ("receipt", outcome(job["receipt"]).replace("_", " ") or "not yet"),
        ]
    )
    for step in job["timeline"]:
        click.echo(f"  {when(step['at'])}  {wrapped(step['event'], ' ' * 23)}")
    if job["attempts"]:
        table(("  ATTEMPT", "DUE", "ANSWER", "NEXT DUE"), [_attempt(run) for run in job["attempts"]])


def _with_ids(context: Context, refused: Refused) -> Refused:
    """The refusal of an unknown fax, with the ids that there are."""
    if refused.status == 404:
        newest = context.remote.get("/faxes", fields="fax_job_id", order="newest", limit=5).data["faxes"]
        ids = ", ".join(str(fax["fax_job_id"]) for fax in newest)
        there_are = f"the newest are {ids}" if ids else "nothing was sent yet"
        return Refused(refused.status, {**refused.answer, "message": f"{refused.message}; {there_are}"})
    return refused


def _attempt(run: dict[str, Any]) -> list[str]:
    several = run["count"] > 1
    number = f"  {run['first']}-{run['last']}" if several else f"  {run['first']}"
    due = when(run["first_due"]) + (f" to {when(run['last_due'])[5:]}" if several else "")
    answer = click.style("200 OK", fg="green") if run["failure"] is None else click.style(run["failure"], fg="red")
    return [number, due, answer, when(run["next_due"])[5:]]


@click.command()
@talks
@click.option("-n", "--limit", type=click.IntRange(1), default=50, show_default=True, help="The newest so many.")
def ledger(context: Context, limit: int) -> None:
    """Show every movement of the simulated balance.

    \b
    Example:  fakefax ledger --limit 10
    """
    answer = context.remote.get("/ledger", limit=limit)
    if context.as_json:
        click.echo(answer.text)
        return
    books = answer.data
    click.echo(f"opened with {amount(books['opening'])}")
    if carried := books["carried_forward"]["entries"]:
        click.secho(f"carried forward: {carried:,} older", dim=True)
    rows = [
        [
            when(entry["at"]),
            "" if entry["fax_job_id"] is None else str(entry["fax_job_id"]),
            entry["reason"],
            amount(entry["amount"]),
            amount(entry["balance"]),
        ]
        for entry in books["entries"]
    ]
    if rows:
        table(("TIME", "FAX", "REASON", "AMOUNT", "BALANCE"), rows, right=(1, 3, 4))
    click.echo(f"balance {click.style(amount(books['balance']), bold=True)}")
