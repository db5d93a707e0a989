"""The commands: `fakefax serve`, `demo`, `check` and the others, their settings and their log."""
