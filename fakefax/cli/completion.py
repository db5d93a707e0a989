"""Completion for the shell: shipped scenarios and formats from the package, the rest from the running server.

Without a server, completion offers no values and prints no message. Loaded only when the shell asks.
"""

from collections.abc import Callable, Iterable
from typing import Any

from click import Context, Parameter
from click.shell_completion import CompletionItem

PATIENCE = 0.12
"""Real seconds that a server may take; longer would be felt at the keyboard."""

Complete = Callable[[Context, Parameter, str], list[CompletionItem]]


def complete(name: str, incomplete: str) -> list[CompletionItem]:
    """The values of a setting that begin like this; files where no scenario does."""
    known: list[str] = []
    if name == "scenario":
        from fakefax.scenario.loader import shipped_scenarios  # noqa: PLC0415 (only for this one)

        known = list(shipped_scenarios())
    elif name == "log_format":
        from fakefax.cli.settings import LOG_FORMATS  # noqa: PLC0415 (only for this one)

        known = list(LOG_FORMATS)
    items = [CompletionItem(value) for value in known if value.startswith(incomplete)]
    if name == "scenario" and not items:
        return [CompletionItem(incomplete, type="file")]
    return items


def _from_server(path: str, values: Callable[[Any], Iterable[tuple[str, str]]], **query: object) -> Complete:
    """Offer what the running server has: `values` gives each value with its help."""

    def offer(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
        from fakefax.cli.output import Failure  # noqa: PLC0415
        from fakefax.cli.remote import DEFAULT_URL, Remote  # noqa: PLC0415

        given = ctx.params
        try:
            remote = Remote(
                given.get("url") or DEFAULT_URL, given.get("api_key"), given.get("control_token"), patience=PATIENCE
            )
            found = list(values(remote.get(path, **query).data))
        except (Failure, KeyError, TypeError):
            return []
        return [CompletionItem(value, help=text) for value, text in found if value.startswith(incomplete)]

    return offer


fax_ids = _from_server(
    "/faxes",
    lambda data: (
        (str(fax["fax_job_id"]), f"{fax['fax_number']} {fax['msg_code'] or 'pending'}") for fax in data["faxes"]
    ),
    fields="fax_job_id,fax_number,msg_code",
    order="newest",
    limit=100,
)
"""Fax job ids, the newest first."""

outcomes = _from_server("/faults", lambda data: ((row["name"], row["description"]) for row in data["faults"]))
"""The rows of the table of faults."""

kinds = _from_server("/journal", lambda data: sorted({(entry["kind"], "") for entry in data["entries"]}), limit=500)
"""Kinds of journal entries that there are."""

api_keys = _from_server(
    "/sandboxes", lambda data: ((sandbox["api_key"], sandbox["scenario"]) for sandbox in data["sandboxes"])
)
"""The keys of sandboxes."""
