"""`python -m fakefax`: the same as the `fakefax` command."""

from fakefax.cli import main

main()
