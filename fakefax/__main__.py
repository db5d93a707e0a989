"""`python -m fakefax`: the same as the `fakefax` command. The two quickest commands load no others."""

import sys

from fakefax import __version__


def main() -> None:
    """Run the command line; `--version` and `readyz`, which containers run all the time, without loading it."""
    words = sys.argv[1:]
    if words in (["--version"], ["-V"]):
        print(f"fakefax {__version__}")  # noqa: T201 (what click would do)
        return
    if words == ["readyz"]:
        from fakefax.cli.health import quick_check  # noqa: PLC0415

        ready = quick_check()
        if ready is not None:
            print(ready)  # noqa: T201 (what click would do)
            return
    from fakefax.cli.main import main as run  # noqa: PLC0415 (click and the table of commands)

    run()


if __name__ == "__main__":
    main()
