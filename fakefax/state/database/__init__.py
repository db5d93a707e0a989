"""The file of `serve --state`: a SQLite database of the records of a server's sandboxes.

`sqlite3` is imported here and nowhere else, and this package is imported only with --state.
"""


class StateRefused(ValueError):
    """The file cannot be used. The message is one sentence that names the file and says what cures it."""
