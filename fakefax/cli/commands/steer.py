"""`fakefax send`, `next`, `rules`, `resend`, `receive`: make something happen."""

import base64
import json
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import click

from fakefax.cli.completion import fax_ids, outcomes
from fakefax.cli.output import Failure, amount, outcome, plural, table
from fakefax.cli.remote import Context, Refused, Remote, talks
from fakefax.values.numbers import number_pattern
from fakefax.values.suggestions import did_you_mean

SECTIONS = ("faxes", "requests", "callbacks")


def checked_number(text: str, option: str) -> str:
    """A fax number with its plus, a * in it for any digits. Raises Failure with the number that was meant."""
    meant = number_pattern(text)
    if text == meant:
        return text
    if meant is not None:
        raise Failure(f"{option}: {text!r} is not written as Fax.to wants it; did you mean {meant}?")
    raise Failure(f"{option}: {text!r} is not a fax number such as +442071838750")


@click.command()
@talks
@click.argument("number")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--document", "document_id", type=int, metavar="ID", help="A document that is there already.")
@click.option("--sender", "tsi_number", metavar="TEXT", help="The sender's number or text (tsi_number).")
@click.option("--wait", is_flag=True, help="Advance to the fax's end and its receipt's first attempt.")
def send(
    context: Context, number: str, file: Path | None, document_id: int | None, tsi_number: str | None, wait: bool
) -> None:
    """Send a fax through Fax.to's API, as a program would: FILE, or a document of the account.

    Exit status 1 when the API refuses it.

    \b
    Example:  fakefax send +15005550002 letter.pdf --wait
    """
    remote = context.remote
    if file is not None and document_id is not None:
        raise Failure("give a FILE or --document, not both")
    account = remote.get("/account").data
    key = account["api_key"]
    if file is not None:
        document_id = _vendor(remote, context, "/files", {"api_key": key}, file)["document_id"]
    elif document_id is None:
        if not account["documents"]:
            raise Failure("the account has no document; give a FILE")
        document_id = account["documents"][0]["document_id"]
    order = {"api_key": key, "fax_number": checked_number(number, "NUMBER"), "document_id": document_id}
    sent = _vendor(remote, context, "/fax", order | ({"tsi_number": tsi_number} if tsi_number else {}))
    if not wait:
        if context.as_json:
            click.echo(json.dumps(sent, default=float))
        else:
            paid = f"cost {amount(sent['cost'])}, balance {amount(sent['user_cash_balance'])}"
            click.echo(f"fax {sent['fax_job_id']} to {number}: {outcome(sent['status'])}, {paid}")
        return
    _advance_to_end(remote, sent["fax_job_id"])
    ended = remote.get(f"/faxes/{sent['fax_job_id']}")
    if context.as_json:
        click.echo(ended.text)
        return
    job = ended.data
    state = f"receipt {job['receipt'].replace('_', ' ')}" if job["receipt"] else "no receipt yet"
    click.echo(f"fax {job['fax_job_id']} to {number}: {outcome(job['msg_code'] or 'pending')}, {state}")


def _vendor(
    remote: Remote, context: Context, path: str, fields: dict[str, Any], file: Path | None = None
) -> dict[str, Any]:
    """One request of Fax.to's API; ends with exit status 1 when it is refused."""
    if file is None:
        status, content = remote.exchange("POST", f"/api/v2{path}", fields, b"")
    else:
        body, kind = _multipart(file)
        status, content = remote.exchange("POST", f"/api/v2{path}", fields, body, content_type=kind)
    try:
        answer = json.loads(content)
    except ValueError:
        answer = None
    if isinstance(answer, dict) and status == 200:
        return answer
    if context.as_json:
        click.echo(content.decode(errors="replace"))
    else:
        message = answer.get("message", "") if isinstance(answer, dict) else "an answer that is not JSON"
        click.secho(f"refused: {status} {message}", err=True, fg="red")
    raise SystemExit(1)


def _multipart(file: Path) -> tuple[bytes, str]:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}") from None
    boundary = f"fakefax-{uuid5(NAMESPACE_URL, str(file)).hex}"
    name = file.name.replace('"', "%22").encode()
    head = b'Content-Disposition: form-data; name="file"; filename="' + name + b'"'
    lines = [b"--" + boundary.encode(), head, b"Content-Type: application/octet-stream", b"", content]
    return b"\r\n".join([*lines, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def _advance_to_end(remote: Remote, fax_job_id: int) -> None:
    """Let simulated time go by until the fax has ended and its receipt was posted once, or nothing more is due."""
    while True:
        job = remote.get(f"/faxes/{fax_job_id}").data
        if job["finished_at"] is not None and (job["receipt"] != "pending" or job["attempts"]):
            return
        if remote.get("/clock").data["next_due"] is None:
            return
        try:
            remote.post("/clock/advance", {"until": "next"}, wait=30)
        except Refused as refused:
            if refused.status != 409:  # somebody else's advance is as good
                raise


@click.command("next")
@talks
@click.argument("outcome_name", metavar="OUTCOME", shell_complete=outcomes)
@click.option("--times", type=click.IntRange(0), default=1, show_default=True, help="How often; 0 is always.")
@click.option("--to", "to", metavar="NUMBER", help="Only faxes to this number; +44* is any that begins so.")
def next_outcome(context: Context, outcome_name: str, times: int, to: str | None) -> None:
    """Decide what becomes of the next fax: any row of the table of faults.

    It is a rule put in front of the others; `fakefax rules` lists what is in force.

    \b
    Example:  fakefax next busy --to '+44*'
    """
    remote = context.remote
    row = _fault(remote, outcome_name)
    rule: dict[str, object] = {"then": row["then"]}
    condition = dict(row["when"])
    if to is not None:
        condition["fax_number"] = checked_number(to, "--to")
    if condition:
        rule["when"] = condition
    if times:
        rule["times"] = times
    answer = remote.post(f"/rules/{row['section']}", rule)
    if context.as_json:
        click.echo(answer.text)
        return
    often = "always" if not times else "once" if times == 1 else f"{times} times"
    what = row["description"].replace("`", "")
    whom = f", for {to}" if to else ""
    click.echo(f"{what}: {often}{whom}; take it away with `fakefax rules --clear`")


def _fault(remote: Remote, name: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = remote.get("/faults").data["faults"]
    wanted = name.replace("-", "_")
    for row in rows:
        if row["name"] in (name, wanted):
            return row
    names = [row["name"] for row in rows]
    question = did_you_mean(wanted, names) or "."
    raise Failure(
        f"OUTCOME: {name!r} is not a row of the table of faults{question} There are:\n  {', '.join(names)}"
    )


@click.command()
@talks
@click.option("--clear", is_flag=True, help="Take away the rules that were put in at run time.")
def rules(context: Context, clear: bool) -> None:
    """List the rules in force, in the order in which they are asked; or take away those put in at run time.

    \b
    Example:  fakefax rules --clear
    """
    remote = context.remote
    if clear:
        answers = {section: remote.delete(f"/rules/{section}") for section in SECTIONS}
        if context.as_json:
            click.echo("{" + ",".join(f'"{section}":{answer.text}' for section, answer in answers.items()) + "}")
        else:
            click.echo("the rules put in at run time are gone")
        return
    answer = remote.get("/rules")
    if context.as_json:
        click.echo(answer.text)
        return
    for section in SECTIONS:
        rows = [
            [
                rule["rule"],
                "" if rule.get("left") is None else f"{rule['left']} left",
                str(rule["fitted"]),
                str(rule["used"]),
            ]
            for rule in answer.data[section]
        ]
        if rows:
            click.secho(section, bold=True)
            table(("RULE", "", "FITTED", "USED"), rows, right=(2, 3))


@click.command()
@talks
@click.argument("fax_job_ids", nargs=-1, type=int, metavar="[ID]...", shell_complete=fax_ids)
@click.option("--failed", is_flag=True, help="All that were posted and never acknowledged.")
def resend(context: Context, fax_job_ids: tuple[int, ...], failed: bool) -> None:
    """Post receipts once more, now. Exit status 1 when one was not acknowledged.

    \b
    Example:  fakefax resend --failed
    """
    remote = context.remote
    ids = list(fax_job_ids)
    if failed:
        found = remote.get("/faxes", q="is:unacknowledged", fields="fax_job_id").data["faxes"]
        ids += [fax["fax_job_id"] for fax in found if fax["fax_job_id"] not in ids]
    elif not ids:
        raise Failure("say which: ID..., or --failed")
    shown, good = [], True
    for fax_job_id in ids:
        attempt = _resent(remote, fax_job_id)
        acknowledged = attempt["failure"] is None
        good = good and acknowledged
        if context.as_json:
            shown.append(remote.get(f"/faxes/{fax_job_id}").text)
        else:
            result = "200 OK" if acknowledged else attempt["failure"]
            answer = click.style(result, fg="green" if acknowledged else "red")
            click.echo(
                f"the receipt of fax {fax_job_id}, attempt {attempt['attempt']} to {attempt['url']}: {answer}"
            )
    if context.as_json:
        click.echo(f"[{','.join(shown)}]")
    elif not ids:
        click.echo("nothing to resend: every receipt that was posted has been acknowledged")
    if not good:
        raise SystemExit(1)


def _resent(remote: Remote, fax_job_id: int) -> dict[str, Any]:
    """Post a receipt once more; the attempt that was made. Raises Failure when none came of it."""
    before = remote.get("/journal", limit=1).data["last_seq"]
    remote.post(f"/faxes/{fax_job_id}/resend")
    wanted = {"kind": "receipt.attempt", "fax_job_id": fax_job_id}
    waited = remote.post("/wait", {"for": wanted, "after": before, "timeout": "60s"}, wait=60).data
    if not waited["found"]:
        raise Failure(f"the receipt of fax {fax_job_id} was not posted: {waited['message']}")
    attempts: list[dict[str, Any]] = remote.get(f"/faxes/{fax_job_id}").data["attempts"]
    return attempts[-1]


@click.command()
@talks
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "sender", metavar="NUMBER", help="The sender's number.  [default: made up]")
@click.option("--to", "to", metavar="NUMBER", help="One of the account's numbers.  [default: its first]")
@click.option("--pages", type=click.IntRange(1), help="Pages of a made-up letter.")
@click.option("--text", help="The text that is printed on it.")
@click.option("--after", metavar="SPAN", help="Simulated time until it arrives, such as 10m.")
def receive(
    context: Context,
    file: Path | None,
    sender: str | None,
    to: str | None,
    pages: int | None,
    text: str | None,
    after: str | None,
) -> None:
    """Let a fax arrive at a number of the account: FILE, a TEXT, or a made-up letter.

    \b
    Example:  fakefax receive --from +12125550123 --text "Your order 4711"
    """
    given: dict[str, object] = {"pages": pages, "text": text, "after": after}
    given["from"] = None if sender is None else checked_number(sender, "--from")
    given["to"] = None if to is None else checked_number(to, "--to")
    if file is not None:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise Failure(f"{file}: {error.strerror}") from None
        given |= {"document": base64.b64encode(content).decode(), "filename": file.name}
    answer = context.remote.post(
        "/incoming-faxes", {name: value for name, value in given.items() if value is not None}
    )
    if context.as_json:
        click.echo(answer.text)
        return
    fax = answer.data
    arrival = "arrived" if fax["arrived"] else f"arrives at {fax['received_at']}"
    line = f"fax {fax['incoming_fax_id']} from {fax['sender']} to {fax['number']} {arrival}"
    click.echo(f"{line}: {plural(fax['pages'], 'page')}")
