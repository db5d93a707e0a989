"""`fakefax replay` and `fakefax report`: a failed run again, and as text, JSON or HAR."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fakefax.cli.commands.judge import parts_of, print_findings
from fakefax.cli.output import Failure, entry_line, printable
from fakefax.values.verdict_parts import DEFAULT_PARTS

if TYPE_CHECKING:
    from fakefax.schemas import JournalEntry

PATH = click.Path(path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="FILE|DIR...")
@click.option("--callback-url", metavar="URL", help="Post the receipts to this endpoint, and compare its answers.")
@click.option("--received-fax-url", metavar="URL", help="Post received faxes here; --callback-url unless given.")
@click.option(
    "--verdict", default=",".join(DEFAULT_PARTS), show_default=True, metavar="PART,...", help="Parts to judge."
)
@click.option("--serve", is_flag=True, help="Open a server with the run's sandbox, paused at its end.")
@click.option("--until", type=click.IntRange(1), metavar="ENTRY", help="With --serve: right before this entry.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="With --serve: its port; a free one unless given."
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def replay(**asked: Any) -> None:
    """Run the reports of failed tests again; a DIR means every report in it.

    Without a URL the same happens again: each receipt is given the answer of then, and the journals are compared to
    the byte: SAME (exit status 0) or DIFFERS (1). With a URL the receipts are really posted. Marks: = the same
    answer, ~ changed, x a finding that is there; it ends as FIXED (0) or FAILED (1). ERROR (2): no replay.

    \b
    Example:  fakefax replay reports/ --callback-url http://127.0.0.1:8000/faxto
              fakefax replay reports/test_it-1f2e3d4c.html --serve --until 14
    """
    from fakefax.cli import replay as work  # noqa: PLC0415 (imports the server)
    from fakefax.values.urls import check_callback_url  # noqa: PLC0415

    for name in ("callback_url", "received_fax_url"):
        try:
            if asked[name] is not None:
                check_callback_url(asked[name])
        except ValueError as error:
            raise Failure(f"--{name.replace('_', '-')}: {error}") from None
    paths, serve, until = asked["paths"], asked["serve"], asked["until"]
    if until is not None and not serve:
        raise Failure("--until goes with --serve")
    what = work.ReplayOptions(
        paths, asked["callback_url"], asked["received_fax_url"], parts_of(asked["verdict"]), asked["as_json"]
    )
    if not serve:
        raise SystemExit(work.replay_all(what))
    if len(paths) != 1 or paths[0].is_dir():
        raise Failure("--serve opens one report; name its file")
    work.serve_one(paths[0], what, until, asked["port"])


@click.command()
@click.argument("path", type=PATH, metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="Print the bundle that is in it.")
@click.option("--har", is_flag=True, help="Print its requests and callbacks as HTTP Archive 1.2.")
@click.option("--all", "whole", is_flag=True, help="Print each entry of the journal, also rows of equal ones.")
def report(path: Path, *, as_json: bool, har: bool, whole: bool) -> None:
    """Show the report of a failed test as text, or what is in it as JSON or HAR.

    Of equal neighbours in the journal the first and the last are shown.

    \b
    Example:  fakefax report reports/test_it-1f2e3d4c.html --har > run.har
    """
    from fakefax.bundles.files import WrongBundle, read_bundle  # noqa: PLC0415 (only here)

    if as_json and har:
        raise Failure("--json and --har: choose one of them")
    try:
        bundle = read_bundle(path)
    except WrongBundle as error:
        raise Failure(str(error)) from None
    if as_json:
        click.echo(json.dumps(bundle))
        return
    try:
        if har:
            from fakefax.bundles.har import har_of  # noqa: PLC0415 (only here)

            click.echo(json.dumps(har_of(bundle), indent=1))
        else:
            _show(bundle, whole=whole)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise Failure(f"{path}: it cannot be shown ({what}); it was changed, or another version wrote it") from None


def _show(bundle: dict[str, Any], *, whole: bool) -> None:
    import msgspec  # noqa: PLC0415 (only here)

    from fakefax.client.folding import journal_lines  # noqa: PLC0415 (only here)
    from fakefax.schemas import JournalEntry  # noqa: PLC0415 (only here)

    test, outcome = bundle.get("test", {}), bundle["outcome"]
    click.secho(printable(test.get("id", "a recorded run")), bold=True)
    if test.get("failure"):
        click.echo(printable(test["failure"]))
    print_findings(outcome["verdict"]["findings"])
    if test.get("again"):
        click.echo(f"to run the program again: {printable(test['again'])}")
    for line in journal_lines(msgspec.convert(outcome["journal"], list[JournalEntry]), _line, whole=whole):
        click.echo(line)


def _line(entry: "JournalEntry") -> str:
    return entry_line({"at": entry.at.isoformat(), "fax_job_id": entry.fax_job_id, "message": entry.message})
