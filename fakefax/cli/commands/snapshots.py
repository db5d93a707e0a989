"""`fakefax snapshot save, load, list, show, diff, remove`: all of a sandbox as a file, and back."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fakefax.cli import snapshot_files as files
from fakefax.cli.output import amount, facts, plural, table, when
from fakefax.cli.remote import Context, Refused, found, talks

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])


def complete_name(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Names in the folder; files where none begins like this."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 (only for the shell)

    folder = Path(ctx.params.get("folder") or files.FOLDER)
    known = [name for name in files.names_in(folder) if name.startswith(incomplete)]
    return [CompletionItem(name) for name in known] or [CompletionItem(incomplete, type="file")]


def in_folder(command: F) -> F:
    """Add --folder."""
    return click.option(
        "--folder",
        envvar="FAKEFAX_SNAPSHOTS",
        metavar="DIR",
        type=click.Path(path_type=Path),
        default=files.FOLDER,
        show_default=True,
        help="Where snapshots have names.",
    )(command)


_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")


@click.group(short_help="Save, load and compare all of a sandbox.")
def snapshot() -> None:
    """Save all of a sandbox to a file, load it again, compare two of them.

    A snapshot has faxes, receipts that are still due, money, rules, documents, users, time and the journal. A
    NAME stands for a file in .fakefax/snapshots; a path ending in .json will do, and - for standard input or
    output.

    \b
    Example:  fakefax snapshot save two-pending
              fakefax snapshot load two-pending
    """


@snapshot.command()
@click.argument("name", metavar="NAME|FILE|-", shell_complete=complete_name)
@click.option("--with-keys", is_flag=True, help="Write the api_keys; masks stand for them otherwise.")
@in_folder
@talks
def save(context: Context, name: str, folder: Path, with_keys: bool) -> None:
    """Save all of the sandbox. A file of this name is replaced, whole or not at all.

    \b
    Example:  fakefax snapshot save tests/two-pending.json
    """
    answer = context.remote.get("/snapshot", keys=with_keys)
    place = files.write(name, folder, answer.text.encode())
    if context.as_json and name != files.STANDARD:
        click.echo(json.dumps({"file": place, "bytes": len(answer.text.encode())}))
    elif name != files.STANDARD:
        click.echo(f"saved {_told(answer.data)} to {place}")


@snapshot.command()
@click.argument("name", metavar="NAME|FILE|-", shell_complete=complete_name)
@click.option("--rate", type=float, help="Go on at this rate, 0 for paused.  [default: the snapshot's]")
@in_folder
@talks
def load(context: Context, name: str, folder: Path, rate: float | None) -> None:
    """Put a snapshot in the sandbox's place, all of it or nothing.

    The sandbox keeps its own key. Ids that another sandbox has become new ones.

    \b
    Example:  fakefax snapshot load two-pending --rate 0
    """
    saved = files.read(name, folder)
    try:
        answer = context.remote.request("PUT", "/snapshot", {"rate": rate}, saved.content)
    except Refused as error:
        refused = error
        if refused.answer.get("problems") and not context.as_json:
            refused = Refused(refused.status, {**refused.answer, "message": f"{saved.name} cannot be loaded:"})
        raise refused from None
    if context.as_json:
        click.echo(answer.text)
        return
    click.echo(f"loaded {_told(saved.data)} from {saved.name}")
    for kind, moved in answer.data["moved"].items():
        ids = ", ".join(f"{old} is {new}" for old, new in list(moved.items())[:10])
        click.echo(f"  ids of {kind.replace('_', ' ')} that were taken: {ids}{', …' if len(moved) > 10 else ''}")


@snapshot.command(name="list")
@in_folder
@_as_json
def list_(folder: Path, as_json: bool) -> None:
    """List the snapshots that have names.

    \b
    Example:  fakefax snapshot list
    """
    summaries = [_summary(files.read(name, folder), name) for name in files.names_in(folder)]
    if as_json:
        click.echo(json.dumps(summaries))
    elif not summaries:
        click.echo(f"{folder} has no snapshots; save one with `fakefax snapshot save NAME`", err=True)
    else:
        rows = [[s["name"], when(s["now"]), str(s["faxes"]), str(s["pending"]), s["scenario"]] for s in summaries]
        table(["name", "simulated time", "faxes", "pending", "scenario"], rows, right=[2, 3])


@snapshot.command()
@click.argument("name", metavar="NAME|FILE|-", shell_complete=complete_name)
@in_folder
@_as_json
def show(name: str, folder: Path, as_json: bool) -> None:
    """List the contents of a snapshot; --json prints the document itself.

    \b
    Example:  fakefax snapshot show two-pending
    """
    saved = files.read(name, folder)
    if as_json:
        click.echo(saved.content.decode(), nl=False)
        return
    summary, data = _summary(saved, name), saved.data
    outcomes = Counter(fax.get("status", "executed") for fax in data.get("faxes", ()))
    receipts = Counter(each.get("state", "pending") for each in data.get("callbacks", ()))
    facts(
        [
            ("scenario", summary["scenario"]),
            ("simulated time", f"{when(summary['now'])} UTC, {_rate(data)}"),
            ("accounts", ", ".join(_balances(data))),
            ("faxes", _counted(outcomes)),
            ("callbacks", _counted(receipts)),
            ("next due", ", ".join(_due(data)) or "nothing"),
            ("rules put in", str(sum("written" in rule for rule in data.get("rules", ())))),
            ("journal", plural(len(data.get("journal", ())), "entry").replace("entrys", "entries")),
            ("size", f"{len(saved.content):,} bytes, {plural(len(data.get('files', ())), 'file')} in it"),
        ],
        indent=0,
    )


@snapshot.command()
@click.argument("before", metavar="NAME|FILE|-", shell_complete=complete_name)
@click.argument("after", metavar="[NAME|FILE|-]", required=False, shell_complete=complete_name)
@in_folder
@talks
def diff(context: Context, before: str, after: str | None, folder: Path) -> None:
    """Say in what two snapshots differ, or one and the running sandbox. Exit status 1 when they do.

    A line begins with + for what only the second has, - for what only the first has, ~ for what changed.

    \b
    Example:  fakefax snapshot diff two-pending
    """
    from fakefax.cli.snapshot_diff import differences, masked  # noqa: PLC0415 (only for this command)

    first = files.read(before, folder).data
    if after is not None:
        second = files.read(after, folder).data
    else:
        second = json.loads(context.remote.get("/snapshot").text)
    lines = list(differences(masked(first), masked(second)))
    if context.as_json:
        click.echo(json.dumps(lines, ensure_ascii=False))
    else:
        for line in lines:
            click.secho(line, fg={"+": "green", "-": "red"}.get(line[0], "yellow"))
        if not lines:
            click.secho("no difference", fg="green")
    found(not lines)


@snapshot.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME|FILE...", shell_complete=complete_name)
@in_folder
@_as_json
def remove(names: tuple[str, ...], folder: Path, as_json: bool) -> None:
    """Remove the files of snapshots.

    \b
    Example:  fakefax snapshot remove two-pending
    """
    removed = [str(files.remove(name, folder)) for name in names]
    click.echo(json.dumps(removed) if as_json else "\n".join(f"removed {path}" for path in removed))


def _told(data: dict[str, Any]) -> str:
    faxes = data.get("faxes", ())
    pending = sum(each.get("state", "pending") == "pending" for each in data.get("callbacks", ()))
    under_way = sum("finished_at" not in fax for fax in faxes)
    return f"{plural(len(faxes), 'fax')} ({under_way} under way, {plural(pending, 'receipt')} pending)"


def _summary(saved: files.SnapshotFile, name: str) -> dict[str, Any]:
    data = saved.data
    scenario = data.get("scenario") or {}
    return {
        "name": name,
        "file": saved.name,
        "now": (data.get("clock") or {}).get("now"),
        "faxes": len(data.get("faxes", ())),
        "pending": sum(each.get("state", "pending") == "pending" for each in data.get("callbacks", ())),
        "scenario": scenario.get("description", ""),
        "bytes": len(saved.content),
    }


def _rate(data: dict[str, Any]) -> str:
    rate = (data.get("clock") or {}).get("rate", 0)
    return f"{rate:g} simulated seconds a real second" if rate else "paused"


def _balances(data: dict[str, Any]) -> Iterator[str]:
    balances = {each["ledger"]: each["balance"] for each in data.get("ledgers", ())}
    for account in data.get("accounts", ()):
        yield f"{account['api_key']} with {amount(balances.get(account['ledger'], '?'))}"


def _counted(states: Counter[str]) -> str:
    return ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in states.items()) or "none"


def _due(data: dict[str, Any]) -> Iterator[str]:
    """The next three of what is due, as the clock names them."""
    due = [
        *(
            (fax["timer"]["due"], f"fax {fax['fax_job_id']} ends")
            for fax in data.get("faxes", ())
            if "timer" in fax
        ),
        *(
            (each["timer"]["due"], f"{each['kind'].replace('_', ' ')} {each['number']}")
            for section in ("callbacks", "deliveries")
            for each in data.get(section, ())
            if "timer" in each
        ),
    ]
    for time, what in sorted(due)[:3]:
        yield f"{what} at {when(time)}"
