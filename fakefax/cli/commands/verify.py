"""`fakefax verify`."""

import json
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from fakefax.cli.output import Failure


@click.command(short_help="Hold a server against what is known of Fax.to's API.")
@click.option(
    "--live", metavar="URL", help="The server, such as https://fax.to/api/v2. Left out: a fakefax of its own."
)
@click.option("--api-key", envvar="FAKEFAX_API_KEY", help="The account's key at --live.")
@click.option("--files", is_flag=True, help="Upload one made-up page, and delete it again.")
@click.option("--send", "number", metavar="NUMBER", help="Send that page to this number of your own, once.")
@click.option("--max-cost", metavar="AMOUNT", help="What the send may cost at most; needed with --send.")
@click.option("--dry-run", is_flag=True, help="Print the plan and send nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before --live is contacted.")
@click.option("--record", type=click.Path(dir_okay=False), help="Write a dated, masked recording to this file.")
@click.option("--json", "as_json", is_flag=True, help="The outcomes as JSON.")
def verify(
    live: str | None, api_key: str | None, files: bool, number: str | None, max_cost: str | None,
    dry_run: bool, yes: bool, record: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Hold a server against what is known of Fax.to's API.

    Exit status 0 if nothing differs, 1 if something does. Without --live the server is a fakefax of its own, and
    nothing leaves this machine.

    \b
    Example:  fakefax verify --live https://fax.to/api/v2 --files
    """
    from fakefax.verify.run import Plan  # noqa: PLC0415

    if number is not None and max_cost is None:
        raise Failure("--send needs --max-cost, such as --max-cost 0.20")
    if live is not None and not api_key and not dry_run:
        raise Failure("--live needs --api-key or FAKEFAX_API_KEY")
    plan = Plan(files, number, _amount(max_cost))
    if dry_run:
        click.echo("\n".join(plan.lines()))
        return
    if live is None:
        from fakefax.client import FakeFax  # noqa: PLC0415

        with FakeFax() as fakefax:
            _run(fakefax.base_url, fakefax.api_key, plan, record, as_json)
        return
    assert api_key is not None
    if not yes:
        tier = "reads, uploads and sends" if number else "reads and uploads" if files else "reads only"
        cost = f"one page to {number} for at most {plan.max_cost}" if number else "nothing"
        click.confirm(f"{live}: {tier}; this may cost {cost}. Go on?", abort=True, err=True)
    _run(live, api_key, plan, record, as_json)


def _run(base_url: str, api_key: str, plan: object, record: str | None, as_json: bool) -> None:
    from fakefax.core.real_time import wall_clock  # noqa: PLC0415
    from fakefax.verify.exchange import Caller, NoAnswer  # noqa: PLC0415
    from fakefax.verify.recording import as_text, recording  # noqa: PLC0415
    from fakefax.verify.run import Plan, Run  # noqa: PLC0415

    assert isinstance(plan, Plan)
    try:
        caller = Caller(base_url)
        run = Run(caller, api_key, plan)
        outcomes = list(run.outcomes())
    except (NoAnswer, ValueError) as error:
        raise Failure(str(error)) from None
    if record is not None:
        with Path(record).open("x", encoding="utf-8") as file:
            file.write(as_text(recording(run.exchanges, caller.host, f"{wall_clock():%Y-%m-%d}", outcomes)))
    if as_json:
        click.echo(json.dumps([outcome._asdict() for outcome in outcomes]))
    else:
        for outcome in outcomes:
            click.echo(
                f"{outcome.result:<9}  {outcome.probe}" + "".join(f"\n           {one}" for one in outcome.details)
            )
    sys.exit(1 if any(outcome.result == "differs" for outcome in outcomes) else 0)


def _amount(text: str | None) -> Decimal:
    try:
        amount = Decimal(text or "0")
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise Failure(f"--max-cost {text!r} is not an amount such as 0.20")
    return amount
