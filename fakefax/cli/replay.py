"""The work of `fakefax replay`: each bundle on a server of its own, and what it is compared by."""

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from fakefax.bundles.compare import Comparison, ReplayEnd, compare_answers, compare_journals
from fakefax.bundles.files import WrongBundle, bundles_in, read_bundle
from fakefax.bundles.replay import CannotReplay, Replay
from fakefax.cli.output import Failure, plural, printable
from fakefax.core.clock import ClockError
from fakefax.server.app import ServerOptions

MARKS = {"=": "green", "~": "yellow", "x": "red", "!": "yellow"}
COLOURS = {ReplayEnd.SAME: "green", ReplayEnd.FIXED: "green"}


WRONG_INSIDE = (LookupError, TypeError, ValueError, AttributeError, ClockError)
"""What a value raises that a bundle cannot have: it was written by another version, or by somebody's hand."""


def _changed(error: Exception) -> str:
    what = f"{type(error).__name__}: {error}"
    return f"it cannot be run again ({what}); its file was changed, or another version of fakefax wrote it"


class ReplayOptions(NamedTuple):
    """The reports to replay, and the endpoint to use."""

    paths: Sequence[Path]
    callback_url: str | None
    received_fax_url: str | None
    parts: Sequence[str]
    as_json: bool


def replay_all(asked: ReplayOptions) -> int:
    """Replay all bundles. Returns the exit status: the worst of them."""
    results, worst = [], 0
    for path in _files(asked.paths):
        comparison, name = _replayed(path, asked)
        if comparison is None:
            continue
        worst = max(worst, comparison.result.status)
        results.append(_as_json(path, name, comparison))
        if not asked.as_json:
            _show(path, name, comparison)
    if asked.as_json:
        import json  # noqa: PLC0415

        click.echo(json.dumps(results))
    elif len(results) > 1:
        ends = [entry["result"] for entry in results]
        counts = ", ".join(f"{ends.count(result)} {result}" for result in ReplayEnd if result in ends)
        click.echo(f"{plural(len(results), 'report')}: {counts}")
    elif not results:
        where = ", ".join(map(str, asked.paths))
        raise Failure(f"there is no report in {where}; pytest --fakefax-report=DIR writes them")
    return worst


def _files(paths: Sequence[Path]) -> list[tuple[Path, bool]]:
    """The files, and whether each was named itself: others in a folder may be something else."""
    found: list[tuple[Path, bool]] = []
    for path in paths:
        found += [(each, False) for each in bundles_in(path)] if path.is_dir() else [(path, True)]
    return found


def _replayed(file: tuple[Path, bool], asked: ReplayOptions) -> tuple[Comparison | None, str]:
    path, named = file
    try:
        bundle = read_bundle(path)
    except WrongBundle as error:
        return (Comparison(ReplayEnd.ERROR, str(error), []) if named else None), str(path)
    name = str(bundle.get("test", {}).get("id", path))
    try:
        return asyncio.run(_compared(bundle, asked)), name
    except (CannotReplay, WrongBundle) as error:
        return Comparison(ReplayEnd.ERROR, str(error), []), name
    except WRONG_INSIDE as error:
        return Comparison(ReplayEnd.ERROR, _changed(error), []), name


async def _compared(bundle: dict[str, Any], asked: ReplayOptions) -> Comparison:
    async with Replay(bundle, asked.callback_url, asked.received_fax_url) as replay:
        replayed = await replay.run()
    if asked.callback_url is not None:
        return compare_answers(bundle, replayed, asked.parts, asked.callback_url, asked.received_fax_url)
    return compare_journals(bundle, replayed, times=not replay.flows)


def _show(path: tuple[Path, bool], name: str, comparison: Comparison) -> None:
    click.secho(printable(name), bold=True)
    for line in comparison.lines:
        click.echo(f"  {click.style(line.mark, fg=MARKS[line.mark])} {printable(line.text)}")
    result = comparison.result
    click.echo(f"  {click.style(result, fg=COLOURS.get(result, 'red'))}: {printable(comparison.reason)}")


def _as_json(path: tuple[Path, bool], name: str, comparison: Comparison) -> dict[str, Any]:
    return {
        "file": str(path[0]),
        "test": name,
        "result": comparison.result.value,
        "reason": comparison.reason,
        "lines": [line._asdict() for line in comparison.lines],
    }


def serve_one(path: Path, asked: ReplayOptions, until: int | None, port: int) -> None:
    """Serve the sandbox of a bundle at its end, or right before an entry, until Ctrl-C. Raises Failure."""
    try:
        bundle = read_bundle(path)
        asyncio.run(_serve(bundle, asked, until, port))
    except (CannotReplay, WrongBundle) as error:
        raise Failure(str(error)) from None
    except WRONG_INSIDE as error:
        raise Failure(f"{path}: {_changed(error)}") from None


async def _serve(bundle: dict[str, Any], asked: ReplayOptions, until: int | None, port: int) -> None:
    options = ServerOptions(port=port)
    replay = Replay(bundle, asked.callback_url, asked.received_fax_url, options=options, by_hand=True)
    async with replay:
        if until is None:
            await replay.run()
            replay.hand_over()
        else:
            await replay.run_until(until)
        sandbox = replay.sandbox
        where = f"before entry {until}" if until is not None else "at the end of the run"
        name = bundle.get("test", {}).get("id", f"a run of {bundle['start']}")
        click.echo(f"{name}: {where}, {sandbox.clock.now:%Y-%m-%d %H:%M:%S}")
        click.echo(f"  page      {replay.server.url}/_fakefax/")
        click.echo(f"  api_key   {sandbox.first_account.api_key}")
        click.echo("  clock     paused; Ctrl-C ends")
        await _interrupted()


async def _interrupted() -> None:
    """Return at Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows, where Ctrl-C is a KeyboardInterrupt
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
