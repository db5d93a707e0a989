"""`python -m fakefax`: the same as the `fakefax` command. The two quickest commands load no others."""

<<<<<<< HEAD
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
=======
import signal
import sys
from types import FrameType


def main() -> None:
    """The `fakefax` command. A signal while it is still loading ends it quietly.

    As the first process of a container, a process without a handler of its own would not even notice SIGTERM.
    """
    if sys.argv[1:2] == ["serve"]:
        signal.signal(signal.SIGTERM, _end)
    try:
        from fakefax.cli.main import main as command  # noqa: PLC0415 (it imports click)

        command()
    except KeyboardInterrupt:
        sys.exit(130)


def _end(_: int, __: FrameType | None) -> None:
    sys.exit(0)
>>>>>>> 7f77a72 (Document the command line from the commands' own help)


if __name__ == "__main__":
    main()
