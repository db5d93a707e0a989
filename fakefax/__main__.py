"""`python -m fakefax`: the same as the `fakefax` command."""

import gc

gc.disable()  # imports make no garbage, and looking for it is a tenth of the start; `serve` turns it on again

from fakefax.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
