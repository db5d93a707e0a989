"""The `demo` command: a fax sent, charged and called back at an endpoint that fails twice, line by line."""

import asyncio
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import aiohttp
import click
from aiohttp import web

from fakefax.core.clock import Clock
from fakefax.core.journal import Entry, Kind
from fakefax.core.real_time import real_seconds, real_sleep
from fakefax.scenario.loader import load_scenario
from fakefax.scenario.overrides import override
from fakefax.server.app import Server, ServerOptions
from fakefax.values.durations import format_duration
from fakefax.values.money import as_text

FAXES = ("+15005550001", "+15005550002")
FAILURES = 2
"""How often the endpoint answers the receipt of the first fax with 503."""


def run_demo(pause: float) -> None:
    """Run the story, with `pause` real seconds between one moment of simulated time and the next."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as cleanly as by Ctrl-C
    asyncio.run(_demo(pause))


async def _demo(pause: float) -> None:
    scenario = override(load_scenario("default"), rate=0, start="2026-01-05T09:00:00Z")
    began = real_seconds()
    async with _Endpoint() as endpoint, Server(scenario, ServerOptions(port=0)) as server:
        account, clock = server.sandbox.first_account, server.sandbox.clock
        account.callback_url = endpoint.url
        heard: list[Entry] = []
        server.sandbox.journal.listen(heard.append)
        click.echo(f"fakefax listens at {server.url}.")
        click.echo(f"Receipts go to {endpoint.url}; fax 200 meets 503 there {FAILURES} times.")
        click.echo("A program sends two faxes:\n")
        opened = clock.now
        await _send_faxes(server, account.api_key)
        _tell(heard)
        await _let_time_pass(clock, pause, heard)
        report = server.sandbox.audit(account)
        _line(
            clock.now,
            "ledger",
            f"opened with {as_text(report.opening)}, {report.entries} charges, {as_text(report.balance)} left; "
            f"audit {'ok' if report.ok else 'WRONG'}",
            "green" if report.ok else "red",
        )
        took = real_seconds() - began
        click.echo(f"\n{format_duration(clock.now - opened)} of simulated time took {took:.1f}s of yours.")
        click.echo(f"Run it for your program: {_command()} serve")
        click.echo(f"See what else there is:  {_command()} --help")


def _command() -> str:
    """The command that runs fakefax here."""
    if shutil.which("fakefax"):
        return "fakefax"
    return sys.argv[0] if Path(sys.argv[0]).stem == "fakefax" else "python -m fakefax"


async def _send_faxes(server: Server, api_key: str) -> None:
    async with aiohttp.ClientSession() as program:
        for fax_number in FAXES:
            order = {"api_key": api_key, "fax_number": fax_number, "document_id": "10"}
            async with program.post(f"{server.url}/api/v2/fax", data=order) as answer:
                answer.raise_for_status()


async def _let_time_pass(clock: Clock, pause: float, heard: list[Entry]) -> None:
    """Advance from timer to timer until nothing is waiting; print what each brings."""
    while clock.next_due is not None:
        wait = clock.next_due - clock.now
        if wait:
            click.secho(f"{'':10}… {format_duration(wait)} pass", dim=True)
            await real_sleep(pause)
        await clock.advance_to(clock.next_due)
        _tell(heard)


def _tell(heard: list[Entry]) -> None:
    """Tell what was heard since the last time; not while hearing it, where a closed pipe would be the journal's."""
    for entry in heard:
        teller = _TELLERS.get(entry.kind)
        if teller is not None:
            teller(entry)
    heard.clear()


def _tell_accepted(entry: Entry) -> None:
    detail = entry.detail
    _line(
        entry.at, f"fax {entry.fax_job_id}", f"to {detail['fax_number']} accepted, document {detail['document_id']}"
    )
    cost, balance = (as_text(Decimal(str(detail[name]))) for name in ("cost", "balance"))
    _line(entry.at, "charge", f"{cost}, balance {balance}", "yellow")


def _tell_finished(entry: Entry) -> None:
    good = entry.detail["status"] == "success"
    outcome = f"ended: {entry.detail['status']}, msg_code {entry.detail['msg_code']}"
    _line(entry.at, f"fax {entry.fax_job_id}", outcome, "green" if good else "red")


def _tell_attempt(entry: Entry) -> None:
    detail = entry.detail
    good = detail["next_due"] is None
    following = "accepted" if good else f"again {detail['next_due']:%H:%M:%S}"
    what = f"receipt, attempt {detail['attempt']}: {detail['result']}, {following}"
    _line(entry.at, f"fax {entry.fax_job_id}", what, "green" if good else "red")


_TELLERS: dict[Kind, Callable[[Entry], None]] = {
    Kind.FAX_ACCEPTED: _tell_accepted,
    Kind.FAX_FINISHED: _tell_finished,
    Kind.RECEIPT_ATTEMPT: _tell_attempt,
}


def _line(at: datetime, who: str, what: str, colour: str | None = None) -> None:
    click.echo(f"{at:%H:%M:%S}  {click.style(who.ljust(8), bold=True)}  {click.style(what, fg=colour)}")


class _Endpoint:
    """A program's callback endpoint that is down at first."""

    def __init__(self) -> None:
        app = web.Application()
        app.router.add_post("/faxto", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self._failing = ""
        self._failures = 0
        self.url = ""

    async def _answer(self, request: web.Request) -> web.Response:
        fax_job_id = str((await request.post())["fax_job_id"])
        self._failing = self._failing or fax_job_id
        if fax_job_id != self._failing or self._failures == FAILURES:
            return web.Response(text="OK")
        self._failures += 1
        return web.Response(status=503)

    async def __aenter__(self) -> "_Endpoint":
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site.port}/faxto"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
