"""`python -m fakefax`: the same as the `fakefax` command."""

from fakefax.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
