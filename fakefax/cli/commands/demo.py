"""`fakefax demo`."""

import click

PAUSE = 0.4
"""Real seconds between two moments of the story: enough to see that time passes."""


@click.command(short_help="Watch a fax being sent, charged and called back.")
@click.option("--fast", is_flag=True, help="Run the story without pauses.")
def demo(fast: bool) -> None:
    """Watch a fax being sent, charged and called back, in a few seconds.

    \b
    Example:  fakefax demo --fast
    """
    from fakefax.cli.demo import run_demo  # noqa: PLC0415

    run_demo(pause=0.0 if fast else PAUSE)
