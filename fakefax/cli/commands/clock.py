"""`fakefax advance`: let simulated time go by."""

import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from fakefax.cli.output import Failure, plural, when
from fakefax.cli.remote import Context, ControlAnswer, Refused, Remote, found, talks

LOOK_EVERY = 0.25
SHOW_AFTER = 0.5
"""Real seconds after which a long advance shows a line of progress."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?")


@click.command()
@talks
@click.argument("span", required=False)
@click.option("--next", "to_next", is_flag=True, help="To the next timer that is due.")
@click.option("--to", "to", metavar="TIME", help="To a simulated time, such as 2026-01-05T09:00.")
@click.option("--until-idle", is_flag=True, help="Until nothing is waiting.")
@click.option("--budget", default="5m", show_default=True, metavar="SPAN", help="Real time that it may take.")
def advance(
    context: Context, span: str | None, to_next: bool, to: str | None, until_idle: bool, budget: str
) -> None:
    """Let simulated time go by, and say what that caused. SPAN is such as 15m, 1h30m, or a time.

    Every attempt that is due is really posted and waited for. Exit status 1 when it gave up before it was settled.

    \b
    Example:  fakefax advance 48h
    """
    chosen = [
        name
        for name, given in (("SPAN", span), ("--next", to_next), ("--to", to), ("--until-idle", until_idle))
        if given
    ]
    if len(chosen) != 1:
        raise Failure(
            "say how far: one of SPAN, --next, --to and --until-idle"
            + (f", not {' and '.join(chosen)}" if chosen else "")
        )
    if span is not None and _DATE.fullmatch(span):
        span, to = None, span
    if to is not None:
        to = _absolute(to)
    if span is not None and span.replace(".", "").isdigit():
        raise Failure(f"SPAN: {span!r} has no unit; did you mean {span}s or {span}m?")
    asked: dict[str, object] = (
        {"by": span} if span else {"to": to} if to else {"until": "next" if to_next else "idle"}
    )
    remote = context.remote
    before = remote.get("/journal", limit=1).data["last_seq"]
    answer, seconds = _advanced(context, asked | {"budget": budget})
    if context.as_json:
        click.echo(answer.text)
    else:
        _tell(remote, answer.data, before, seconds)
    found(answer.data["settled"])


def _absolute(text: str) -> str:
    """A simulated time as the control API wants it: UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Failure(f"--to: {text!r} is not a time such as 2026-01-05T09:00") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _advanced(context: Context, asked: dict[str, object]) -> tuple[ControlAnswer, float]:
    from fakefax.core.real_time import real_seconds  # noqa: PLC0415 (it imports asyncio)

    began = real_seconds()
    with _progress(context):
        answer = context.remote.post("/clock/advance", asked, wait=3600)
    return answer, real_seconds() - began


@contextmanager
def _progress(context: Context) -> Iterator[None]:
    """On a terminal, a line that says how far simulated time has come, while it takes long."""
    if context.as_json or not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_show_progress, args=(context.remote, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _show_progress(remote: Remote, done: threading.Event) -> None:
    shown = False
    pause = SHOW_AFTER
    while not done.wait(pause):
        pause = LOOK_EVERY
        try:
            clock = remote.get("/clock").data
        except click.ClickException:
            continue
        held = f", waiting for {clock['holds'][0]}" if clock["holds"] else ""
        line = f"… {when(clock['now'])}, {clock['pending']:,} pending{held}"
        click.echo(f"\r\x1b[K{line[:78]}", nl=False, err=True)
        shown = True
    if shown:
        click.echo("\r\x1b[K", nl=False, err=True)


def _tell(remote: Remote, done: dict[str, Any], before: int, seconds: float) -> None:
    click.echo(f"advanced {done['advanced']} to {click.style(when(done['now']), bold=True)} in {seconds:.1f} s")
    try:
        entries = remote.get("/journal", after=before).data["entries"]
    except Refused:  # so much happened that the journal has dropped its beginning
        entries = []
        click.echo(f"  {plural(done['fired_count'], 'timer')} fired, more than the journal keeps")
    for line in _caused(entries):
        click.echo(f"  {line}")
    if done["settled"]:
        following = f"next due {when(done['next_due'])}" if done["next_due"] else "nothing is waiting"
        click.echo(f"{plural(done['pending'], 'timer')} pending, {following}" if done["pending"] else following)
    else:
        click.secho(done["message"] or "it gave up", fg="red", err=True)


def _caused(entries: list[dict[str, Any]]) -> Iterator[str]:
    """The events of an advance, counted by kind."""
    ended = Counter(entry["detail"].get("msg_code") for entry in entries if entry["kind"] == "fax.finished")
    if ended:
        yield f"{plural(sum(ended.values()), 'fax')} ended: {_counted(ended)}"
    attempts = Counter(entry["detail"].get("result") for entry in entries if entry["kind"].endswith(".attempt"))
    if attempts:
        yield f"{plural(sum(attempts.values()), 'attempt')}: {_counted(attempts)}"
    for kind, word in (
        ("received.arrived", "arrived"),
        ("receipt.acknowledged", "acknowledged"),
        ("received.acknowledged", "acknowledged"),
        ("receipt.expired", "expired"),
        ("received.expired", "expired"),
    ):
        count = sum(1 for entry in entries if entry["kind"] == kind)
        if count:
            yield f"{plural(count, 'receipt' if kind.startswith('receipt') else 'received fax')} {word}"
    for entry in entries:
        if entry["kind"] in ("receipt.not_sent", "received.not_sent"):
            yield entry["message"]


def _counted(counts: "Counter[Any]") -> str:
    return ", ".join(
        f"{count:,} x {what}" if len(counts) > 1 or count > 1 else str(what)
        for what, count in counts.most_common(5)
    )
