"""`fakefax status`, `fakefax open`: where fakefax is and how it stands."""

import json
import shlex
from typing import Any
from urllib.parse import quote

import click

from fakefax.cli.output import amount, facts, plural, when
from fakefax.cli.remote import Context, ControlAnswer, Remote, environment_of, talks

LAST_ATTEMPT = {"kind": "receipt.attempt", "limit": 1}


@click.command()
@talks
@click.option(
    "-o", "--output", type=click.Choice(["env"]), help='Print shell assignments: eval "$(fakefax status -o env)".'
)
def status(context: Context, output: str | None) -> None:
    """Say where fakefax is, with which key, and how it stands.

    Balance, clock, callback URL and how its last attempt ended, what is pending and what is due next.
    With --json the control API's objects stand under `account`, `clock` and `last_attempt`.

    \b
    Example:  eval "$(fakefax status -o env)"; echo $FAXTO_URL
    """
    remote = context.remote
    account = remote.get("/account")
    if output == "env":
        for name, value in environment_of(remote, account.data["api_key"]).items():
            click.echo(f"export {name}={shlex.quote(value)}")
        return
    clock = remote.get("/clock")
    last = remote.get("/journal", account=account.data["api_key"], **LAST_ATTEMPT)
    if context.as_json:
        click.echo(_joined(remote, account, clock, last))
        return
    ready = remote.get("/readyz").data
    click.echo(f"fakefax {ready['version']} at {click.style(remote.url, bold=True)}")
    facts(_facts(remote, account.data, clock.data, last.data["entries"]))


def _joined(remote: Remote, account: ControlAnswer, clock: ControlAnswer, last: ControlAnswer) -> str:
    entries = json.loads(last.text)["entries"]
    parts = {
        "account": account.text,
        "clock": clock.text,
        "last_attempt": json.dumps(entries[0] if entries else None),
    }
    inner = ",".join(f"{json.dumps(name)}:{text}" for name, text in parts.items())
    return f'{{"url":{json.dumps(remote.url)},{inner}}}'


def _facts(remote: Remote, account: Any, clock: Any, attempts: list[Any]) -> list[tuple[str, str]]:
    rate = clock["rate"]
    flow = f"{float(rate):g} simulated seconds a second" if rate else "paused"
    callback = account["callback_url"] or "none: receipts are only journaled"
    if attempts:
        callback += f"\nlast: {attempts[0]['message']}"
    pending = plural(clock["pending"], "timer")
    following = clock.get("next") or next(iter(clock["timers"]), None)
    if following:
        pending += f"; next at {when(following['at'])}: {following['name']}"
    rows = [
        ("api_key", account["api_key"]),
        ("balance", amount(account["balance"])),
        ("clock", f"{when(clock['now'])}, {flow}"),
        ("callback", callback),
        ("pending", pending),
    ]
    if account["received_fax_url"]:
        rows.insert(4, ("received", account["received_fax_url"]))
    return [*rows, ("page", page_address(remote, ""))]


def page_address(remote: Remote, view: str) -> str:
    """The address of a view of the page; the key goes into the fragment, which is never sent."""
    fragment = f"#key={quote(remote.api_key, safe='')}" if remote.api_key else ""
    return f"{remote.url}/_fakefax/ui/{view.strip('/')}{fragment}" if view else f"{remote.url}/_fakefax/{fragment}"


@click.command("open")
@talks
@click.argument("view", default="", metavar="[VIEW]")
def open_page(context: Context, view: str) -> None:
    """Open the page in a browser, or a VIEW of it such as faxes/200.

    Without a browser, only the address is printed. The page shows the account of the key that this command has.

    \b
    Example:  fakefax open faxes/200
    """
    context.remote.get("/account" if context.remote.api_key else "/readyz")
    address = page_address(context.remote, view)
    click.echo(json.dumps({"url": address}) if context.as_json else address)
    import webbrowser  # noqa: PLC0415 (only here)

    if _has_display():
        webbrowser.open(address)


def _has_display() -> bool:
    import os  # noqa: PLC0415
    import sys  # noqa: PLC0415

    return sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
