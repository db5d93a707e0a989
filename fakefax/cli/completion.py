"""What the shell offers for a value: shipped scenarios, files, log formats. Loaded only when it asks."""

from click.shell_completion import CompletionItem

from fakefax.cli.settings import LOG_FORMATS
from fakefax.scenario.loader import shipped_scenarios


def complete(name: str, incomplete: str) -> list[CompletionItem]:
    """The values of a setting that begin like this; files where no scenario does."""
    known = {"scenario": list(shipped_scenarios()), "log_format": list(LOG_FORMATS)}.get(name, [])
    items = [CompletionItem(value) for value in known if value.startswith(incomplete)]
    if name == "scenario" and not items:
        return [CompletionItem(incomplete, type="file")]
    return items
