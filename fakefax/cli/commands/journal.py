"""`fakefax log` and `fakefax wait`: the journal, as it was, as it grows, and until something is in it."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

from fakefax.cli.completion import fax_ids, kinds
from fakefax.cli.durations import Wait
from fakefax.cli.output import Failure, entry_line
from fakefax.cli.remote import Context, NotReachable, Refused, Remote, events, found, talks
from fakefax.values.numbers import whole_number

SILENCE = 40.0
"""Real seconds without even a comment on the stream after which it counts as lost; a comment comes every 15."""

AGAIN = 1.0
"""Real seconds until a stream that was lost is asked for again."""


@click.command()
@talks
@click.option("-f", "--follow", is_flag=True, help="Go on with what happens, also after a restart of the server.")
@click.option(
    "--kind",
    metavar="KIND",
    shell_complete=kinds,
    help="Only this kind or group, such as receipt or request.refused.",
)
@click.option(
    "--fax", "fax_job_id", type=int, metavar="ID", shell_complete=fax_ids, help="Only entries about this fax."
)
@click.option("--answers", is_flag=True, help="Show what the endpoint answered to each attempt.")
@click.option("-n", "--limit", type=click.IntRange(1), default=100, show_default=True, help="The newest so many.")
def log(
    context: Context, follow: bool, kind: str | None, fax_job_id: int | None, answers: bool, limit: int
) -> None:
    """Show the journal: all that happened and all that did not, with the reason. Each line names its fax.

    \b
    Example:  fakefax log -f --kind receipt
    """
    journal = context.remote.get("/journal", kind=kind, fax_job_id=fax_job_id, limit=limit).data
    show = _Lines(context, answers)
    for entry in journal["entries"]:
        show(entry)
    if not follow:
        if context.as_json and not journal["entries"]:
            return
        if not journal["entries"]:
            click.echo("nothing is in the journal" + (" that fits" if kind or fax_job_id else ""), err=True)
        return
    for entry in _Follower(context.remote, journal["last_seq"], show.note).entries():
        if _fits(entry, kind, fax_job_id):
            show(entry)


class _Lines:
    """Prints entries: a line of text, or of JSON."""

    def __init__(self, context: Context, answers: bool) -> None:
        self._context = context
        self._answers = answers

    def __call__(self, entry: dict[str, Any]) -> None:
        if self._context.as_json:
            click.echo(json.dumps(entry, default=_number))
        else:
            click.echo(entry_line(entry))
            if self._answers and entry["kind"].endswith(".attempt"):
                self._answer(entry)
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """Something about the stream itself, which is not part of the journal."""
        click.secho(f"fakefax: {text}", err=True, dim=True)

    def _answer(self, entry: dict[str, Any]) -> None:
        detail = entry["detail"]
        whose, number = "faxes", entry["fax_job_id"]
        if number is None:
            whose, number = "incoming-faxes", detail.get("incoming_fax_id")
        try:
            attempt = self._context.remote.get(f"/{whose}/{number}/attempts/{detail['attempt']}").data
        except Refused:  # no longer kept
            return
        answer = attempt.get("answer")
        if answer is None:
            return
        for name, value in answer["headers"]:
            click.secho(f"{'':28}{name}: {value}", dim=True)
        for line in str(answer["body"]).splitlines():
            click.secho(f"{'':28}{line}", dim=True)


def _number(value: object) -> float:
    return float(str(value))


def _fits(entry: dict[str, Any], kind: str | None, fax_job_id: int | None) -> bool:
    of_kind = kind is None or entry["kind"] == kind or entry["kind"].startswith(f"{kind}.")
    return of_kind and (fax_job_id is None or entry["fax_job_id"] == fax_job_id)


class _Follower:
    """The entries from now on: waits for a server that has stopped, and follows a journal that restarts."""

    def __init__(self, remote: Remote, after: int, note: Callable[[str], None]) -> None:
        self._remote = remote
        self._after = after
        self._note = note
        self._journal: str | None = None
        self._lost = False

    def entries(self) -> Iterator[dict[str, Any]]:
        """All new entries, without end. Raises Failure when the sandbox is deleted."""
        from fakefax.core.real_time import real_pause  # noqa: PLC0415 (it imports asyncio)

        while True:
            try:
                for name, data in events(self._remote, self._after, SILENCE):
                    yield from self._frame(name, data)
            except NotReachable as error:
                if not self._lost:
                    self._note(f"{error.message.partition(';')[0]}; waiting for it")
                self._lost = True
            real_pause(AGAIN)

    def _frame(self, name: str, data: Any) -> Iterator[dict[str, Any]]:
        if name == "entries":
            new = [entry for entry in data["entries"] if entry["seq"] > self._after]
            self._after = data["last_seq"]
            yield from new
        elif name in ("hello", "reset"):
            yield from self._greeted(name, data)
        elif name == "lost":
            self._note(str(data["reason"]))
            self._after = data["last_seq"]
        elif name == "gone":
            raise Failure(str(data["reason"]))

    def _greeted(self, name: str, data: Any) -> Iterator[dict[str, Any]]:
        if self._lost:
            self._note("the server is back")
        elif name == "reset":
            self._note("the sandbox was reset; its journal starts again")
        self._lost = False
        anew = self._journal not in (None, data["journal"])
        self._journal = data["journal"]
        if anew:
            self._after = data["last_seq"]
            yield from self._remote.get("/journal", limit=1000).data["entries"]


@click.command()
@talks
@click.argument("kind", metavar="KIND", shell_complete=kinds)
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--timeout", type=Wait(), default="10s", show_default=True, help="Real time to wait; 5 is 5s.")
@click.option("--count", type=click.IntRange(1), default=1, show_default=True, help="How many entries to wait for.")
@click.option("--after", type=click.IntRange(0), help="Only entries after this seq.")
def wait(
    context: Context, kind: str, fields: tuple[str, ...], timeout: float, count: int, after: int | None
) -> None:
    """Wait until something is in the journal. Exit status 1 if that did not happen, with what came close.

    A FIELD is any of the entry, its details or its fax; a * in its VALUE stands for any characters.

    \b
    Example:  fakefax wait receipt.acknowledged fax_number='+44*' --timeout 5s
    """
    wanted: dict[str, object] = {"kind": kind}
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals or not name:
            raise click.BadParameter(
                f"{field!r} is not FIELD=VALUE, such as fax_job_id=200", param_hint="FIELD=VALUE"
            )
        number = whole_number(value)
        wanted[name] = value if number is None else number
    asked = {
        "for": wanted,
        "count": count,
        "timeout": f"{timeout:g}s",
        **({} if after is None else {"after": after}),
    }
    answer = context.remote.post("/wait", asked, wait=timeout)
    if context.as_json:
        click.echo(answer.text)
    else:
        for entry in answer.data["entries"]:
            click.echo(entry_line(entry))
        if not answer.data["found"]:
            _in_vain(answer.data)
    found(answer.data["found"])


def _in_vain(answer: Any) -> None:
    click.secho(answer["message"], err=True, fg="red")
    for near in answer["near_misses"]:
        click.echo(f"came close: {near['entry']['message']}", err=True)
        for differs in near["differs"]:
            click.echo(f"            {differs}", err=True)
