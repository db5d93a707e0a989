"""The work of `fakefax run`: a server and a command side by side, then the verdict."""

import asyncio
import contextlib
import json
import os
import shlex
import signal
import ssl
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from fakefax.cli.commands.judge import print_findings
from fakefax.cli.output import EXIT_NO, Failure, plural
from fakefax.cli.remote import Remote
from fakefax.cli.serve import make_server
from fakefax.sandbox.recording import recorded
from fakefax.sandbox.services import as_they_are
from fakefax.scenario.schema import Scenario
from fakefax.server.app import Server

FORWARDED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables that replace a program's trust store; they are given this machine's certificates too."""

UNPROXIED = "127.0.0.1,localhost,::1"


class WrappedCommand(NamedTuple):
    """The command to run, the names under which it finds the fake, and the parts of the verdict."""

    command: tuple[str, ...]
    names: Mapping[str, str]
    parts: tuple[str, ...]
    as_json: bool
    report: Path | None = None


def run(scenario: Scenario, asked: WrappedCommand, values: dict[str, Any]) -> int:
    """The exit status of the whole. Raises CannotListen, ValueError, and Failure where CMD cannot be started."""
    server, _ = make_server(scenario, dict(values), as_they_are if asked.report is None else recorded)
    return asyncio.run(_run(server, asked, values))


async def _run(server: Server, asked: WrappedCommand, values: dict[str, Any]) -> int:
    with tempfile.TemporaryDirectory(prefix="fakefax-") as folder:
        async with server:
            environment = environment_of_run(server, asked.names, values, Path(folder))
            status = await _command(asked.command, environment)
            _tell_of_children(environment[asked.names["url"]], asked.names["url"], asked.command[0])
            found = await asyncio.to_thread(_verdict, Remote(reachable(server.url)), asked) if asked.parts else []
            if asked.report is not None and (status or found):
                await asyncio.to_thread(_report, Remote(reachable(server.url)), asked, asked.report, status)
    return EXIT_NO if found and status == 0 else status


def environment_of_run(
    server: Server, names: Mapping[str, str], values: dict[str, Any], folder: Path
) -> dict[str, str]:
    """The environment of CMD: the fake's address, no proxy for it, and with HTTPS the CA to trust."""
    url, secure = reachable(server.url), server.tls_url and reachable(server.tls_url)
    variables = {
        names["url"]: url,
        names["base_url"]: f"{secure or url}/api/v2",
        names["api_key"]: server.sandbox.first_account.api_key,
    }
    for name in ("NO_PROXY", "no_proxy"):
        variables[name] = ",".join(filter(None, (os.environ.get(name), UNPROXIED)))
    if secure and values.get("tls_cert") is None:
        authority = Path(values["tls_dir"]) / "authority.pem"
        variables["NODE_EXTRA_CA_CERTS"] = str(authority)
        bundle = folder / "certificates.pem"
        bundle.write_bytes(_system_certificates() + authority.read_bytes())
        variables |= dict.fromkeys(BUNDLES, str(bundle))
    return {**os.environ, **variables}


def reachable(url: str) -> str:
    return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def _system_certificates() -> bytes:
    places = ssl.get_default_verify_paths()
    for path in (os.environ.get("SSL_CERT_FILE"), places.cafile, "/etc/ssl/certs/ca-certificates.crt"):
        if path and Path(path).is_file():
            return Path(path).read_bytes().rstrip() + b"\n"
    return b""


async def _command(command: tuple[str, ...], environment: dict[str, str]) -> int:
    """Run it to its end, with its signals handed on; the exit status as a shell says it."""
    with _handing_on() as hand_on_to:
        try:
            process = await asyncio.create_subprocess_exec(*command, env=environment)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise Failure(f"{command[0]!r} cannot be started: {reason}") from None
        hand_on_to(process)
        status = await process.wait()
    if status < 0:
        name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
        click.echo(f"fakefax: {command[0]} was ended by {name}", err=True)
        return 128 - status
    return status


@contextlib.contextmanager
def _handing_on() -> Iterator[Callable[[asyncio.subprocess.Process], None]]:
    """Send the signals that this process gets on to CMD, also those that come while it starts.

    A terminal sends Ctrl-C to both by itself.
    """
    started: list[asyncio.subprocess.Process] = []
    early: list[int] = []
    loop = asyncio.get_running_loop()
    numbers = [getattr(signal, name) for name in FORWARDED if hasattr(signal, name)]
    typed = {number for number in numbers if number in (signal.SIGINT, getattr(signal, "SIGQUIT", None))}

    def hand_on(number: int) -> None:
        if not (number in typed and sys.stdin is not None and sys.stdin.isatty()):
            if not started:
                early.append(number)
            with contextlib.suppress(ProcessLookupError):
                for process in started:
                    process.send_signal(number)

    def hand_on_to(process: asyncio.subprocess.Process) -> None:
        started.append(process)
        for number in early:
            hand_on(number)

    added = []
    for number in numbers:
        with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows, where Ctrl-C reaches both
            loop.add_signal_handler(number, hand_on, number)
            added.append(number)
    try:
        yield hand_on_to
    finally:
        for number in added:
            loop.remove_signal_handler(number)


def _tell_of_children(url: str, variable: str, command: str) -> None:
    """Say which processes CMD has left behind; they are known by the address of this fake in their environment."""
    mark = f"{variable}={url}".encode()
    left = []
    for folder in Path("/proc").glob("[0-9]*"):  # nothing where there is no /proc
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0") and folder.name != str(os.getpid()):
                left.append(f"{folder.name} {(folder / 'comm').read_text().strip()}")
    if left:
        click.echo(f"fakefax: {command} has ended but left running: {', '.join(left)}; fakefax ends now", err=True)


def _report(remote: Remote, asked: WrappedCommand, folder: Path, status: int) -> None:
    """Write the report of a run that has failed, and say how it is run again."""
    from fakefax.bundles.report import replay_line, write_report  # noqa: PLC0415 (only for a run that has failed)

    findings = [finding["message"] for finding in remote.get("/verdict").data["findings"]]
    test = {"id": shlex.join(asked.command), "failure": "\n".join([f"exit status {status}", *findings])}
    bundle = json.loads(remote.post("/bundle", {"test": test}).text)
    try:
        path = write_report(folder, bundle)
    except OSError as error:
        raise Failure(f"--report: {folder} cannot be written: {error.strerror}") from None
    click.echo(f"fakefax: the run is in {path}; to run it again: {replay_line(path)}", err=True)


def _verdict(remote: Remote, asked: WrappedCommand) -> list[dict[str, Any]]:
    answer = remote.get("/verdict")
    findings = [finding for finding in answer.data["findings"] if finding["part"] in asked.parts]
    if asked.as_json:
        click.echo(json.dumps({**answer.data, "findings": findings}, default=float), err=True)
    elif findings:
        click.echo(f"fakefax: {plural(len(findings), 'finding')} on what {asked.command[0]} did:", err=True)
        print_findings(findings, err=True)
    return findings
