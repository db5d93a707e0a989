"""`python -m fakefax`: the same as the `fakefax` command."""

import gc


def main() -> None:
    """The `fakefax` command. Imports make no garbage, and looking for it is a tenth of the start of `serve`.

    `serve` has it looked for again once it listens, any other command as soon as it runs.
    """
    gc.disable()
    from fakefax.cli.main import main as command  # noqa: PLC0415 (it imports click)

    command()


if __name__ == "__main__":
    main()
