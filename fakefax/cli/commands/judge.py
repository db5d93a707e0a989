"""`fakefax verdict` and `fakefax audit`: the gate of a CI job in any language."""

from typing import Any

import click

from fakefax.cli.output import Failure, amount, plural, printable, wrapped
from fakefax.cli.remote import Context, found, talks
from fakefax.values.verdict_parts import Part

PARTS = tuple(part.value for part in Part)


def parts_of(text: str | None) -> tuple[str, ...]:
    """The parts of a verdict that are named, with commas between them; all of them for None. Raises Failure."""
    if text is None:
        return PARTS
    named = tuple(part.strip().replace("-", "_") for part in text.split(","))
    for part in named:
        if part not in PARTS:
            raise Failure(f"{part!r} is not a part of the verdict; there are: {', '.join(PARTS)}")
    return named


def print_findings(findings: list[dict[str, Any]], *, err: bool = False) -> None:
    """Findings as a list, each with the part of the verdict that it belongs to."""
    for finding in findings:
        part = click.style(printable(finding["part"]).ljust(14), fg="red")
        click.echo(f"{part}  {wrapped(printable(finding['message']), ' ' * 16)}", err=err)


@click.command()
@talks
@click.option("--only", metavar="PART,...", help=f"Look at these only: {', '.join(PARTS)}.")
def verdict(context: Context, only: str | None) -> None:
    """List what the program did that Fax.to would mind. Exit status 1 when there is a finding.

    Callbacks not acknowledged, or answered with another 2xx than 200; requests refused as malformed; wrong books;
    double charges.

    \b
    Example:  fakefax verdict --only double_charge,unacknowledged
    """
    parts = parts_of(only)
    answer = context.remote.get("/verdict")
    findings = [finding for finding in answer.data["findings"] if finding["part"] in parts]
    if context.as_json:
        click.echo(answer.text)
    else:
        print_findings(findings)
        if answer.data["reach"]:
            click.secho(answer.data["reach"], dim=True)
        click.echo(plural(len(findings), "finding") if findings else click.style("clean: no findings", fg="green"))
    found(not findings)


@click.command()
@talks
@click.option("--window", metavar="SPAN", help="How far apart two sends may be and still count as the same.")
def audit(context: Context, window: str | None) -> None:
    """Prove the books: sums, one charge for each fax, every balance reported; and find what was paid twice.

    Exit status 1 when the books are wrong or something was paid twice.

    \b
    Example:  fakefax audit --window 24h
    """
    answer = context.remote.get("/audit", window=window)
    report = answer.data
    good = report["ok"] and not report["double_charges"]
    if context.as_json:
        click.echo(answer.text)
    else:
        for problem in report["problems"]:
            click.secho(f"wrong: {problem}", fg="red")
        for double in report["double_charges"]:
            ids = ", ".join(map(str, double["fax_job_ids"]))
            click.secho(
                f"paid twice: document {double['document_id']} to {double['fax_number']}, faxes {ids}", fg="red"
            )
        if report["reach"]:
            click.secho(report["reach"], dim=True)
        books = click.style("ok", fg="green") if report["ok"] else click.style("wrong", fg="red")
        entries = plural(report["entries"], "movement")
        click.echo(
            f"books {books}: {entries}, {plural(report['fax_jobs'], 'fax')}, balance {amount(report['balance'])}"
        )
    found(good)
