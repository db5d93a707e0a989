"""Errors of a state file: at the start, and while it is written."""


class StateRefused(ValueError):
    """The file cannot be used. The message is one sentence that names the file and says what cures it."""
