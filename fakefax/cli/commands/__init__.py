"""One module for each command or family; `fakefax.cli.main` imports it when the command is asked for."""
