"""`python -m fakefax`: the same as the `fakefax` command. The two quickest commands load no others."""

import gc
import signal
import sys
from types import FrameType

from fakefax import __version__


def main() -> None:
    """Run the command line; `--version` and `readyz`, which containers run all the time, without loading it.

    A signal while it is still loading ends it quietly. As the first process of a container, a process without a
    handler of its own would not even notice SIGTERM.
    """
    words = sys.argv[1:]
    if words in (["--version"], ["-V"]):
        print(f"fakefax {__version__}")  # noqa: T201 (what click would do)
        return
    if words[:1] == ["serve"]:
        signal.signal(signal.SIGTERM, _end)
        gc.disable()  # until all is loaded: to search modules for garbage takes a tenth of the start
    try:
        if words == ["readyz"] and _ready():
            return
        from fakefax.cli.main import main as run  # noqa: PLC0415 (click and the table of commands)

        run()
    except KeyboardInterrupt:
        sys.exit(130)


def _ready() -> bool:
    """Whether the quick check found fakefax ready, and has said so."""
    from fakefax.cli.health import quick_check  # noqa: PLC0415

    ready = quick_check()
    if ready is not None:
        print(ready)  # noqa: T201 (what click would do)
    return ready is not None


def _end(_: int, __: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
