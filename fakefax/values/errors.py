"""Errors that the server raises and the Python client shows to users, each defined once, and words for others'."""


class FakeFaxError(Exception):
    """Something that fakefax could not do."""


def why_not_json(error: Exception) -> str:
    """Why a text could not be read as JSON; how a reader says that its stack is used up differs with its Python."""
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)


class CannotListen(FakeFaxError, OSError):
    """The address is taken, or none of this machine's; the message says why and what to do."""


class NotRunning(FakeFaxError, RuntimeError):
    """Something was asked of a FakeFax outside of its `with` block."""

    def __init__(self) -> None:
        super().__init__("this FakeFax is not running; use it inside `with FakeFax() as fax:`")
