"""`fakefax verify`."""

import json
import sys
from contextlib import nullcontext
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from fakefax.cli.output import Failure
from fakefax.values.numbers import MAX_PORT, whole_number

if TYPE_CHECKING:
    from fakefax.verify.plan import RowOutcome, RunPlan
    from fakefax.verify.receipts import ReceiptListener

LISTEN = "127.0.0.1:8765"


class VerifiedServer(NamedTuple):
    """The server that is verified; `ca` is a file with the CA certificates to trust."""

    base_url: str
    api_key: str
    ca: str | None = None


@click.command(short_help="Hold a server against what is known of Fax.to's API.")
@click.option(
    "--live", metavar="URL", help="The server, such as https://fax.to/api/v2. Left out: a fakefax of its own."
)
@click.option("--api-key", metavar="KEY", envvar="FAKEFAX_API_KEY", help="The account's key at --live.")
@click.option("--ca", type=click.Path(exists=True, dir_okay=False), help="CA certificates to trust at --live, PEM.")
@click.option("--files", is_flag=True, help="Upload one made-up page, and delete it again.")
@click.option("--send", "number", metavar="NUMBER", help="Send that page to this number of your own, once.")
@click.option("--max-cost", metavar="AMOUNT", help="The most that the send may cost; needed with --send.")
@click.option("--receipts", is_flag=True, help="Answer that fax's receipts 503, 204, 200. Goes with --send.")
@click.option("--public-url", metavar="URL", help="The account's callback URL: your tunnel to --listen.")
@click.option("--listen", default=LISTEN, metavar="HOST:PORT", show_default=True, help="Where receipts come in.")
@click.option("--retry-after", default="15m", metavar="SPAN", show_default=True,
              help="Real time between two receipts; less for a fakefax at a high rate.")  # fmt: skip
@click.option("--har", type=click.Path(dir_okay=False), help="Judge this captured traffic, and ask no server.")
@click.option("--dry-run", is_flag=True, help="Print the plan and send nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before --live is contacted.")
@click.option("--record", type=click.Path(dir_okay=False), help="Write a dated, masked recording to this file.")
@click.option("--json", "as_json", is_flag=True, help="The outcomes as JSON.")
def verify(
    live: str | None, api_key: str | None, ca: str | None, files: bool, number: str | None, max_cost: str | None,
    receipts: bool, public_url: str | None, listen: str, retry_after: str, har: str | None, dry_run: bool,
    yes: bool, record: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Hold a server against what is known of Fax.to's API.

    Exit status 0 if nothing differs, 1 if something does. Without --live the server is a fakefax of its own, and
    nothing leaves this machine.

    \b
    Example:  fakefax verify --live https://fax.to/api/v2 --files
    """
    from fakefax.values.durations import parse_duration  # noqa: PLC0415
    from fakefax.verify.plan import RunPlan  # noqa: PLC0415

    if har is not None:
        _judge_traffic(Path(har), as_json)
    if number is not None and max_cost is None:
        raise Failure("--send needs --max-cost, such as --max-cost 0.20")
    if receipts and (number is None or public_url is None):
        raise Failure("--receipts needs --send and --public-url, the account's callback URL")
    if live is not None and not api_key and not dry_run:
        raise Failure("--live needs --api-key or FAKEFAX_API_KEY")
    try:
        pause = parse_duration(retry_after).total_seconds()
    except ValueError as error:
        raise Failure(f"--retry-after: {error}") from None
    plan = RunPlan(files, number, _amount(max_cost), receipts, pause)
    if dry_run:
        click.echo("\n".join(plan.lines()))
        return
    if live is None:
        if receipts:
            raise Failure("--receipts needs --live; a fakefax of its own has a paused clock")
        from fakefax.verify.own_server import own_server  # noqa: PLC0415

        with own_server() as fakefax:
            _run(VerifiedServer(fakefax.base_url, fakefax.api_key), plan, None, record, as_json)
        return
    assert api_key is not None
    if not yes:
        click.confirm(f"{live}: {plan.summary()}. Go on?", abort=True, err=True)
    with _listener(listen, public_url) if receipts else nullcontext() as listener:
        _run(VerifiedServer(live, api_key, ca), plan, listener, record, as_json)


def _listener(listen: str, public_url: str | None) -> "ReceiptListener":
    """A listener that the public URL has been seen to reach."""
    from fakefax.verify.receipts import ReceiptListener  # noqa: PLC0415

    host, _, port = listen.rpartition(":")
    number = whole_number(port)
    if not host or number is None or number > MAX_PORT:
        raise Failure(f"--listen {listen!r} is not HOST:PORT such as {LISTEN}")
    try:
        listener = ReceiptListener(host.strip("[]"), number)
    except OSError as error:
        raise Failure(f"--listen {listen}: {error.strerror or error}") from None
    try:
        reached = listener.is_reached_by(public_url or "")
    except ValueError as error:
        listener.close()
        raise Failure(f"--public-url: {error}") from None
    if not reached:
        listener.close()
        raise Failure(f"--public-url {public_url}: a POST to it does not arrive at {listen}; mend the tunnel")
    return listener


def _run(
    target: VerifiedServer, plan: "RunPlan", listener: "ReceiptListener | None", record: str | None, as_json: bool
) -> None:
    from fakefax.core.real_time import wall_clock  # noqa: PLC0415
    from fakefax.verify.exchange import Caller, NoAnswer  # noqa: PLC0415
    from fakefax.verify.recording import as_text, recording  # noqa: PLC0415
    from fakefax.verify.run import Run, balances  # noqa: PLC0415

    outcomes: list[RowOutcome] = []
    try:
        caller = Caller(target.base_url, ca=target.ca)
        run = Run(caller, target.api_key, plan, listener, tell=lambda text: click.echo(text, err=True))
        for outcome in run.outcomes():
            outcomes.append(outcome)
            if not as_json:
                _tell(outcome)
    except (NoAnswer, ValueError, OSError) as error:
        raise Failure(str(error)) from None
    hint = _hint(outcomes)
    if hint is not None:
        click.echo(f"fakefax: {hint}", err=True)
    money = balances(run)
    if record is not None:
        text = as_text(recording(run.exchanges, caller.host, f"{wall_clock():%Y-%m-%d}", outcomes))
        try:
            with Path(record).open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise Failure(f"--record {record}: {error.strerror}") from None
    if as_json:
        click.echo(json.dumps({"rows": [outcome._asdict() for outcome in outcomes], "balance": money}))
    elif money:
        click.echo(f"balance before {money['before']}, after {money['after']}: the run has cost {money['cost']}")
    sys.exit(1 if any(outcome.result == "differs" for outcome in outcomes) else 0)


def _hint(outcomes: "list[RowOutcome]") -> str | None:
    """The option that is probably wrong when the very first probe, the balance, is answered otherwise."""
    first = " ".join(outcomes[0].details) if outcomes and outcomes[0].result == "differs" else ""
    if "status 404" in first:
        return "GET /balance is not there: is --live a base URL, such as https://fax.to/api/v2?"
    return "the server does not take the key: is --api-key right?" if "status 401" in first else None


def _tell(outcome: "RowOutcome") -> None:
    details = "".join(f"\n           {one}" for one in outcome.details)
    click.echo(f"{outcome.result:<9}  {outcome.probe or outcome.row}{details}")


def _judge_traffic(path: Path, as_json: bool) -> None:
    """Judge a HAR file, and end with the exit status."""
    from fakefax.verify.har import NoHar, held_traffic  # noqa: PLC0415

    try:
        held = list(held_traffic(path))
    except NoHar as error:
        raise Failure(str(error)) from None
    if as_json:
        click.echo(json.dumps([one._asdict() for one in held]))
    else:
        for one in held:
            details = "".join(f"\n           {detail}" for detail in one.details)
            click.echo(f"{one.result:<9}  {one.entry}: {one.request}{details}")
    sys.exit(1 if any(one.result == "differs" for one in held) else 0)


def _amount(text: str | None) -> Decimal:
    try:
        amount = Decimal(text or "0")
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise Failure(f"--max-cost {text!r} is not an amount such as 0.20")
    return amount
