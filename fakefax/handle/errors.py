"""What can go wrong between a test and fakefax. Each error says what to do about it."""

from fakefax.views import AdvanceView


class FakeFaxError(Exception):
    """Something that fakefax could not do."""


class WrongValue(FakeFaxError, ValueError):
    """A value that cannot be understood; the message names it and says what would be right."""


class Unknown(FakeFaxError, LookupError):
    """A fax job, a rule or an api_key that this fakefax does not have."""


class NotNow(FakeFaxError):
    """Something that cannot be done as things stand, such as an advance inside an advance."""


class HistoryGone(FakeFaxError):
    """A question about what is no longer kept: journal entries, or finished faxes and their money."""


class Unreachable(FakeFaxError, ConnectionError):
    """There is no fakefax at the URL, or it went away."""


class AdvanceGaveUp(FakeFaxError):
    """An advance that stopped short; `advance` is how far it came, and what it still waits for."""

    def __init__(self, advance: AdvanceView) -> None:
        super().__init__(advance.message)
        self.advance = advance


class NeverHappened(FakeFaxError, AssertionError):
    """Something that was waited for and did not come; the message tells what came close."""


class NotRunning(FakeFaxError, RuntimeError):
    """Something was asked of a FakeFax outside of its `with` block."""

    def __init__(self) -> None:
        super().__init__("this FakeFax is not running; use it inside `with FakeFax() as fax:`")


class UnderEventLoop(FakeFaxError, RuntimeError):
    """A blocking call in async code, where it would stop the endpoint that it waits for."""

    def __init__(self, member: str) -> None:
        super().__init__(
            f"{member}() would block this thread's event loop, and an endpoint that runs on it could not answer; "
            f"write `await fakefax.aio.{member}(...)`"
        )
